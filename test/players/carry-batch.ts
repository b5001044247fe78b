/** A whole batch in the process of the box: its run, then each database that is left, as `carry-batch.ts` takes them in turn. */
import {
  type Batch,
  batchOf,
  inputsOf,
  MEMBER_RUNBOOK,
  type Standing,
  standingsOf,
  targetOf,
} from "../../src/cli/runs/batch.ts";
import { inTurn } from "../../src/cli/commands/carry-batch.ts";
import { asRecoverError, EXIT } from "../../src/errors.ts";
import { StateDirectory } from "../../src/engine/journal/state-directory.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import type { Bench } from "./bench.ts";
import { type Carriage, type Carried, carry } from "./carry.ts";

/** The run of the result is the batch's own. */
export async function carryBatch(bench: Bench, carriage: Carriage): Promise<Carried> {
  const state = new StateDirectory({ path: bench.stateDirectory, secrets: new Secrets(), now: () => new Date() });
  const agreedIn = (run: string | undefined): Batch | undefined =>
    run === undefined ? undefined : batchOf(state.read(run).entries);
  const before = agreedIn(carriage.run);
  const own =
    before === undefined
      ? await carry(bench, { ...carriage, task: "recovery" })
      : { run: before.run, exitCode: EXIT.done };
  const batch = before ?? agreedIn(own.run);
  if (own.exitCode !== EXIT.done || batch === undefined) return own;
  const said: string[] = [];
  const member = async (_: Batch, standing: Standing): Promise<number> => {
    const { exitCode, error } = await carry(bench, ofMember(carriage, batch, standing));
    if (error !== undefined) said.push(error);
    return exitCode;
  };
  const exitCode = await inTurn(batch, {
    standings: () => standingsOf(state, batch),
    carriers: { begin: member, goOn: member },
    asks: false,
    signal: carriage.signal ?? new AbortController().signal,
    tell: () => undefined,
    fail: (thrown) => asRecoverError(thrown).exitCode,
  });
  return { run: batch.run, exitCode, ...(said.length === 0 ? {} : { error: said.join("; ") }) };
}

function ofMember({ run: _batch, ...carriage }: Carriage, batch: Batch, { member, run }: Standing): Carriage {
  const approved = { confirm: targetOf(batch, member), acceptLoss: member.lost };
  const inputs = inputsOf(batch, member) as Carriage["inputs"];
  const itself = { ...carriage, ...approved, task: "recovery", runbook: MEMBER_RUNBOOK, inputs } as const;
  return run === undefined ? itself : { ...itself, run };
}
