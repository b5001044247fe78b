/**
 * A sandbox by the program `bwrap` (Debian's package bubblewrap): its own namespaces for processes, users, mounts,
 * network, IPC and names. The server is the first process of its namespace: when it ends, the kernel ends every process
 * that it began. The server ends with the process that began it.
 */
import type { Readable } from "node:stream";
import type { Command, Confined, ConfinedServer, Sandbox } from "../../../ports/sandbox.ts";
import { begun } from "./begun.ts";
import { BOUNDS, limited } from "./limits.ts";
import { shownFor } from "./mounts.ts";
import { noteServer } from "./note.ts";

const ALONE = ["--unshare-all", "--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"];
/** From this version on bubblewrap can bound a place in memory (its NEWS). Unbound, it takes up to half of the memory. */
const BOUNDS_SINCE = [0, 7];
const [FILTER_FD, INFO_FD] = [3, 4];

/** The programs of the sandbox, and its limits. */
export interface BubblewrapParts {
  /** Absolute path of `bwrap`. */
  readonly program: string;
  readonly version: string;
  /** Absolute paths of util-linux's programs. */
  readonly prlimit: string;
  readonly choom: string;
  readonly filter: Uint8Array;
}

export class Bubblewrap implements Sandbox {
  readonly kind = "bubblewrap";
  readonly name: string;
  readonly #parts: BubblewrapParts;
  readonly #limits: readonly string[];

  constructor(parts: BubblewrapParts) {
    this.#parts = parts;
    this.#limits = limited(parts);
    this.name = `bubblewrap ${parts.version}`;
  }

  command(confined: Confined): Command {
    return this.#wrap(confined, []);
  }

  async start(server: ConfinedServer): Promise<void> {
    const command = this.#wrap(server, ["--info-fd", String(INFO_FD)]);
    const child = await begun(command, ["ignore", server.log, server.log, "pipe", "pipe"]);
    const first = await firstProcess(child.stdio[INFO_FD] as Readable);
    // It is undefined if the sandbox could not be made. The log then says why, and no server runs.
    if (first !== undefined) noteServer(server.note, first);
  }

  #wrap({ program, args, env, writes, reads, as }: Confined, more: readonly string[]): Command {
    const { mounts, links } = shownFor(program);
    const { program: bwrap, version, filter } = this.#parts;
    return {
      program: bwrap,
      env,
      as,
      fed: filter,
      args: [
        ...ALONE,
        ...["--seccomp", String(FILTER_FD)],
        ...more,
        // These mounts come first, because a program may lie below /tmp.
        ...own(version),
        ...mounts.flatMap(({ from, to }) => ["--ro-bind", from, to]),
        ...links.flatMap(({ to, at }) => ["--symlink", to, at]),
        ...reads.flatMap((path) => ["--ro-bind", path, path]),
        ...[...new Set(writes)].flatMap((path) => ["--bind", path, path]),
        ...["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--"],
        ...this.#limits,
        program,
        ...args,
      ],
    };
  }
}

/** Every other path of a sandbox lies on these mounts, which go with it. */
function own(version: string): readonly string[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [first = 0, second = 0] = BOUNDS_SINCE;
  const bound = major > first || minor >= second ? ["--size", String(BOUNDS.inMemory)] : [];
  return ["--proc", "/proc", "--dev", "/dev", ...bound, "--tmpfs", "/dev/shm", ...bound, "--tmpfs", "/tmp"];
}

/** The server's process id on this machine, as `--info-fd` tells it (bwrap(1)); undefined if it was never started. */
async function firstProcess(info: Readable): Promise<number | undefined> {
  let text = "";
  for await (const piece of info) text += String(piece);
  const pid = Number(/"child-pid": *(\d+)/.exec(text)?.[1]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}
