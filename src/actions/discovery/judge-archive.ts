/** Whether an archive is worth a run: what the run itself would find out first, in one line. Reads only. */
import type { Context } from "../../action.js";
import { readArchive } from "../../archive/reading/facts.js";
import { instanceArchive } from "../../archive/names/location.js";
import { lossInTimeText, lossText } from "../../archive/judgement/loss.js";
import type { ArchiveVerdict } from "../../archive/judgement/verdict.js";
import { verifyArchive } from "../../archive/judgement/verify.js";
import { bytesText } from "../../bytes.js";
import { counted } from "../../counted.js";
import { isTransient, RecoverError } from "../../errors.js";

export type Judged = { readonly against: string } | { readonly lost: number; readonly told: string };

/** Its run looks for it elsewhere, and in the base backup at last. */
const FOUND_ELSEWHERE: readonly string[] = ["sysid-missing", "sysid-from-elsewhere"];

/** Errors: `input-missing` without a bucket; `unreachable`. What the store refuses is told, and is no absence (law 5). */
export async function judgeArchive(
  context: Context,
  { guid, deletedAt }: { readonly guid: string; readonly deletedAt: string },
): Promise<Judged> {
  const { bucket } = context.ports.settings;
  if (bucket === undefined)
    throw new RecoverError("input-missing", "the bucket of the archives is not known", {
      remedy: "Set s3.bucket in the configuration.",
      place: "s3.bucket",
      effect: "none",
    });
  try {
    const facts = await readArchive(context.ports.store.reader(), instanceArchive(bucket, guid));
    return judge(verifyArchive(facts), deletedAt);
  } catch (error) {
    if (!(error instanceof RecoverError) || isTransient(error)) throw error;
    return { against: `its archive could not be looked at: ${error.message}` };
  }
}

function judge(verdict: ArchiveVerdict, deletedAt: string): Judged {
  const { restorable, problems, objects, bytes, loss, recoveryPoint } = verdict;
  const sysidAlone = problems.every(({ code }) => FOUND_ELSEWHERE.includes(code));
  if (!restorable && !sysidAlone)
    return { against: `${verdict.verdict}: ${problems.map(({ message }) => message).join("; ")}` };
  const size = `archive of ${counted(objects, "object")}, ${bytesText(bytes)}`;
  const what = restorable ? verdict.verdict : "its system identifier has to be found elsewhere";
  const inTime = lossInTimeText(recoveryPoint?.time, deletedAt);
  return {
    lost: loss.segments,
    told: [`${size}, ${what}`, lossText(loss), ...(inTime === undefined ? [] : [inTime])].join("; "),
  };
}
