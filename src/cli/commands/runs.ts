import { EXIT } from "../../errors.ts";
import { createOutput } from "../screen/output.ts";
import { wrap } from "../screen/text.ts";
import { batchStateOf } from "../runs/batch-state.ts";
import { backText, MEMBER_RUNBOOK } from "../runs/batch.ts";
import { secrets } from "../process/failure.ts";
import { allRuns, type ListedRun, playedAt } from "../runs/open-runs.ts";
import type { GlobalArguments } from "../options/options.ts";
import { readOnce, type SavedRuns } from "../runs/read-once.ts";
import { openStateDirectory } from "../process/state.ts";

export async function runs(given: GlobalArguments): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const directory = readOnce(openStateDirectory({ stateDir: given["state-dir"] }));
  // The name of a rehearsal has the date of its box.
  const listed = allRuns(directory).map((each) => withBatch(directory, each));
  const all = listed.toSorted((a, b) => a.workedAt - b.workedAt);
  if (given.json)
    output.json({
      schema: "dingo-recover/runs@1",
      runs: all.map(({ told: _told, called: _called, workedAt: _at, ...run }) => run),
    });
  else if (all.length === 0) output.line("no runs yet");
  else {
    const widest = Math.min(MOST_PADDED, Math.max(...all.map(({ called }) => called.length)));
    // A pipe's reader counts the lines.
    const columns = output.isTerminal ? output.columns : Number.POSITIVE_INFINITY;
    if (output.isTerminal) for (const line of rowOf(HEAD, { widest, columns })) output.line(line, "strong");
    for (const run of all) {
      const what = `${run.runbook}${run.rehearsal ? " (rehearsal)" : ""}  ${run.told ?? run.step}`.trimEnd();
      const worked = minuteOf(run.workedAt);
      for (const line of rowOf({ ...run, worked, target: run.called, what }, { widest, columns })) output.line(line);
    }
    if (output.isTerminal) for (const line of closingLines(all)) output.line(line, "faint");
    if (output.isTerminal && all.some(({ rehearsal }) => rehearsal))
      for (const line of wrap(CLOCKS, output.columns)) output.line(line, "faint");
  }
  return await Promise.resolve(EXIT.done);
}

type Row = Pick<ListedRun, "run" | "state" | "target"> & { readonly worked: string; readonly what: string };

const HEAD: Row = {
  run: "RUN".padEnd("20261121-020000-abcd".length),
  state: "STATE",
  worked: "LAST WORKED".padEnd("2026-11-21 02:00Z".length),
  target: "TARGET",
  what: "RUNBOOK  STEP",
};

const CLOCKS = "LAST WORKED is by the clock of this machine. The name of a rehearsal is by its own clock.";

/** Of a run without a journal nothing is known. */
const minuteOf = (ms: number): string =>
  ms === 0 ? "-".padEnd("2026-11-21 02:00Z".length) : `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")}Z`;

/** Rows of their own are easier to read than one that the terminal breaks. */
function rowOf(
  { run, state, worked, target, what }: Row,
  { widest, columns }: { readonly widest: number; readonly columns: number },
): readonly string[] {
  const when = `${run}  ${state.padEnd(11)} ${worked}`;
  const where = `${when}  ${(target || "-").padEnd(widest)}`;
  const below = `    ${target || "-"}  ${what}`;
  if (where.length > columns)
    return [when.trimEnd(), ...(below.length > columns ? [`    ${target || "-"}`, `    ${what}`] : [below])];
  return where.length + 2 + what.length > columns ? [where.trimEnd(), `    ${what}`] : [`${where}  ${what}`];
}

/** Tells how to close open runs, because the list only grows. Rehearsals are left out. */
export function closingLines(all: readonly Pick<ListedRun, "run" | "state" | "rehearsal">[]): readonly string[] {
  const [open, ...others] = all.filter(({ state, rehearsal }) => !rehearsal && CLOSED_BY_UNDO.has(state));
  if (open === undefined) return [];
  return [
    "A run that nobody goes on with is closed by undo, which takes back its changes:",
    `  dingo-recover undo ${others.length === 0 ? open.run : "RUN"}`,
  ];
}

/** One that is at work is stopped first; one in doubt is looked at first. */
const CLOSED_BY_UNDO: ReadonlySet<string> = new Set(["waiting", "stopped", "failed"]);

/** A target that is longer moves its own line alone. */
const MOST_PADDED = 32;

type Worked = ListedRun & { readonly told?: string; readonly workedAt: number };

/** A batch has the state of its databases, and was last at work when the last of them was, even if its own run has ended. */
function withBatch(directory: SavedRuns, run: ListedRun): Worked {
  const isBatch = run.state === "succeeded" && run.runbook !== MEMBER_RUNBOOK;
  const batch = isBatch ? batchStateOf(directory, directory.read(run.run).entries) : undefined;
  const members = batch?.standings.flatMap((standing) => standing.run ?? []) ?? [];
  const workedAt = Math.max(...[run.run, ...members].map((each) => playedAt(directory, each)));
  if (batch === undefined) return { ...run, workedAt };
  return { ...run, workedAt, state: batch.state, updatedAt: batch.updatedAt, told: backText(batch.standings) };
}
