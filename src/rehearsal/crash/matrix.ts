/** What came of all crash points: by step and by moment, for people and as a document. */
import type { Column, Planned } from "./plan.js";
import { nameOf, replayOf } from "./point.js";
import type { Act } from "./recording.js";
import type { Verdict } from "./trial.js";

export interface Tried {
  readonly planned: Planned;
  readonly verdict: Verdict;
}

export interface Matrix {
  readonly scenario: string;
  readonly seed: number;
  /** A recovery where nothing is said. */
  readonly act?: Act;
  readonly tried: readonly Tried[];
}

const COLUMNS: readonly (readonly [Column, string])[] = [
  ["before", "before"],
  ["torn", "torn"],
  ["after", "after"],
  ["change", "effect done"],
  ["lost-block", "lost block"],
  ["signal", "signal"],
  ["full-disk", "full disk"],
  ["clock-back", "clock back"],
];

const isWell = ({ verdict }: Tried): boolean => verdict.complaints.length === 0;

/** Rows are steps in their order, columns moments; a cell says how many of how many were recovered. */
export function matrixLines(matrix: Matrix): readonly string[] {
  const { tried } = matrix;
  const rows = [...new Set(tried.map(({ planned }) => planned.row))];
  const columns = COLUMNS.filter(([column]) => tried.some(({ planned }) => planned.column === column));
  const cells = rows.map((row) => [row, ...columns.map(([column]) => cell(tried, row, column))]);
  const table = [["step", ...columns.map(([, title]) => title)], ...cells];
  const widths = table[0]?.map((_, at) => Math.max(...table.map((line) => line[at]?.length ?? 0))) ?? [];
  const print = (line: readonly string[]): string =>
    line
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  return [...table.map(print), "", ...failingLines(matrix), lastLine(matrix)];
}

function cell(tried: readonly Tried[], row: string, column: Column): string {
  const own = tried.filter(({ planned }) => planned.row === row && planned.column === column);
  return own.length === 0 ? "" : `${own.filter(isWell).length}/${own.length}`;
}

/** A rehearsal that shows the point; one on another machine has none. Each run of a batch counts its own appends. */
function playIt({ scenario, seed, act = "recovery" }: Matrix, point: Tried["verdict"]["point"]): readonly string[] {
  if (act === "leased" || (act === "batch" && point.is !== "change")) return [];
  const flags = act === "recovery" || act === "batch" ? "" : ` --${act}`;
  return [
    `  play it: dingo-recover rehearse ${scenario}${flags} --seed ${seed} --pace max --crash-at ${replayOf(point)}`,
  ];
}

function failingLines(matrix: Matrix): readonly string[] {
  return matrix.tried
    .filter((each) => !isWell(each))
    .flatMap(({ planned, verdict }) => [
      `NOT RECOVERED: ${planned.row}, ${nameOf(verdict.point)}`,
      ...verdict.complaints.map((complaint) => `  ${complaint}`),
      ...playIt(matrix, verdict.point),
    ]);
}

export function lastLine({ tried }: Matrix): string {
  return `${tried.filter(isWell).length} of ${tried.length} crash points recovered`;
}

export const allRecovered = ({ tried }: Matrix): boolean => tried.length > 0 && tried.every(isWell);

export function matrixDocument(matrix: Matrix): Record<string, unknown> {
  const { scenario, seed, act = "recovery", tried } = matrix;
  return {
    schema: "dingo-recover/crash-matrix@1",
    scenario,
    seed,
    act,
    tried: tried.length,
    recovered: tried.filter(isWell).length,
    points: tried.map(({ planned, verdict }) => ({
      step: planned.row,
      moment: planned.column,
      point: nameOf(planned.trial.point),
      crashAt: replayOf(planned.trial.point),
      exitCode: verdict.exitCode,
      recovered: verdict.complaints.length === 0,
      complaints: verdict.complaints,
      ...(planned.sameAs === undefined ? {} : { sameAs: nameOf(verdict.point) }),
    })),
  };
}
