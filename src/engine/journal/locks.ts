/**
 * Lock files: STATE_DIR/locks/SHA256_OF_KEY.json. They guard one state directory only. Across machines the lease
 * is the fence (docs/two-machines.md).
 *
 * Two sorts: the *run lock* says which process carries a run. A *key lock* says which run owns a target or a GUID. It
 * outlives the process, because a half-done recovery must not be crossed by another run.
 *
 * L1  A lock is made by exclusive creation, durable before `acquire` returns.
 * L2  A key lock of another open run is never taken; of a run that has ended, it is.
 * L3  A run lock is taken over without a word only if its process is dead on this host, in this namespace of pids.
 */
import { closeSync, constants, existsSync, fstatSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { RecoverError, refuse } from "../../errors.ts";
import { errnoOf, inStateDirectory, makeDirectory, publishDurably, replaceDurably, syncDirectory } from "./durable.ts";
import { sha256 } from "./line.ts";
import { openOwn, readOwn } from "./own-file.ts";
import { livenessOf, type ProcessIdentity } from "../../kit/process/process-identity.ts";

export interface LockHolder extends ProcessIdentity {
  readonly key: string;
  readonly run: string;
  readonly epoch: number;
  /** ISO 8601 UTC: when the lock was taken. */
  readonly startedAt: string;
}

export class LockFile {
  readonly #path: string;

  constructor(stateDirectory: string, key: string) {
    this.#path = join(stateDirectory, "locks", `${sha256(key)}.json`);
  }

  get path(): string {
    return this.#path;
  }

  read(): LockHolder | undefined {
    return inStateDirectory(this.#path, () => (existsSync(this.#path) ? parseHolder(this.#path) : undefined));
  }

  /** False if the lock exists already. */
  create(holder: LockHolder): boolean {
    return inStateDirectory(this.#path, () => {
      makeDirectory(dirname(this.#path));
      return publish(this.#path, holder);
    });
  }

  /**
   * Puts a holder in place of the expected one. False if another process was faster: of several that try at once
   * one creates the claim file, the others leave.
   */
  replace(expected: LockHolder, holder: LockHolder): boolean {
    const claim = `${this.#path}.claim`;
    return inStateDirectory(this.#path, () => {
      if (!claimed(claim, holder)) return false;
      try {
        if (JSON.stringify(this.read()) !== JSON.stringify(expected)) return false;
        replaceDurably(this.#path, `${this.#path}.${holder.pid}.tmp`, JSON.stringify(holder));
        return true;
      } finally {
        rmSync(claim, { force: true });
      }
    });
  }

  /** Removes the lock if it still is this holder's. */
  remove(holder: LockHolder): void {
    if (JSON.stringify(this.read()) !== JSON.stringify(holder)) return;
    inStateDirectory(this.#path, () => {
      rmSync(this.#path, { force: true });
      syncDirectory(dirname(this.#path));
    });
  }

  /** Whether the file was replaced, removed or changed since; cheap enough to be asked at every append. */
  watch(): LockWatch | undefined {
    return inStateDirectory(this.#path, () => (existsSync(this.#path) ? new LockWatch(this.#path) : undefined));
  }
}

/** A lock file held open: a file that another was put in place of has no name any more. */
export class LockWatch {
  readonly #descriptor: number;
  readonly #mtime: number;

  constructor(path: string) {
    this.#descriptor = openOwn(path, constants.O_RDONLY, { mayHaveTwoNames: true });
    this.#mtime = fstatSync(this.#descriptor).mtimeMs;
  }

  unchanged(): boolean {
    const found = fstatSync(this.#descriptor);
    return found.nlink > 0 && found.mtimeMs === this.#mtime;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function claimed(claim: string, holder: LockHolder): boolean {
  const left = existsSync(claim) ? parseHolder(claim) : undefined;
  if (left !== undefined && livenessOf(left) === "dead") rmSync(claim, { force: true });
  return publish(claim, holder);
}

/** False if the file exists. */
function publish(path: string, holder: LockHolder): boolean {
  try {
    publishDurably(path, `${path}.${holder.pid}.new`, JSON.stringify(holder));
    return true;
  } catch (thrown) {
    if (errnoOf(thrown) === "EEXIST") return false;
    throw thrown;
  }
}

/** An unreadable lock is a lock all the same: nobody knows who holds it (law 5). */
function parseHolder(path: string): LockHolder {
  try {
    const holder = JSON.parse(readOwn(path, { mayHaveTwoNames: true }).toString("utf8")) as Partial<LockHolder>;
    if (typeof holder.run === "string" && typeof holder.pid === "number") return holder as LockHolder;
  } catch (thrown) {
    if (errnoOf(thrown) !== undefined || thrown instanceof RecoverError) throw thrown;
  }
  throw refuse("locked", "a lock file cannot be read, so nobody can tell who holds the lock")
    .at(path)
    .advise(`Make sure that no other dingo-recover is at work, then remove "${path}".`);
}

/** One line for people: who, where, since when. */
export function describeHolder(holder: LockHolder): string {
  return `run ${holder.run} (process ${holder.pid} on ${holder.host}, since ${holder.startedAt})`;
}
