/**
 * Homes of programs, private to this process: they hold tokens and keys. The next process of any command and run
 * removes those of dead processes. A home's name says which process made it: MACHINE-PID-START, START in clock ticks
 * since boot, since pids are reused.
 */
import { createHash, randomBytes } from "node:crypto";
import { lstat, readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { othersMayLead } from "../process/ownership.ts";
import { exists, pidNamespace, statOf } from "../process/process-identity.ts";

/** Everybody may write there, and nobody may replace what another has made. */
const SHARED = "/tmp";

export class OwnHomes {
  readonly #kind: string;
  readonly #variable: string;
  readonly #name: RegExp;

  /** `kind` stands in their names; `variable` tells programs where theirs is. */
  constructor(kind: string, variable: string) {
    this.#kind = kind;
    this.#variable = variable;
    this.#name = new RegExp(`^dingo-recover-${kind}-(?:([0-9a-f]{8})-(\\d+)-(\\d+)-)?[0-9a-f]{16}$`);
  }

  newName(): string {
    const random = randomBytes(8).toString("hex");
    return `dingo-recover-${this.#kind}-${machine()}-${process.pid}-${startOf(process.pid) ?? 0}-${random}`;
  }

  /**
   * A path for a new home, once homes of dead processes beside it are removed. It lies in `parent`, but in the system's own
   * directory if another user could replace it there, or if it would be longer than `longest`.
   */
  async newPath(parent: string, longest = Number.POSITIVE_INFINITY): Promise<string> {
    const name = this.newName();
    const isFit = join(parent, name).length <= longest && othersMayLead(parent) === undefined;
    const place = isFit ? parent : SHARED;
    await this.#removeAbandoned(place);
    return join(place, name);
  }

  isName(name: string): boolean {
    return this.#name.test(name);
  }

  /** Removes the homes in a directory whose process is dead on this machine. A home that cannot be removed is left. */
  async #removeAbandoned(parent: string): Promise<void> {
    const names = await readdir(parent).catch(() => []);
    for (const name of names.filter((each) => this.#isAbandoned(each)))
      await this.remove(join(parent, name)).catch(() => undefined);
  }

  /** Ends the processes that use it first. False if it is not surely ours; a home that is gone counts as removed. */
  async remove(path: string): Promise<boolean> {
    try {
      const found = await lstat(path);
      if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
    } catch (error) {
      return error instanceof Error && "code" in error && error.code === "ENOENT";
    }
    await endOrphans(`${this.#variable}=${path}`);
    await rm(path, { recursive: true, force: true });
    return true;
  }

  #isAbandoned(name: string): boolean {
    const [, where, pid, start] = this.#name.exec(name) ?? [];
    if (where === undefined || where !== machine()) return false;
    const now = startOf(Number(pid));
    // If the time of start is unknown, a process with that number may be the one.
    if (now === undefined) return !exists(Number(pid));
    return String(now) !== start;
  }
}

/** Host and namespace of process numbers: containers may share a directory and not each other's processes. */
function machine(): string {
  return createHash("sha256")
    .update(`${hostname()}\n${pidNamespace() ?? ""}`)
    .digest("hex")
    .slice(0, 8);
}

function startOf(pid: number): number | undefined {
  const stat = statOf(pid);
  return stat && Number(stat.start);
}

const POLL_MS = 20;
const PATIENCE_MS = 5_000;

/**
 * Ends every process of this user with that setting, NAME=VALUE, and waits until it is gone. The programs that a process
 * of ours ran live on when it is killed: one of cf may still hold a change open, one of gpg a key. They are ended before
 * anything is probed, so that what was not done yet stays undone (law 4). The setting names the left home: nobody could
 * guess its name. Only Linux tells environments.
 */
async function endOrphans(setting: string): Promise<void> {
  if (process.platform !== "linux") return;
  const orphans = await processesWith(setting);
  for (const pid of orphans) end(pid);
  // Real time: it is the kernel that is waited for.
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    if ((await processesWith(setting)).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function processesWith(setting: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await environment(pid)).includes(setting) ? [pid] : [])));
  return found.flat().filter((pid) => pid !== process.pid);
}

/** Empty for processes of others, for the dead, and for those that ended meanwhile. */
async function environment(pid: number): Promise<readonly string[]> {
  try {
    return (await readFile(`/proc/${pid}/environ`, "utf8")).split("\0");
  } catch {
    return [];
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
