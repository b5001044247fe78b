/** The lines of a log collector about the foundation, in the form of its time (dingo.md §2.1). */
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type CollectedLine, storeLines } from "./collected-store.ts";
import { utcDate } from "../world/lines/utc-date.ts";
import type { SyslogLine, World } from "../world/world.ts";

/** The page's collector stood in California: stamps without year and zone, in California's date (dingo.md §1.14). */
const PACIFIC = -7 * 3_600_000;

/** The collector's file. It takes the lines out of the world: there they would be written down with every change. */
export class CollectedLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Appends the world's new lines; returns the world without them. */
  take(world: World): World {
    if (world.collector === "rotated") this.#takeRotated(world.syslog);
    else if (world.collector === "log-store") storeLines(dirname(this.#path), world.syslog.map(pacificLine));
    else appendFileSync(this.#path, printed(world.syslog, world.era === "a" ? traditional(PACIFIC) : rfc5424));
    return { ...world, syslog: [] };
  }

  /**
   * The broker's lines by one collector, in Pacific time, rotated and packed in the middle of a deletion; the cells' by
   * another, which runs in UTC. Neither says year or zone.
   */
  #takeRotated(lines: readonly SyslogLine[]): void {
    const directory = dirname(this.#path);
    const packed = join(directory, "broker.log.1.gz");
    const ofCells = lines.filter(({ program }) => program.startsWith("docker/"));
    const ofBroker = lines.filter(({ program }) => !program.startsWith("docker/"));
    const cut = existsSync(packed) ? 0 : ofBroker.findLastIndex(({ text }) => text.includes("remove-node.perform"));
    if (cut > 0) writeFileSync(packed, gzipSync(printed(ofBroker.slice(0, cut), traditional(PACIFIC))));
    appendFileSync(join(directory, "broker.log"), printed(ofBroker.slice(Math.max(0, cut)), traditional(PACIFIC)));
    appendFileSync(join(directory, "cells.log"), printed(ofCells, traditional(0)));
  }
}

/** As `traditional` prints it: the store takes the head's time for UTC. */
function pacificLine(line: SyslogLine): CollectedLine {
  const at = Math.floor((line.at + PACIFIC) / 1000) * 1000;
  return { at, host: line.host, raw: traditional(PACIFIC)(line), message: line.text };
}

function printed(lines: readonly SyslogLine[], print: (line: SyslogLine) => string): string {
  return lines.map((line) => `${print(line)}\n`).join("");
}

/** `Mar 16 23:10:17 HOST PROGRAM:  TEXT` */
function traditional(offset: number): (line: SyslogLine) => string {
  return ({ at, host, program, text }) => {
    const { month, date, time } = utcDate(at + offset);
    return `${month} ${date.replace(/^0/, " ")} ${time} ${host} ${program}:  ${text}`;
  };
}

/** `<14>1 2026-11-21T13:19:52.592949+00:00 HOST PROGRAM - - - TEXT`; of a container's tag only `docker` is left. */
function rfc5424({ at, host, program, text }: SyslogLine): string {
  const stamp = new Date(at).toISOString().replace("Z", "000+00:00");
  const docker = program.startsWith("docker/");
  return `<${docker ? 30 : 14}>1 ${stamp} ${host} ${docker ? "docker 6779" : `${program} -`} - - ${docker ? " " : ""}${text}`;
}
