import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { isEncrypted } from "../../../archive/judgement/strangers.ts";
import { verifyArchive } from "../../../archive/judgement/verify.ts";
import {
  type ArchiveLocation,
  formatLocation,
  instanceArchive,
  parseLocation,
} from "../../../archive/names/location.ts";
import { type ArchiveFacts, readArchive } from "../../../archive/reading/facts.ts";
import { inClear } from "../../../archive/reading/in-clear.ts";
import { planRestore, type RestorePlan } from "../../../archive/restore/plan.ts";
import { expandedSize } from "../../../archive/restore/restore.ts";
import { counted } from "../../../kit/text/counted.ts";
import { refuse } from "../../../errors.ts";
import { printedVerify } from "./printed-place.ts";

const input = z.strictObject({
  guid: z.guid(),
  /** Of the living instance. */
  bucket: z.string(),
  /** Another place of the same archive; "" for the usual one. */
  archive: z.string(),
  /** ISO 8601. */
  time: z.string(),
  /** The newest WAL may still be in the living database alone: it is archived before the archive is judged again. */
  may_be_open: z.boolean(),
});
type Input = z.infer<typeof input>;
const output = z.object({
  location: z.string(),
  base: z.string(),
  /** `9.6` */
  postgres_version: z.string(),
  segments: z.number(),
  expanded_bytes: z.number(),
  fetched_bytes: z.number(),
  recovery_point: z.string(),
  /** The archive does not reach the time yet. */
  open: z.boolean(),
});
type Output = z.infer<typeof output>;

/** Which base backup and WAL lead to a moment: refused if none do, before anything is made. */
export const judgeTime = defineAction({
  id: "archive.judge-time",
  title: "See whether the archive reaches that time",
  effect: "read",
  input,
  output,
  tell: (found) =>
    found.open
      ? `${found.location} reaches no later than ${found.recovery_point}: what came behind it is not archived yet`
      : `${found.base} and ${counted(found.segments, "segment")} of WAL in ${found.location} restore to that time`,
  known: ({ recovery_point: value }) => (value === "" ? [] : [{ label: "recovery point", value }]),
  describe: ({ time, ...place }) => printedVerify({ ...place, flags: ["--target-time", time] }),
  async run(context, request): Promise<Output> {
    refuseFuture(context, request);
    const location = locationOf(request);
    const facts = await factsOf(context, location);
    if (isEncrypted(facts) && facts.opened === undefined)
      throw refuse("not-restorable", "the archive is encrypted with OpenPGP, and no key of it is on this machine")
        .at(formatLocation(location))
        .advise("Name the file with its private key as gpg.key in the configuration, and begin anew.");
    const point = verifyArchive(facts).recoveryPoint?.time ?? "";
    const open = request.may_be_open && point !== "" && Date.parse(point) < Date.parse(request.time);
    const plan = planRestore(facts, open ? {} : { targetTime: new Date(request.time) });
    return outputOf(facts, plan, { open, point });
  },
  /** The archive grows with the life of its service; the part that leads to the time has to stay. */
  async verify(context, _request, output) {
    const facts = await factsOf(context, parseLocation(output.location));
    const there = verifyArchive(facts).baseBackups.find(({ name }) => name === output.base);
    return { holds: there?.usable === true, evidence: `${output.base}: ${there?.why ?? "it is not there"}` };
  },
});

function locationOf({ guid, bucket, archive }: Input): ArchiveLocation {
  return archive === "" ? instanceArchive(bucket, guid) : parseLocation(archive);
}

const factsOf = ({ ports }: Context, location: ArchiveLocation): Promise<ArchiveFacts> =>
  readArchive(inClear(ports.store.reader(), ports.decryption), location, { times: true });

function refuseFuture({ ports }: Context, { time }: Input): void {
  const now = ports.clock.now();
  if (Date.parse(time) < now.getTime()) return;
  throw refuse("not-restorable", `${time} has not come yet: it is ${now.toISOString()}`)
    .at("time")
    .advise("Give the time right before the mistake: --input time=….");
}

function outputOf(
  facts: ArchiveFacts,
  plan: RestorePlan,
  { open, point }: { readonly open: boolean; readonly point: string },
): Output {
  return {
    location: formatLocation(facts.location),
    base: plan.base,
    postgres_version: plan.major ?? "",
    segments: plan.segments.length,
    expanded_bytes: expandedSize(plan),
    fetched_bytes: [...plan.tars, ...plan.segments].reduce((sum, { info }) => sum + info.size, 0),
    recovery_point: point,
    open,
  };
}
