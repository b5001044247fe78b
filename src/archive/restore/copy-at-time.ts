/**
 * One copy for one moment, or for the archive's end, from one base backup, as an earlier step judged it: a copy that is
 * whole already is only described.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { refuse } from "../../errors.ts";
import { optional } from "../../kit/optional.ts";
import type { RestoredCopy } from "../../ports/scratch-database.ts";
import type { ObjectReader } from "../../ports/object-store.ts";
import { parseSource } from "../names/location.ts";
import { formatLsn } from "../names/lsn.ts";
import { readArchive } from "../reading/facts.ts";
import { controlValues } from "../wal/control-values.ts";
import { CONTROL_FILE } from "../wal/pg-control.ts";
import { microsecondText } from "../wal/microseconds.ts";
import { planRestore } from "./plan.ts";
import { passedOverText, restoreFrom } from "./fallback.ts";

export interface CopyOrder {
  readonly archive: string;
  /** ISO 8601; "" for everything. */
  readonly time: string;
  readonly base: string;
  /** No other is taken in its place if it is damaged. */
  readonly only?: true;
  /** Absolute path of the data directory. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

/** Errors: those of `restoreFrom`; `guard-refused` if another base backup would be taken by now. */
export async function copyAtTime(reader: ObjectReader, order: CopyOrder): Promise<RestoredCopy> {
  const whole = await wholeCopy(order.directory);
  if (whole !== undefined) return whole;
  const facts = await readArchive(reader, parseSource(order.archive), { times: true });
  const targetTime = order.time === "" ? undefined : new Date(order.time);
  const plan = planRestore(facts, { targetTime });
  if (plan.base !== order.base)
    throw refuse("guard-refused", `"${plan.base}" would be restored, and "${order.base}" was judged`)
      .at(order.archive)
      .advise("The archive has changed meanwhile: begin anew.");
  const { outcome, passedOver } = await restoreFrom(reader, facts, {
    ...{ directory: order.directory, signal: order.signal, targetTime },
    ...optional("base", order.only === true ? order.base : undefined),
    progress: ({ bytes, of }) => order.progress(bytes, of),
  });
  const { base, wal } = outcome;
  const { systemId, version } = base.control;
  return {
    ...{ systemId, version, lastTransaction: wal.lastCommit === undefined ? "" : microsecondText(wal.lastCommit) },
    ...optional("damaged", wal.broken === undefined ? undefined : `${wal.broken.name}: ${wal.broken.why}`),
    ...optional("cut", wal.cut === undefined ? undefined : `${wal.cut.name}, at ${formatLsn(wal.cut.at)}`),
    ...(passedOver.length === 0 ? {} : { instead: passedOver.map(passedOverText).join("; ") }),
  };
}

/** A restore gives the directory its name when all of it is on disk. */
async function wholeCopy(directory: string): Promise<RestoredCopy | undefined> {
  const bytes = await readFile(join(directory, CONTROL_FILE)).catch(() => undefined);
  const control = bytes === undefined ? undefined : controlValues(bytes);
  if (control === undefined) return undefined;
  return { systemId: control.systemId, version: control.version, lastTransaction: "" };
}
