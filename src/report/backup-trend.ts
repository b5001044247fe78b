/** How tests of backups went over time: a table for a terminal, a picture for a page. Pure. */
import { printable } from "../printable.js";
import type { BackupTest } from "./backup-test.js";

export interface Trend {
  readonly archive: string;
  /** Oldest first. */
  readonly tests: readonly BackupTest[];
  /** ISO 8601; "" where no test found it good. */
  readonly lastSuccess: string;
}

/** One for each archive, by its name. */
export function trendsOf(tests: readonly BackupTest[]): readonly Trend[] {
  const archives = [...new Set(tests.map(({ archive }) => archive))].sort();
  return archives.map((archive) => {
    const own = tests.filter((test) => test.archive === archive).sort((a, b) => a.run.localeCompare(b.run));
    return { archive, tests: own, lastSuccess: own.findLast(({ verdict }) => verdict === "good")?.at ?? "" };
  });
}

const HEAD = ["tested", "verdict", "base age", "restore", "replay", "rows", "what was found"];

export function trendLines({ archive, tests, lastSuccess }: Trend): readonly string[] {
  const rows = [HEAD, ...tests.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [printable(archive), `last found good: ${lastSuccess === "" ? "never" : stamp(lastSuccess)}`, ...table];
}

function rowOf({ at, verdict, why, found }: BackupTest): string[] {
  const grave = found?.findings.filter(({ severity }) => severity !== "note").map(({ code }) => code) ?? [];
  const times = [found?.base_age_seconds, found?.restore_seconds, found?.replay_seconds].map(duration);
  const rows = found === undefined || found.rows < 0 ? "-" : String(found.rows);
  return [stamp(at), verdict, ...times, rows, printable(found === undefined ? why : [...new Set(grave)].join(", "))];
}

const stamp = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")}Z`;

function duration(seconds: number | undefined): string {
  if (seconds === undefined || seconds < 0) return "-";
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

const WIDTH = 960;
const HEIGHT = 300;
const LEFT = 90;
const TOP = 60;
const FOOT = 60;

/** Seconds of restore and replay, one bar for each test; a test that is not good is a mark of its own. */
export function trendSvg({ archive, tests, lastSuccess }: Trend): string {
  const most = Math.max(1, ...tests.map(totalOf));
  const step = (WIDTH - LEFT - 30) / Math.max(1, tests.length);
  const title = `Tests of the backup ${archive}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" class="backup-trend" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    label({ x: 16, y: 26, words: archive, style: "strong" }),
    label({
      x: 16,
      y: 44,
      words: `last found good: ${lastSuccess === "" ? "never" : stamp(lastSuccess)}`,
      style: "faint",
    }),
    label({ x: 16, y: TOP + 12, words: duration(most), style: "faint" }),
    label({ x: 16, y: HEIGHT - FOOT, words: "0 s", style: "faint" }),
    ...tests.flatMap((test, index) =>
      bar(test, { x: LEFT + index * step, width: Math.max(1, Math.min(24, step - 2)), most }),
    ),
    ...ends(tests, step),
    label({
      x: LEFT,
      y: HEIGHT - 12,
      words: "restore (dark) and replay (light), in seconds; red: bad; grey: could not be tested",
      style: "faint",
    }),
    "</svg>",
    "",
  ].join("\n");
}

const totalOf = ({ found }: BackupTest): number =>
  Math.max(0, found?.restore_seconds ?? 0) + Math.max(0, found?.replay_seconds ?? 0);

interface Place {
  readonly x: number;
  readonly width: number;
  readonly most: number;
}

function bar(test: BackupTest, { x, width, most }: Place): readonly string[] {
  const ground = HEIGHT - FOOT;
  const high = (seconds: number): number => (Math.max(0, seconds) / most) * (ground - TOP);
  const { found, verdict, run } = test;
  const restore = high(found?.restore_seconds ?? 0);
  const replay = high(found?.replay_seconds ?? 0);
  const rect = (y: number, height: number, style: string): string =>
    `<rect class="${style}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}"><title>${escaped(`${run}: ${verdict}`)}</title></rect>`;
  const mark = verdict === "good" ? [] : [rect(ground + 4, 8, verdict)];
  return [rect(ground - restore, restore, "restore"), rect(ground - restore - replay, replay, "replay"), ...mark];
}

/** The first date and the last one, each under its bar. */
function ends(tests: readonly BackupTest[], step: number): readonly string[] {
  const [first, last] = [tests[0], tests.at(-1)];
  if (first === undefined || last === undefined) return [];
  const y = HEIGHT - FOOT + 28;
  return [
    label({ x: LEFT, y, words: stamp(first.at), style: "faint" }),
    ...(tests.length < 2 ? [] : [lastDate(LEFT + (tests.length - 1) * step, y, stamp(last.at))]),
  ];
}

/** Columns that a date takes. */
const DATE_WIDTH = 130;

function lastDate(x: number, y: number, words: string): string {
  const goesIn = x + DATE_WIDTH < WIDTH;
  return label({ x: goesIn ? Math.round(x) : WIDTH - 16, y, words, style: goesIn ? "faint" : "faint end" });
}

const label = ({
  x,
  y,
  words,
  style,
}: {
  readonly x: number;
  readonly y: number;
  readonly words: string;
  readonly style: string;
}): string => `<text class="${style}" x="${x}" y="${y}">${escaped(words)}</text>`;

const escaped = (words: string): string =>
  printable(words).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const STYLE = `
.backup-trend{font:13px system-ui,sans-serif}
.backup-trend .page{fill:#fff}.backup-trend .strong{fill:#1a1d21;font-weight:600}.backup-trend .faint{fill:#5c6570}
.backup-trend .end{text-anchor:end}.backup-trend .restore{fill:#1d5fa8}.backup-trend .replay{fill:#8fbbe8}
.backup-trend .bad{fill:#c2312b}.backup-trend .untested{fill:#a8b0b9}
@media (prefers-color-scheme:dark){
.backup-trend .page{fill:#14171a}.backup-trend .strong{fill:#e8eaed}.backup-trend .faint{fill:#9aa4af}
.backup-trend .restore{fill:#6aa9ef}.backup-trend .replay{fill:#3d5f85}.backup-trend .bad{fill:#ef6a63}.backup-trend .untested{fill:#59626c}
}
`;
