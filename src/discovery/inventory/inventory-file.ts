/**
 * The file that surveys are appended to: 0600, of this user, each line durable before the next is written. One survey
 * at a time: a second one is refused while the first one's process lives.
 */
import { closeSync, constants, existsSync, fstatSync, fsyncSync, readSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { RecoverError, refuse } from "../../errors.ts";
import { errnoOf, makeDirectory, reasonOf, syncDirectory, writeWhole } from "../../engine/journal/durable.ts";
import { LockFile, type LockHolder } from "../../engine/journal/locks.ts";
import { openOwn } from "../../engine/journal/own-file.ts";
import { livenessOf, thisProcess } from "../../kit/process/process-identity.ts";
import { quoted } from "../../kit/text/printable.ts";

const NEWLINE = 10;

interface Lock {
  readonly file: LockFile;
  readonly holder: LockHolder;
}

export class InventoryFile {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #lock: Lock;
  /** This survey has made it. */
  readonly #isNew: boolean;

  private constructor(
    path: string,
    { descriptor, lock, isNew }: { readonly descriptor: number; readonly lock: Lock; readonly isNew: boolean },
  ) {
    this.#path = path;
    this.#isNew = isNew;
    this.#descriptor = descriptor;
    this.#lock = lock;
  }

  /** Errors: `locked`, `state-dir-unusable`. */
  static open(path: string, now: Date): InventoryFile {
    return onDisk(path, () => {
      makeDirectory(dirname(path));
      const lock = takeLock(path, now);
      try {
        const isNew = !existsSync(path);
        const descriptor = openOwn(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT);
        syncDirectory(dirname(path));
        endTornLine(descriptor);
        return new InventoryFile(path, { descriptor, lock, isNew });
      } catch (thrown) {
        lock.file.remove(lock.holder);
        throw thrown;
      }
    });
  }

  /** `line` ends with a newline. */
  append(line: string): void {
    onDisk(this.#path, () => {
      writeWhole(this.#descriptor, Buffer.from(line), null);
      fsyncSync(this.#descriptor);
    });
  }

  /** A survey that failed before its first line leaves no empty file: the lock holds off every other writer. */
  close(): void {
    if (this.#isNew && fstatSync(this.#descriptor).size === 0) rmSync(this.#path, { force: true });
    closeSync(this.#descriptor);
    this.#lock.file.remove(this.#lock.holder);
  }
}

/** Ends a line that a kill has cut, so that the next record begins a new line. */
function endTornLine(descriptor: number): void {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  if (size === 0 || readSync(descriptor, last, 0, 1, size - 1) === 0 || last[0] === NEWLINE) return;
  writeWhole(descriptor, Buffer.from("\n"), null);
}

/** The lock lies beside the file, so that it guards the file from writers with any state directory. */
function takeLock(path: string, now: Date): Lock {
  const file = new LockFile(dirname(path), path);
  const holder: LockHolder = { key: path, run: "inventory", epoch: 0, ...thisProcess(), startedAt: now.toISOString() };
  if (file.create(holder)) return { file, holder };
  const held = file.read();
  const left = held !== undefined && livenessOf(held) === "dead" && file.replace(held, holder);
  if (!left) throw locked({ path, lock: file.path, held });
  return { file, holder };
}

interface Held {
  readonly path: string;
  readonly lock: string;
  readonly held: LockHolder | undefined;
}

function locked({ path, lock, held }: Held): RecoverError {
  const who = held === undefined ? "another process" : `process ${held.pid} on ${held.host} (since ${held.startedAt})`;
  return refuse("locked", `${who} is writing an inventory to ${quoted(path)}`)
    .at(path)
    .advise(`Wait until it has ended; if no such process runs any more, remove "${lock}".`);
}

function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof RecoverError || errnoOf(thrown) === undefined) throw thrown;
    throw refuse("state-dir-unusable", `${quoted(path)} cannot be written: ${reasonOf(thrown)}`)
      .at(path)
      .advise("Make room or rights there, or name another file with --file.", thrown);
  }
}
