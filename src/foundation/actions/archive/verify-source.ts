import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { type ArchiveFacts, readArchive } from "../../../archive/reading/facts.ts";
import { askedCold } from "../../../archive/asked-cold.ts";
import { isCold } from "../../../archive/reading/cold.ts";
import { lookedInto } from "../../../archive/reading/looked-into.ts";
import {
  type ArchiveLocation,
  formatLocation,
  instanceArchive,
  instanceGuidIn,
  parseLocation,
} from "../../../archive/names/location.ts";
import { notReadText } from "../../../archive/judgement/assembly.ts";
import { svgPicture } from "../../../archive/picture/svg.ts";
import type { ArchiveVerdict } from "../../../archive/judgement/verdict.ts";
import { verifyArchive } from "../../../archive/judgement/verify.ts";
import { PROBLEMS, type ProblemCode } from "../../../archive/judgement/problem.ts";
import { isEncrypted } from "../../../archive/judgement/strangers.ts";
import { RecoverError, refuse } from "../../../errors.ts";
import { type LossFacts, lossRange, lossText } from "../../../archive/loss.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { counted } from "../../../kit/text/counted.ts";
import { SYSID_KEY } from "../../../archive/names/layout.ts";
import { lossFactsOf } from "../../../archive/loss-facts.ts";
import { requireKey } from "./openpgp-key.ts";
import { crossCheck, type Elsewhere, type FoundSystemId, systemIdElsewhere } from "./system-id-elsewhere.ts";
import { evidenceRef, keepListing, sinceBaseline } from "./evidence-listing.ts";
import { printedVerify } from "./printed-place.ts";

const input = z.strictObject({
  /** GUID of the deleted instance. */
  guid: z.guid(),
  archive: z.string(),
  /** Of the archives, for the printed command; "" if no configuration names it. */
  bucket: z.string().default(""),
  deleted_at: z.string(),
  /** Segments that the operator accepts to lose. */
  accept_loss: z.number().int().nonnegative(),
  /** Of the deleted instance, if the evidence named them. */
  nodes: z.array(z.string()).default([]),
  /** Its cells know the etcd; without it nobody is asked. */
  deployment: z.string().default(""),
  /** The old container lives on, and adds to its archive. */
  old_goes_on: z.boolean().default(false),
  /** The last segment of an orderly end that the logs show; "" when they show none. */
  clean_stop: z.string().default(""),
  /** The remains of the old instance that were found on the cells. */
  remains: z.array(z.string()).default([]),
  /** Its containers that ran, and that this run has stopped. */
  stopped: z.array(z.object({ cell: z.string(), container: z.string() })).default([]),
  /** Its own database's directory, when that is recovered; "" for the archive. */
  database: z.string().default(""),
});
type Input = z.infer<typeof input>;
const output = z.object({
  location: z.string(),
  system_id: z.string(),
  /** `sysids/sysid`, or the other place at which it was found. */
  system_id_source: z.string(),
  postgres_version: z.string(),
  objects: z.number(),
  bytes: z.number(),
  expanded_bytes: z.number(),
  segments: z.number(),
  last_segment: z.string(),
  /** ISO 8601: the data reach no later. */
  recovery_point: z.string(),
  lost: z.number(),
  loss: z.string(),
  /** ISO 8601, of the last transaction in the archive; "" when it could not be read. */
  last_transaction: z.string().default(""),
  /** The old instance wrote after its deletion: nobody knows until when. */
  lived_on: z.boolean().default(false),
  /** The reason why nothing is lost; "" when none is known. */
  nothing_lost: z.string().default(""),
  /** Its own database's directory, when that is recovered; "" for the archive, and in journals of earlier versions. */
  database: z.string().default(""),
  /** How many of the lost segments are missing and unreachable, and when those were stored; "" for none. */
  lost_segments: z.string().default(""),
  base_backup: z.string(),
  baseline: evidenceRef,
  /** Parts of objects that were not read; "" for none, and in journals of earlier versions. */
  unread: z.string().default(""),
  /** Its WAL as an SVG document; absent in journals of earlier versions. */
  picture: evidenceRef.optional(),
  /** By OpenPGP: the new instance needs a key. */
  encrypted: z.boolean(),
});
type Output = z.infer<typeof output>;

/** The step reads as much as this flag asks for. */
const AS_DEEP = ["--deep"];

const printedLook = (place: Parameters<typeof printedVerify>[0]): ReturnType<typeof printedVerify> =>
  printedVerify({ ...place, flags: AS_DEEP });

/** Reports show the evidence that is kept under this name. */
const ARCHIVE_PICTURE = "archive-picture.svg";

export const verifySource = defineAction({
  id: "archive.verify-source",
  title: "Prove that the archive can be restored",
  effect: "read",
  input,
  output,
  tell: (found) =>
    `${found.location} is restorable from ${found.base_backup} over ${found.segments} segments, no later than ${found.recovery_point}; ${found.loss}${found.system_id_source === SYSID_KEY ? "" : `; its system identifier ${found.system_id} is from ${found.system_id_source}`}${found.unread === "" ? "" : `; ${found.unread}`}`,
  known: ({ recovery_point: value }) => [{ label: "recovery point", value }],
  describe: ({ guid, archive, bucket }) => printedLook({ archive, bucket, guid }),
  async run(context, request): Promise<Output> {
    const location = locate(context, request);
    const facts = await lookedAt(context, location);
    const { verdict, elsewhere } = await judge(context, facts, request);
    refuseUnlessRestorable(verdict, location);
    const lossFacts = await lossOf(context, facts, { verdict, request });
    const loss = lossText(lossRange(lossFacts));
    await acceptLoss(context, { verdict, loss, request, location });
    const objects = facts.entries.map((entry) => entry.info);
    const baseline = await keepListing(context, { name: "source-listing", location, objects });
    const picture = await context.keep(ARCHIVE_PICTURE, svgPicture(verdict, formatLocation(location)));
    return {
      ...outputOf(facts, { request, verdict, lossFacts, loss, baseline, elsewhere }),
      picture,
      encrypted: isEncrypted(facts),
    };
  },
  verify: (context, { old_goes_on }, { baseline }) => sinceBaseline(context, baseline, old_goes_on),
});

/** As `archive verify --deep` does: names tell neither that the last tar part is missing nor whose WAL it is. */
async function lookedAt(context: Context, location: ArchiveLocation): Promise<ArchiveFacts> {
  const reader = context.ports.store.reader();
  const facts = await askedCold(reader, await readArchive(reader, location, { times: true }), {});
  const progress = (done: number, of: number): void =>
    context.progress({ message: `looked into ${done} of ${counted(of, "object")} of the archive` });
  return {
    ...facts,
    ...(await lookedInto(reader, facts, { depth: "deep", cold: (entry) => isCold(facts, entry), progress })),
  };
}

/** Without the identifier the container would make an empty database over the copy (dingo.md §0.3). */
async function judge(
  context: Context,
  facts: ArchiveFacts,
  old: Input,
): Promise<{ readonly verdict: ArchiveVerdict; readonly elsewhere?: FoundSystemId | undefined }> {
  const decrypts = isEncrypted(facts) && (await requireKey(context, old.deployment, facts));
  const verdict = verifyArchive(facts, { decrypts });
  if (verdict.systemId !== null && !lacksOnlySystemId(verdict)) {
    await crossCheck(context, old, verdict.systemId);
    return { verdict };
  }
  if (facts.entries.length === 0) return { verdict };
  const { found, ...rest } = await systemIdElsewhere(context, old, { facts, base: verdict.chosenBase });
  if (found === undefined && lacksOnlySystemId(verdict)) refuseUnread(rest, facts.location);
  return { verdict: verifyArchive(facts, { decrypts, systemId: found?.systemId }), elsewhere: found };
}

const OF_SYSTEM_ID: readonly string[] = ["sysid-missing", "sysid-malformed"];

function lacksOnlySystemId({ verdict, problems }: ArchiveVerdict): boolean {
  const fatal = problems.filter(({ code }) => PROBLEMS[code as ProblemCode] === "fatal");
  return verdict === "not-restorable" && fatal.every(({ code }) => OF_SYSTEM_ID.includes(code));
}

/** A place that nobody could ask may still have the answer (law 5). */
function refuseUnread({ unread, unanswered }: Omit<Elsewhere, "found">, location: ArchiveLocation): void {
  if (unread.length === 0) return;
  throw refuse(
    unanswered ? "unreachable" : "coverage-incomplete",
    `the archive has lost its system identifier, and not all logs that may know it could be read: ${unread.slice(0, 5).join("; ")}`,
  )
    .at(formatLocation(location))
    .advise("Nothing was created. See that these logs can be read, and run again.");
}

function locate(context: Context, { guid, archive }: Input): ArchiveLocation {
  if (archive !== "") {
    const location = parseLocation(archive);
    if (instanceGuidIn(location) === guid) return location;
    throw refuse("guard-refused", `"${archive}" is not the archive of instance "${guid}"`)
      .at("archive")
      .advise("Give --input instance_guid=… and --input archive=… of the same instance.");
  }
  const { bucket } = context.ports.settings;
  if (bucket !== undefined) return instanceArchive(bucket, guid);
  throw refuse("input-missing", "the bucket of the archives is not known")
    .at("s3.bucket")
    .advise("Set s3.bucket in the configuration, or give --input archive=s3://BUCKET/backups/GUID/wal.");
}

function refuseUnlessRestorable(verdict: ArchiveVerdict, location: ArchiveLocation): void {
  const why = verdict.problems.map((problem) => problem.message).join("; ");
  const place = formatLocation(location);
  switch (verdict.verdict) {
    case "restorable":
    case "restorable-with-loss":
      return;
    case "not-restorable":
      throw refuse("not-restorable", `the archive cannot be restored: ${why}`)
        .at(place)
        .advise(
          `Nothing was created. Look at it with ${quote(["dingo-recover", "archive", "verify", place, ...AS_DEEP])}; object versions or another region may hold what is missing.`,
        );
    case "unknown":
      throw refuse("coverage-incomplete", `it cannot be told whether the archive can be restored: ${why}`)
        .at(place)
        .advise(
          `Nothing was created. Look at it with ${quote(["dingo-recover", "archive", "verify", place, ...AS_DEEP])}.`,
        );
  }
}

async function lossOf(
  context: Context,
  facts: ArchiveFacts,
  { verdict, request }: { readonly verdict: ArchiveVerdict; readonly request: Input },
): Promise<LossFacts> {
  const end = {
    deletedAt: request.deleted_at,
    cleanStop: request.clean_stop,
    left: request.remains.length > 0,
    livedOn: livedOn(request),
    ownDatabase: request.database,
  };
  return await lossFactsOf(context.ports.store.reader(), facts, { verdict, end });
}

const livedOn = ({ old_goes_on, stopped }: Input): boolean => old_goes_on || stopped.length > 0;

/** Told before anything is created: a gap is silent for PostgreSQL (dingo.md §0.7). */
async function acceptLoss(
  context: Context,
  found: { verdict: ArchiveVerdict; loss: string; request: Input; location: ArchiveLocation },
): Promise<void> {
  const lost = found.verdict.loss.segments;
  if (lost <= found.request.accept_loss) return;
  const archive = formatLocation(found.location);
  const place = { archive, bucket: "", guid: found.request.guid };
  const refused = refuse(
    "loss-not-accepted",
    `this loss was not accepted: ${found.loss}; missing ${found.verdict.missing.slice(0, 5).join(", ")}`,
  )
    .at(archive)
    .advise(
      `Look for the missing segments (object versions, other copies of the bucket). To recover without them, resume with --accept-loss ${lost}.`,
    );
  const answer = await context
    .ask({
      kind: "typed",
      id: "accept-loss",
      prompt: `Recover without these ${lost} segments?`,
      why: "PostgreSQL would stop at the first missing segment without a word. To accept means that no row written after it comes back; the archive keeps what lies behind the gap. Look for the missing segments first: in older versions of the objects, in other copies of the bucket, on a disk of the old container. If they may turn up, stop here: the run can be resumed.",
      expected: `lose ${lost} segments`,
      commands: [{ step: context.step.id, title: "Look at the archive", commands: printedLook(place) }],
      details: [found.loss, `missing: ${found.verdict.missing.slice(0, 20).join(", ")}`],
    })
    .catch((error: unknown) => {
      if (error instanceof RecoverError && error.code === "question-unanswered") throw refused;
      throw error;
    });
  if (answer.value !== `lose ${lost} segments`) throw refused;
}

function outputOf(
  facts: ArchiveFacts,
  found: {
    readonly request: Input;
    readonly verdict: ArchiveVerdict;
    readonly lossFacts: LossFacts;
    readonly loss: string;
    readonly baseline: Output["baseline"];
    readonly elsewhere: FoundSystemId | undefined;
  },
): Omit<Output, "encrypted"> {
  const { verdict, lossFacts, loss, baseline, elsewhere } = found;
  return {
    location: formatLocation(facts.location),
    system_id: verdict.systemId ?? "",
    system_id_source: elsewhere?.source ?? SYSID_KEY,
    postgres_version: verdict.postgresVersion ?? "",
    objects: verdict.objects,
    bytes: verdict.bytes,
    expanded_bytes: verdict.expandedBytes,
    segments: verdict.segmentsToReplay,
    last_segment: verdict.recoveryPoint?.segment ?? "",
    recovery_point: verdict.recoveryPoint?.time ?? "",
    lost: verdict.loss.segments,
    loss,
    last_transaction: lossFacts.lastTransaction,
    lived_on: livedOn(found.request),
    nothing_lost: lossFacts.shown,
    database: found.request.database,
    lost_segments: lossFacts.which,
    base_backup: verdict.chosenBase ?? "",
    unread: notReadText(verdict.look),
    baseline,
  };
}
