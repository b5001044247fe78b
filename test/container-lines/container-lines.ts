/**
 * The log of a container, made comparable: each line with its program, with names and numbers taken out. The programs
 * of a container run beside each other, so that only the order within one of them means something. A line that a
 * program repeats counts once, at its first place.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Phase, Release } from "./phases.ts";

/** The lines of a program, by the program's name, in their order. */
export type Said = ReadonlyMap<string, readonly string[]>;

const CAPTURED = new URL("../../fixtures/container-logs/", import.meta.url);

/** Lines of a file; the line feed at its end is no line. */
const linesOf = (file: string): readonly string[] =>
  readFileSync(new URL(file, CAPTURED), "utf8").split("\n").slice(0, -1);

export const capturedPhase = (release: Release, phase: Phase): readonly string[] => linesOf(`${release}/${phase}.log`);

/** Phases on a machine that had too much to do: files are called RELEASE-PHASE.log. */
export const capturedUnderLoad = (phase: Phase): readonly (readonly string[])[] =>
  readdirSync(new URL("under-load/", CAPTURED))
    .filter((file) => file.endsWith(`-${phase}.log`))
    .map((file) => linesOf(`under-load/${file}`));

export function said(log: readonly string[]): Said {
  const programs = new Map<string, string[]>();
  for (const { program, text } of statements(log)) {
    if (text === "") continue;
    const texts = programs.get(program) ?? [];
    if (!texts.includes(text)) texts.push(text);
    programs.set(program, texts);
  }
  return programs;
}

interface Statement {
  readonly program: string;
  readonly text: string;
}

/** A prefix may stand in the middle of a line: behind an answer of Patroni, which ends without a line feed. */
const PREFIXED = /(?=[0-9a-f]{6}-(?:startup|restore_leader_if_missing|patroni|backup|reinitialize|shutdown)> )/;

function statements(log: readonly string[]): Statement[] {
  const all: Statement[] = [];
  const lastOf = new Map<string, number>();
  for (const line of log.flatMap((each) => each.replaceAll("\r", "").split(PREFIXED))) {
    const [, part = "", rest = line] = /^[0-9a-f]{6}-([a-z_]+)> (.*)$/.exec(line) ?? [];
    for (const text of unglued(rest)) {
      const at = lastOf.get(part);
      const message = at === undefined ? undefined : all[at];
      // wal-e's message goes on in the lines behind it, which begin with eight blanks.
      if (/^ {8}(?:DETAIL|HINT|STRUCTURED): /.test(text) && at !== undefined && message !== undefined) {
        all[at] = { ...message, text: `${message.text} ${masked(text.trim())}` };
        continue;
      }
      const program = programOf(part, text);
      if (/^wal_e\./.test(text)) lastOf.set(part, all.length);
      all.push({ program, text: masked(text) });
    }
  }
  return all;
}

/**
 * pg_ctl, lzop and the AWS client begin a line and end it later: another program's words in the meantime follow in the
 * same line.
 */
const BEGINNINGS = [
  /^waiting for server to (?:start|shut down)(?=\.+)/,
  /^lzop: <stdin>:(?= )/,
  /^(?:Completed .*? remaining\s*)+/,
  /^\.+/,
];

function unglued(text: string): readonly string[] {
  const begun = BEGINNINGS.map((beginning) => beginning.exec(text)?.[0]).find((found) => found !== undefined);
  if (begun === undefined) return [text];
  const kept = /^(?:waiting|lzop)/.test(begun) ? [begun] : [];
  return [...kept, ...unglued(text.slice(begun.length).replace(begun.startsWith("lzop") ? /^ / : "", ""))];
}

/**
 * Programs that print under Patroni's prefix, which starts them all; of PostgreSQL and Patroni, the processes side by
 * side.
 */
const PROGRAMS: readonly (readonly [begins: RegExp, program: string])[] = [
  [/^\d{4}-\d\d-\d\d [\d:,]+ INFO: closed patroni connection /, "patroni beside"],
  [/^\d{4}-\d\d-\d\d [\d:,]+ [A-Z]+: /, "patroni"],
  [/^wal_e\.worker\.upload /, "archiver"],
  [/^wal_e\./, "wal-e"],
  [/^(?:lzop:|not a lzop file)/, "lzop"],
  [/^LOG: {2}(?:autovacuum launcher|MultiXact member)/, "autovacuum"],
  [/^FATAL: {2}(?:the database system is|terminating connection)/, "refused"],
  [/^LOG: {2}database system is ready/, "postmaster"],
  [/^(?:LOG|FATAL|HINT|DETAIL|NOTICE|WARNING|ERROR|PANIC): {2}/, "postgres"],
];

/** The list of base backups comes from a separate loop beside the backups. */
const OF_THE_LIST = /^(?:psql: |\tIs the server running|name\t|base_[0-9A-F]{24}_\d{8}\t)/;

function programOf(part: string, text: string): string {
  if (part === "backup" && OF_THE_LIST.test(text)) return "list";
  if (part !== "patroni") return part === "" ? "start_pg" : part;
  return PROGRAMS.find(([begins]) => begins.test(text))?.[1] ?? "pg_ctl";
}

const MASKS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} /, ""],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "GUID"],
  [/(?<=password: )\S+/, "PASSWORD"],
  [/(?<=: )b'.*'$/, "ANSWER"],
  [/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?: UTC|-00|Z|\+00)?/g, "TIME"],
  [/(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) .*\d\d:\d\d:\d\d.*$/, "TIME"],
  [/\b[0-9A-F]{24}\.[0-9A-F]{8}(?=\.backup)/g, "SEGMENT.OFFSET"],
  [/\bbase_[0-9A-F]{24}_\d{8}/g, "BASE"],
  [/\b[0-9A-F]{24}(?![0-9A-F])/g, "SEGMENT"],
  [/\b[0-9A-F]{8}(?=\.history)/g, "TIMELINE"],
  [/(?<![.\d/])\b[0-9A-F]{1,8}\/[0-9A-F]{1,8}\b/g, "LSN"],
  [/\d+(?:\.\d+)*/g, "N"],
  [/N(?: Bytes|[KMG]i?B)\/s/g, "RATE"],
  [/ +/g, " "],
];

export function masked(text: string): string {
  return MASKS.reduce((so, [pattern, name]) => so.replace(pattern, name), text).trimEnd();
}

/** How a log differs from the captured ones: a line that is missing, one that no container ever said, one out of its order. */
export interface Difference {
  readonly phase: Phase;
  readonly program: string;
  readonly line: string;
  readonly how: "missing" | "more" | "order";
}
