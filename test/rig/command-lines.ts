/** Watches the argument lists of a program and of everything that it starts, here and on the cell: /proc sees both. */
import { readdirSync, readFileSync } from "node:fs";

export class CommandLines {
  readonly #seen = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  readonly #watched = new Set<number>();

  /**
   * Looks every 40 ms. Left out are our own children, because the rig hands secrets to docker (those of `watch` are
   * not), and a database container's own processes: its scripts give jq a member's conn_url.
   */
  constructor() {
    this.#timer = setInterval(() => this.#look(), 40);
  }

  watch(pid: number | undefined): void {
    if (pid !== undefined) this.#watched.add(pid);
  }

  get seen(): readonly string[] {
    return [...this.#seen];
  }

  has(text: string): boolean {
    return this.seen.some((line) => line.includes(text));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const parents = new Map<number, number>();
    const lines = new Map<number, string>();
    for (const name of readdirSync("/proc")) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      try {
        parents.set(pid, parentOf(readFileSync(`/proc/${name}/stat`, "utf8")));
        lines.set(pid, readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " "));
      } catch {
        // It ended while we looked.
      }
    }
    const ancestors = (pid: number): number[] => {
      const found: number[] = [];
      for (let at: number | undefined = pid; at !== undefined && at > 0; at = parents.get(at)) found.push(at);
      return found;
    };
    for (const [pid, line] of lines) {
      const chain = ancestors(pid);
      const watched = chain.some((each) => this.#watched.has(each));
      const ours = chain.includes(process.pid) || chain.some((each) => lines.get(each)?.startsWith("dumb-init"));
      if (line !== "" && (watched || !ours)) this.#seen.add(line);
    }
  }
}

/** The program's name is in parentheses and may hold blanks. */
function parentOf(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}
