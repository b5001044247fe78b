/** What a log collector wrote of the foundation, in the form of its time (dingo.md §2.1). */
import { appendFileSync } from "node:fs";
import type { SyslogLine, World } from "../world/world.js";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** The page's collector stood in California: stamps without year and zone, a date of its own (dingo.md §1.14). */
const PACIFIC = -7 * 3_600_000;

/** The collector's file: it takes the lines out of the world, where they would be written down with every change. */
export class CollectedLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Appends what the world has to say; the world without it. */
  take(world: World): World {
    const print = world.era === "a" ? traditional : rfc5424;
    appendFileSync(this.#path, world.syslog.map((line) => `${print(line)}\n`).join(""));
    return { ...world, syslog: [] };
  }
}

/** `Mar 16 23:10:17 HOST PROGRAM:  TEXT` */
function traditional({ at, host, program, text }: SyslogLine): string {
  const local = new Date(at + PACIFIC);
  const day = String(local.getUTCDate()).padStart(2, " ");
  const stamp = `${MONTHS[local.getUTCMonth()] ?? ""} ${day} ${local.toISOString().slice(11, 19)}`;
  return `${stamp} ${host} ${program}:  ${text}`;
}

/** `<14>1 2026-11-21T13:19:52.592949+00:00 HOST PROGRAM - - - TEXT`; of a container's tag only `docker` is left. */
function rfc5424({ at, host, program, text }: SyslogLine): string {
  const stamp = new Date(at).toISOString().replace("Z", "000+00:00");
  const docker = program.startsWith("docker/");
  return `<${docker ? 30 : 14}>1 ${stamp} ${host} ${docker ? "docker 6779" : `${program} -`} - - ${docker ? " " : ""}${text}`;
}
