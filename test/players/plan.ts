/** Which crash points a recorded run has, and which of them are one and the same state of world and run directory. */
import type { CrashPoint } from "./point.ts";
import type { Recording } from "./recording.ts";
import type { RunFiles, Snapshot } from "./snapshot.ts";
import type { Trial } from "./trial.ts";

export type Column = "before" | "torn" | "after" | "change" | "lost-block" | "signal" | "full-disk" | "clock-back";

export interface Planned {
  readonly row: string;
  readonly column: Column;
  readonly trial: Trial;
  /** Index of the planned point that is the same state: only that one is tried. */
  readonly sameAs?: number;
}

export interface Extent {
  /** The worse accidents as well: a block that is lost after all, a clock that is behind. */
  readonly accidents: boolean;
  /** Only every N-th point. */
  readonly every: number;
  /** Of a batch: only every N-th point within its runs. Its own, and where one of its runs begins or ends, count as `every`. */
  readonly everyWithin?: number;
}

const AWAY = [0, 45_000, 20 * 60_000] as const;
/** Every lost block is of another length, up to a page of the file system. */
const BLOCK_BYTES = 4_096;
const STRIDE = 997;
const BEHIND_MINUTES = 90;
const EVERY_LOSS = 2;
const EVERY_STOP = 6;
const OWN_APPENDS = 5;

export function planOf(recording: Recording, { accidents, every, everyWithin = every }: Extent): readonly Planned[] {
  const { appends, changes, from, undisturbed } = recording;
  const rows = rowsOfAll(undisturbed.files);
  const border = bordersOf(undisturbed.files);
  const row = (append: number): string => rows[append - 1] ?? "the run itself";
  const planned: Planned[] = [];
  const outer = new Set<number>();
  const add = (column: Column, point: CrashPoint, { snapshot, of }: { snapshot: Snapshot; of: number }): void => {
    const away = AWAY[planned.length % AWAY.length] ?? 0;
    planned.push({ row: row(of), column, trial: { point, snapshot, away } });
    if (border(of)) outer.add(planned.length - 1);
  };
  for (const [index, snapshot] of appends.entries()) {
    const append = from + index + 1;
    const at = { snapshot, of: append };
    // A machine that is gone leaves no torn line, and has no disk.
    const isGone = undisturbed.act === "leased";
    const moments = isGone ? (["before"] as const) : (["before", "torn", "after"] as const);
    for (const when of moments) add(when, { is: "append", append, when }, at);
    if (!accidents || isGone) continue;
    const later = { snapshot: appends[index + 1] ?? snapshot, of: append };
    if (append % EVERY_LOSS === 0)
      add("lost-block", { is: "lost-block", append, bytes: 1 + ((append * STRIDE) % BLOCK_BYTES) }, later);
    // The points that stop a process in order, in turn: each process after the first begins with the entry that it
    // resumes with.
    const own = 2 + (append % OWN_APPENDS);
    if (append % EVERY_STOP === 1) add("signal", { is: "signal", append, own }, at);
    if (append % EVERY_STOP === 3) add("full-disk", { is: "full-disk", append, own }, at);
    if (append % EVERY_STOP === 5) add("clock-back", { is: "clock-back", append, minutes: BEHIND_MINUTES }, at);
  }
  for (const [index, { snapshot }] of changes.entries())
    add("change", { is: "change", change: index + 1 }, { snapshot, of: snapshot.appends });
  const some = planned.filter((_, index) => index % (outer.has(index) ? every : everyWithin) === 0);
  return withTwins(
    some,
    changes.map(({ snapshot }) => snapshot.appends),
  );
}

/**
 * After N and before N + 1 are one state if the far side changed nothing in between; so is the last change and what
 * follows it.
 */
function withTwins(planned: readonly Planned[], changedAfter: readonly number[]): readonly Planned[] {
  const before = new Map<number, number>();
  for (const [index, { trial }] of planned.entries())
    if (trial.point.is === "append" && trial.point.when === "before") before.set(trial.point.append, index);
  return planned.map((each) => {
    const { point } = each.trial;
    const twin =
      point.is === "append" && point.when === "after" && !changedAfter.includes(point.append)
        ? before.get(point.append + 1)
        : point.is === "change" && changedAfter.lastIndexOf(changedAfter[point.change - 1] ?? -1) === point.change - 1
          ? before.get((changedAfter[point.change - 1] ?? -1) + 1)
          : undefined;
    const isSame = twin !== undefined && sameRuns(planned[twin]?.trial.snapshot, each.trial.snapshot);
    return isSame ? { ...each, sameAs: twin } : each;
  });
}

/** A step that begins a run makes its directory first. */
const sameRuns = (one: Snapshot | undefined, other: Snapshot): boolean =>
  one?.runs.length === other.runs.length &&
  one.laptop?.directory === other.laptop?.directory &&
  one.laptop?.servers.join() === other.laptop?.servers.join();

/** Lines of the batch itself, and the first and the last of each of its runs; of a run alone all. */
function bordersOf({ runs: [own, ...within] }: RunFiles): (append: number) => boolean {
  const borders = new Set<number>();
  let before = own.lines.length;
  for (const { lines } of within) {
    borders.add(before + 1).add(before + lines.length);
    before += lines.length;
  }
  return (append) => append <= own.lines.length || borders.has(append);
}

function rowsOfAll({ runs: [own, ...within] }: RunFiles): readonly string[] {
  const named = within.map(({ lines }, at) => rowsOf(lines).map((row) => `${at + 1} of ${within.length}: ${row}`));
  return [...rowsOf(own.lines), ...named.flat()];
}

/** The step that every line belongs to; lines without one belong to the step that was at work. */
function rowsOf(journal: readonly string[]): readonly string[] {
  let current = "";
  return journal.map((line) => {
    const { step, steps, type } = JSON.parse(line) as { step?: string; steps?: unknown; type: string };
    const own =
      step ?? (type === "approved" && Array.isArray(steps) ? String(steps[0]).replace(/\[.*/s, "") : undefined);
    if (type.startsWith("run-")) return "the run itself";
    current = own ?? current;
    return current === "" ? "the run itself" : current;
  });
}
