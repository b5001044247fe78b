/** Whether an archive is worth a run: the run's own first judgement, in one line. Reads only. */
import type { Context } from "../../../action.ts";
import { type ArchiveFacts, readArchive } from "../../../archive/reading/facts.ts";
import { instanceArchive } from "../../../archive/names/location.ts";
import { verifyArchive } from "../../../archive/judgement/verify.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { isTransient, RecoverError, refuse } from "../../../errors.ts";
import { lossRange, lossText } from "../../../archive/loss.ts";
import type { ObjectReader } from "../../../ports/object-store.ts";
import { lossFactsOf } from "../../../archive/loss-facts.ts";

export type Judged = { readonly against: string } | { readonly lost: number; readonly told: string };

/** Its run looks for it elsewhere, and in the base backup at last. */
const FOUND_ELSEWHERE: readonly string[] = ["sysid-missing", "sysid-from-elsewhere"];

/** The facts that discovery has about the instance's end. */
export interface Deleted {
  readonly guid: string;
  readonly deletedAt: string;
  /** The last segment of an orderly end; "" when no log shows one. */
  readonly cleanStop: string;
  /** Its container may still run. */
  readonly mayLive: boolean;
}

/**
 * Errors: `input-missing` without a bucket; `unreachable`. A refusal of the store is told, and is no absence (law 5).
 */
export async function judgeArchive(context: Context, deleted: Deleted): Promise<Judged> {
  const { bucket } = context.ports.settings;
  if (bucket === undefined)
    throw refuse("input-missing", "the bucket of the archives is not known")
      .at("s3.bucket")
      .advise("Set s3.bucket in the configuration.");
  try {
    const reader = context.ports.store.reader();
    return await judge(reader, await readArchive(reader, instanceArchive(bucket, deleted.guid)), deleted);
  } catch (error) {
    if (!(error instanceof RecoverError) || isTransient(error)) throw error;
    return { against: `its archive could not be looked at: ${error.message}` };
  }
}

async function judge(reader: ObjectReader, facts: ArchiveFacts, deleted: Deleted): Promise<Judged> {
  const verdict = verifyArchive(facts);
  const { restorable, problems, objects, bytes } = verdict;
  const sysidAlone = problems.every(({ code }) => FOUND_ELSEWHERE.includes(code));
  if (!restorable && !sysidAlone)
    return { against: `${verdict.verdict}: ${problems.map(({ message }) => message).join("; ")}` };
  const size = `archive of ${counted(objects, "object")}, ${bytesText(bytes)}`;
  const what = restorable ? verdict.verdict : "its system identifier has to be found elsewhere";
  const end = { ...deleted, left: deleted.mayLive, livedOn: false, ownDatabase: "" };
  const known = await lossFactsOf(reader, facts, { verdict, end });
  return { lost: verdict.loss.segments, told: `${size}, ${what}; ${lossText(lossRange(known))}` };
}
