/** A whole batch without a process of its own: its run, then each database that is left, as `batch-carry.ts` takes them in turn. */
import { asRecoverError, EXIT } from "../errors.js";
import { StateDirectory } from "../journal/state-directory.js";
import type { Carriage, Carried, Carry } from "../rehearsal/crash/carriage.js";
import { Secrets } from "../secrets.js";
import { type Batch, batchOf, inputsOf, MEMBER_RUNBOOK, type Standing, standingsOf, targetOf } from "./batch.js";
import { inTurn } from "./batch-carry.js";

/** The run of the result is the batch's own. */
export async function carryBatch(carriage: Carriage, carryOne: Carry): Promise<Carried> {
  const state = new StateDirectory({
    path: carriage.stateDirectory,
    secrets: new Secrets(),
    now: () => carriage.clock.now(),
  });
  const agreedIn = (run: string | undefined): Batch | undefined =>
    run === undefined ? undefined : batchOf(state.read(run).entries);
  const before = agreedIn(carriage.run);
  const own = before === undefined ? await carryOne({ ...carriage, task: "recovery" }) : ended(before);
  if (own.exitCode !== EXIT.done) return own;
  const batch = before ?? agreedIn(own.run);
  if (batch === undefined) return own;
  const said: string[] = [];
  const member = async (standing: Standing): Promise<number> => {
    const { exitCode, error } = await carryOne(ofMember(carriage, batch, standing));
    if (error !== undefined) said.push(error);
    return exitCode;
  };
  const exitCode = await inTurn(batch, {
    standings: () => standingsOf(state, batch),
    carriers: { begin: (_, standing) => member(standing), goOn: (_, standing) => member(standing) },
    asks: false,
    signal: carriage.signal,
    tell: () => undefined,
    fail: (thrown) => asRecoverError(thrown).exitCode,
  });
  return { run: batch.run, exitCode, ...(said[0] === undefined ? {} : { error: said.join("; ") }) };
}

const ended = ({ run }: Batch): Carried => ({ run, exitCode: EXIT.done });

function ofMember({ run: _batch, ...carriage }: Carriage, batch: Batch, { member, run }: Standing): Carriage {
  const approved = { confirm: targetOf(batch, member), acceptLoss: member.lost };
  const inputs = inputsOf(batch, member) as Carriage["inputs"];
  const itself = { ...carriage, ...approved, task: "recovery", runbook: MEMBER_RUNBOOK, inputs } as const;
  return run === undefined ? itself : { ...itself, run };
}
