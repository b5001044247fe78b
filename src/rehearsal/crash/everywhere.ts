/** Kills the tool at every place of one run where it can be killed, resumes it, and looks at what became of the foundation. */
import { rmSync } from "node:fs";
import { Crew } from "./crew.js";
import type { Matrix, Tried } from "./matrix.js";
import { type Extent, planOf } from "./plan.js";
import type { Act } from "./recording.js";
import { nameOf } from "./point.js";
import type { Verdict } from "./trial.js";

export interface EverywhereOptions extends Extent {
  readonly scenario: string;
  readonly seed: number;
  readonly act?: Act;
  readonly acceptLoss?: number;
  /** The module that is a worker. */
  readonly worker: string;
  readonly processes: number;
  readonly say: (line: string) => void;
}

export async function crashEverywhere(options: EverywhereOptions): Promise<Matrix> {
  const { scenario, seed, say } = options;
  const crew = new Crew(options.worker, options.processes);
  let album: string | undefined;
  try {
    const { act = "recovery", acceptLoss } = options;
    const recording = await crew.record({ scenario, seed, act, ...(acceptLoss === undefined ? {} : { acceptLoss }) });
    const { undisturbed, appends, changes } = recording;
    album = recording.album;
    say(
      `Undisturbed it ends with ${undisturbed.exitCode}: ${appends.length} journal appends, ${changes.length} changes by the far side.`,
    );
    const planned = planOf(recording, options);
    const distinct = planned.flatMap((each, index) => (each.sameAs === undefined ? [{ each, index }] : []));
    say(`${planned.length} crash points, ${distinct.length} of them states of their own: each is resumed to its end.`);
    const verdicts = new Map<number, Verdict>();
    await crew.attempt(
      undisturbed,
      distinct.map(({ each }) => each.trial),
      (verdict, at) => {
        verdicts.set(distinct[at]?.index ?? -1, verdict);
        report({ verdict, tried: verdicts.size, of: distinct.length }, say);
      },
    );
    const tried = planned.flatMap((each, index): Tried[] => {
      const verdict = verdicts.get(each.sameAs ?? index);
      return verdict === undefined ? [] : [{ planned: each, verdict }];
    });
    return { scenario, seed, act, tried };
  } finally {
    crew.dismiss();
    if (album !== undefined) rmSync(album, { recursive: true, force: true });
  }
}

const TENTHS = 10;

/** It takes minutes: every tenth is told, and whatever is not well at once. */
function report(
  { verdict, tried, of }: { verdict: Verdict; tried: number; of: number },
  say: (line: string) => void,
): void {
  const { point, complaints } = verdict;
  if (complaints[0] !== undefined) say(`  NOT RECOVERED: ${nameOf(point)}: ${complaints[0]}`);
  if (Math.floor((tried * TENTHS) / of) > Math.floor(((tried - 1) * TENTHS) / of)) say(`  ${tried} of ${of} tried`);
}
