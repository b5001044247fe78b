/**
 * Kills the tool at every place of one run at which it can be killed, resumes it, and looks at the foundation
 * afterwards.
 */
import { rmSync } from "node:fs";
import { expect } from "vitest";
import { scenarioNamed } from "./scenarios.ts";
import { CRASH_STRIDE, strided } from "./crash-stride.ts";
import { inTurns } from "./in-turns.ts";
import { type Extent, type Planned, planOf } from "./plan.ts";
import { nameOf } from "./point.ts";
import { type Act, record } from "./recording.ts";
import { attempt, type Verdict } from "./trial.ts";

export interface Tried {
  readonly planned: Planned;
  readonly verdict: Verdict;
}

/**
 * Fails if a point is not recovered, or if there are not more than `least`; prints how many of each step and moment.
 */
export async function recoversEverywhere(
  name: string,
  { act = "recovery", least, ...extent }: Extent & { readonly act?: Act; readonly least: number },
): Promise<readonly Tried[]> {
  const every = extent.every * CRASH_STRIDE;
  const everyWithin = (extent.everyWithin ?? extent.every) * CRASH_STRIDE;
  const tried = await everywhere(name, act, { ...extent, every, everyWithin });
  const failing = tried.filter(({ verdict }) => verdict.complaints.length > 0);
  console.table(cellsOf(tried));
  console.log(`crash points of ${name}, ${act}: ${tried.length - failing.length} of ${tried.length} recovered`);
  expect(failing.map(({ planned, verdict }) => ({ step: planned.row, at: nameOf(verdict.point), ...verdict }))).toEqual(
    [],
  );
  expect(tried.length).toBeGreaterThan(strided(least));
  return tried;
}

async function everywhere(name: string, act: Act, extent: Extent): Promise<readonly Tried[]> {
  const recording = await record({ scenario: scenarioNamed(name), act });
  try {
    const planned = planOf(recording, extent);
    const own = [...planned.keys()].filter((index) => planned[index]?.sameAs === undefined);
    const verdicts = new Map<number, Verdict>();
    await inTurns(own, async (index) => {
      const each = planned[index];
      if (each !== undefined) verdicts.set(index, await attempt(each.trial, recording.undisturbed));
    });
    return planned.flatMap((each, index) => {
      const verdict = verdicts.get(each.sameAs ?? index);
      return verdict === undefined ? [] : [{ planned: each, verdict }];
    });
  } finally {
    if (recording.album !== undefined) rmSync(recording.album, { recursive: true, force: true });
  }
}

/** Rows are steps in their order, columns moments; a cell says how many of how many were recovered. */
export function cellsOf(tried: readonly Tried[]): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const cells: Record<string, Record<string, string>> = {};
  for (const { planned, verdict } of tried) {
    const row = (cells[planned.row] ??= {});
    const [well = 0, all = 0] = (row[planned.column] ?? "0/0").split("/").map(Number);
    row[planned.column] = `${well + (verdict.complaints.length === 0 ? 1 : 0)}/${all + 1}`;
  }
  return cells;
}
