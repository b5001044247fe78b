/** Carries a batch: its databases one after another, each as a separate run. A failure stops no other. */
import { EXIT } from "../../errors.ts";
import {
  type Batch,
  batchOf,
  endDocument,
  endLines,
  inputsOf,
  isLeft,
  MEMBER_RUNBOOK,
  type Standing,
  standingsOf,
  targetOf,
} from "../runs/batch.ts";
import { type ConductArguments, openStage, type Stage } from "../session/stage.ts";
import { withFlags } from "../session/flags-again.ts";
import { reportFailure } from "../process/failure.ts";
import { lookCloser } from "../../report/closing.ts";
import { outcomeOf } from "../runs/batch-outcomes.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import { resume } from "./run/resume.ts";
import { runWith } from "./run/run.ts";
import { watchBetween } from "../process/signals.ts";
import { openStateDirectory } from "../process/state.ts";

/** An operator who stops one run means all of them; a process that holds one holds all. */
const ENDS_ALL: readonly number[] = [EXIT.interrupted, EXIT.locked];

export interface Carriers {
  readonly begin: (batch: Batch, standing: Standing) => Promise<number>;
  readonly goOn: (batch: Batch, standing: Standing) => Promise<number>;
}

/** Undefined if the run has agreed on no batch. Otherwise 0 if all are back, else the code of the first that is not. */
export async function carryBatch(given: ConductArguments, run: string): Promise<number | undefined> {
  const state = openStateDirectory({ stateDir: given["state-dir"] });
  const batch = batchOf(state.read(run).entries);
  if (batch === undefined) return undefined;
  const stage = openStage(given);
  const stopper = watchBetween(stage.asks);
  const code = await inTurn(batch, {
    standings: () => standingsOf(state, batch),
    carriers: carriersOf(given),
    asks: stage.asks,
    signal: stopper.signal,
    tell: (text) => (given.json ? undefined : stage.output.line(text, "strong")),
    fail: (thrown) => reportFailure(thrown, given.json),
  }).finally(() => stopper.release());
  showEnd(given, stage, { state, batch });
  await stage.renderer.close();
  return code;
}

export interface Turn {
  readonly standings: () => readonly Standing[];
  readonly carriers: Carriers;
  /** A person is there: who stops one of them there stops the batch. */
  readonly asks: boolean;
  /** Aborted: no other is begun. */
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
  /** Says what one of them threw before its run had begun, and gives its exit code. */
  readonly fail: (thrown: unknown) => number;
}

export async function inTurn(batch: Batch, turn: Turn): Promise<number> {
  const { standings, asks, signal, tell } = turn;
  let failed: number = EXIT.done;
  for (const [index, { guid }] of batch.members.entries()) {
    // Another process may have come to it meanwhile.
    const standing = standings().find(({ member }) => member.guid === guid);
    if (standing === undefined || !isLeft(standing)) continue;
    if (signal.aborted) return EXIT.interrupted;
    tell(`${index + 1} of ${batch.members.length}: "${standing.member.name}" (${guid})`);
    const code = await carryOne(batch, standing, turn);
    if (ENDS_ALL.includes(code) || (asks && code === EXIT.stopped)) return code;
    if (failed === EXIT.done) failed = code;
  }
  return failed;
}

async function carryOne(batch: Batch, standing: Standing, { carriers, tell, fail }: Turn): Promise<number> {
  if (standing.state === "unreadable") {
    tell(`  left alone: ${standing.why ?? ""}`);
    return standing.error?.exitCode ?? EXIT.refused;
  }
  try {
    return await (standing.state === "not-begun" ? carriers.begin : carriers.goOn)(batch, standing);
  } catch (thrown) {
    return fail(thrown);
  }
}

/** The consent to the batch approves each of its runs; all other questions are asked. */
function carriersOf(given: ConductArguments): Carriers {
  const agreed = (batch: Batch, { member }: Standing) => ({
    ...given,
    yes: true,
    confirm: targetOf(batch, member),
    "accept-loss": member.lost,
  });
  return {
    begin: (batch, standing) =>
      runWith(
        { ...agreed(batch, standing), runbook: MEMBER_RUNBOOK, input: [], inputs: undefined, "dry-run": false },
        inputsOf(batch, standing.member),
      ),
    goOn: (batch, standing) =>
      resume({
        ...agreed(batch, standing),
        run: standing.run,
        decide: [],
        "accept-runbook": false,
        "take-over": false,
      }),
  };
}

function showEnd(
  given: ConductArguments,
  { output, flags }: Stage,
  { state, batch }: { readonly state: StateDirectory; readonly batch: Batch },
): void {
  const standings = standingsOf(state, batch);
  if (given.json) return output.json(endDocument(batch, standings));
  const again = (command: string): string => withFlags(command, flags);
  const told = { again, outcomeOf: (each: Standing) => outcomeOf(state, each) };
  output.line("");
  for (const line of endLines(batch, standings, told)) output.line(line);
  for (const line of ["How to look closer", ...lookCloser(batch.run).map((each) => `  ${again(each)}`)])
    output.line(line);
}
