/**
 * The parts of a rig, each written down before it is made, so that all can be removed by name: by the rig itself at its
 * end, or by the next rig when this one's process was killed.
 */
import { appendFile, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "./cache.ts";
import { tryDocker } from "./docker.ts";
import { until } from "./until.ts";

type Made =
  | { readonly kind: "owner" | "process"; readonly pid: number; readonly started: string }
  | { readonly kind: "container" | "network" | "directory"; readonly name: string };

const runs = join(cacheDirectory, "runs");

/** Start time of a process in clock ticks since boot: tells a process from a later one with the same id. */
async function startTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses and may hold blanks.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export class Ledger {
  readonly id: string;
  /** Scratch folder of this rig. */
  readonly directory: string;

  private constructor(id: string, directory: string) {
    this.id = id;
    this.directory = directory;
  }

  static async open(id: string): Promise<Ledger> {
    const directory = join(runs, id);
    await mkdir(directory, { recursive: true });
    const ledger = new Ledger(id, directory);
    await ledger.process("owner", process.pid);
    return ledger;
  }

  private async note(made: Made): Promise<void> {
    await appendFile(join(this.directory, "made"), `${JSON.stringify(made)}\n`);
  }

  async process(kind: "owner" | "process", pid: number): Promise<void> {
    await this.note({ kind, pid, started: (await startTime(pid)) ?? "" });
  }

  container(name: string): Promise<void> {
    return this.note({ kind: "container", name });
  }

  network(name: string): Promise<void> {
    return this.note({ kind: "network", name });
  }

  /** A host directory that goes with all it holds. */
  hostDirectory(name: string): Promise<void> {
    return this.note({ kind: "directory", name });
  }

  /** Removes, newest first, all that is in the ledger, then the ledger. */
  async removeAll(): Promise<void> {
    // Two that begin at the same time may both sweep: it is gone then.
    const text = await readFile(join(this.directory, "made"), "utf8").catch(() => "");
    const lines = text.split("\n").filter((line) => line !== "");
    const made = lines.map((line) => JSON.parse(line) as Made).reverse();
    const containers = made.flatMap((entry) => (entry.kind === "container" ? [entry.name] : []));
    if (containers.length > 0) await tryDocker(["rm", "--force", "--volumes", ...new Set(containers)]);
    for (const entry of made) {
      if (entry.kind === "process") await endProcess(entry.pid, entry.started);
      if (entry.kind === "network") await tryDocker(["network", "rm", entry.name]);
      if (entry.kind === "directory") await rm(entry.name, { recursive: true, force: true });
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Removes the left-overs of rigs whose process is gone. */
  static async sweep(): Promise<void> {
    const ids = await readdir(runs).catch(() => []);
    for (const id of ids) {
      const directory = join(runs, id);
      const first = (await readFile(join(directory, "made"), "utf8").catch(() => "")).split("\n")[0];
      if (first === undefined || first === "") continue;
      const owner = JSON.parse(first) as Made;
      if (owner.kind !== "owner" || (await startTime(owner.pid)) === owner.started) continue;
      await new Ledger(id, directory).removeAll();
    }
  }
}

async function endProcess(pid: number, started: string): Promise<void> {
  const gone = async (): Promise<boolean> => (await startTime(pid)) !== started;
  if (await gone()) return;
  signalled(pid, "SIGTERM");
  await until(`process ${pid} to end`, 5_000, gone, 50).catch(async () => {
    signalled(pid, "SIGKILL");
    await until(`process ${pid} to be killed`, 120_000, gone, 50);
  });
}

/** It may have ended since somebody looked. */
function signalled(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
