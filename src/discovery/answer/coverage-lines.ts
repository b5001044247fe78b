/** The coverage for a person: sources that were read and sources that were not, counted, or each with its span. */
import { counted } from "../../kit/text/counted.ts";
import type { Coverage } from "../judgement/candidate.ts";
import { shown } from "../lines/safe-text.ts";
import { plainTime } from "../lines/stamp.ts";

/** Beyond these nobody reads on. */
const SHOWN_HOLES = 5;

/** `inFull`: each source by itself. */
export function coverageLines(coverage: readonly Coverage[], inFull: boolean): readonly string[] {
  const holes = coverage.filter((entry) => !entry.complete);
  const told = inFull ? holes : holes.slice(0, SHOWN_HOLES);
  const more = holes.length - told.length;
  const rest = more === 0 ? [] : [`   and ${more} more; --verbose lists them`];
  const read = coverage.filter(wasReadInFull);
  return [
    ...section("Not looked at in full:", [...holeLines(told), ...rest]),
    ...(inFull ? section("Looked at:", read.map(spanLine)) : countLines(read)),
  ];
}

/** One line, of all files that were read; one for each other source. */
function countLines(read: readonly Coverage[]): readonly string[] {
  const files = read.filter(({ file }) => file !== undefined);
  const others = read.filter(({ file }) => file === undefined);
  const told = files.length > 1 ? [filesLine(files)] : files.map(spanLine);
  return section("Looked at:", [...told, ...others.map(spanLine)]);
}

function filesLine(files: readonly Coverage[]): string {
  const by = (a: string, b: string): number => Date.parse(a) - Date.parse(b);
  const times = files.flatMap(({ from, to }) => [from, to].filter((time) => time !== undefined)).toSorted(by);
  const [first, last] = [times[0], times.at(-1)];
  const span = first === undefined ? "" : `: ${spanText(first, last)}`;
  const skipped = files.some((each) => each.skipped === true) ? ", of some only the time that was asked for" : "";
  return `   ${counted(files.length, "file")}${span}${skipped}; --verbose lists each`;
}

/** A remedy stands below the hole that it mends; one that mends several stands below the last of them. */
function holeLines(holes: readonly Coverage[]): readonly string[] {
  const last = (remedy: string): number => holes.findLastIndex((each) => each.remedy === remedy);
  return holes.flatMap((hole, index) => {
    const { remedy } = hole;
    return [holeLine(hole), ...(remedy === undefined || last(remedy) !== index ? [] : [`      ${shown(remedy)}`])];
  });
}

function holeLine({ source, file = "", store = "", from, to, why }: Coverage): string {
  const span = from === undefined ? "" : ` (read: ${spanText(from, to)})`;
  return `   ${shown(file || store || source)}: ${shown(why ?? "unknown")}${span}`;
}

/** Every source stands in one of the two lists. */
function wasReadInFull({ complete, from, file }: Coverage): boolean {
  return complete && (from !== undefined || file !== undefined);
}

function spanLine({ source, file = "", store = "", from, to, zones, guessed, skipped }: Coverage): string {
  const part = skipped === true ? ", only the time that was asked for" : "";
  const guess = guessed === true ? ", a guess by the file's date: no line tells its year and zone" : "";
  const zone = zones === undefined ? guess : `, its clock runs at ${zones.join(" and ")}`;
  if (from === undefined) return `   ${shown(file || store || source)}: no line of it has a time`;
  return `   ${shown(file || store || source)}: ${spanText(from, to)}${part}${zone}`;
}

const spanText = (from: string, to: string | undefined): string =>
  `${plainTime(from)} to ${to === undefined ? "?" : plainTime(to)}`;

export function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines, ""];
}
