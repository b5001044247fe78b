import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { parseLocation } from "../../../archive/names/location.ts";
import { RecoverError, refuse } from "../../../errors.ts";
import { jsonOf } from "../../../kit/json.ts";
import { placeInBucketOf } from "../archive/printed-place.ts";
import type { ObjectInfo } from "../../../ports/object-store.ts";

const input = z.strictObject({
  /** The deleted instance: its GUID and the name it had. */
  guid: z.guid(),
  service: z.string(),
  /** The space that the new instance will be in. */
  space_guid: z.string(),
  source: z.string(),
  /** Segments that a restore does not bring back. */
  lost: z.number(),
  /** The old database that is recovered instead of the archive; "" for the archive. */
  database: z.string().default(""),
  /** An instance that is adopted is there already; "" for none. */
  adopt: z.string().default(""),
  /** "ask", or "never" for those who have decided before. */
  clone_from: z.string(),
});
type Input = z.infer<typeof input>;
/** `clone_from` is "" if the archive is copied by this runbook. */
const output = z.object({ clone_from: z.string(), why: z.string() });
type Output = z.infer<typeof output>;

/**
 * From 0.10.0 on the broker can do it all by itself, credentials included, for an instance of the same space that it
 * has a record of (dingo.md §3.7). It is offered if that record is there, and if it would take this very instance.
 */
export const chooseWay = defineAction({
  id: "cf.choose-way",
  title: "See whether the broker's own clone-from would do",
  effect: "read",
  input,
  output,
  tell: ({ why }) => why,
  describe: ({ source, guid }) => {
    const { word, ...rest } = placeInBucketOf(source, `/${CLUSTERDATA}${guid}.json`);
    return [{ on: "here", line: `aws s3 ls ${word}`, ...rest }];
  },
  async run(context, request): Promise<Output> {
    if (request.clone_from !== "ask" && request.clone_from !== "never")
      throw refuse("input-invalid", `"${request.clone_from}" is no choice for clone_from`)
        .at("clone_from")
        .advise("Give --input clone_from=ask or --input clone_from=never.");
    const against = await reasonAgainst(context, request);
    if (against !== undefined) return { clone_from: "", why: `not clone-from: ${against}` };
    const answer = await context.ask(question(request.service)).catch((error: unknown) => {
      if (!(error instanceof RecoverError) || error.code !== "question-unanswered") throw error;
      throw refuse("question-unanswered", "nobody is there to choose between clone-from and the archive")
        .at("clone_from")
        .advise(`${error.remedy} Another run is not asked with --input clone_from=never.`, error);
    });
    if (answer.value === "clone") return { clone_from: request.service, why: "by the broker's clone-from" };
    return { clone_from: "", why: "not clone-from: the archive was chosen" };
  },
  // Its record may be gone by now; the choice stays.
  verify: (_context, _request, { why }) => Promise.resolve({ holds: true, evidence: why }),
});

async function reasonAgainst(context: Context, request: Input): Promise<string | undefined> {
  if (request.clone_from === "never") return "it is not wanted";
  if (request.database !== "") return "the old database itself is recovered";
  if (request.adopt !== "") return "an instance that exists is adopted";
  if (request.lost > 0) return "the archive has a gap, and clone-from looks at nothing";
  const { bucket } = parseLocation(request.source);
  try {
    return await readRecord(context, { bucket, ...request });
  } catch (error) {
    if (error instanceof RecoverError) return `the broker's record could not be looked at: ${error.message}`;
    throw error;
  }
}

const question = (service: string) =>
  ({
    kind: "choice",
    id: "clone-from",
    prompt: `Let the broker clone "${service}" instead?`,
    why: "Its record of the deleted instance is still there and names this space. The broker can copy the archive, take the old passwords over and start the database by itself.",
    choices: [
      {
        value: "clone",
        label: "clone-from",
        consequence:
          "one cf create-service; the broker copies without checking; nothing is stopped or moved aside, and the proof at the end is the same",
        byPerson: true,
      },
      {
        value: "archive",
        label: "the archive, step by step",
        consequence:
          "a fresh instance is made, and its archive replaced by the old one; each step is checked and has a way back",
      },
    ],
    recommended: "clone",
  }) as const;

const CLUSTERDATA = "dingo-postgresql-clusterdata-backup-";
/** Beyond these nobody can tell in reasonable time which one the broker would take. */
const MOST_READ = 50;

/** The passwords in it are not even looked at. */
const record = z.object({ service_instance_name: z.string(), space_guid: z.string() });
type ClusterRecord = z.infer<typeof record>;

interface Looked {
  readonly bucket: string;
  readonly guid: string;
  readonly service: string;
  readonly space_guid: string;
}

/**
 * The broker's record of an instance outlives the instance, and clone-from goes by it (dingo.md §2.10, §3.7). Returns
 * why clone-from would not find this very instance; undefined if it would. Errors: those of the store.
 */
async function readRecord(
  context: Context,
  { bucket, guid, service, space_guid }: Looked,
): Promise<string | undefined> {
  const key = `${CLUSTERDATA}${guid}.json`;
  const all = await context.ports.store.reader().list(bucket, CLUSTERDATA);
  const own = all.find((each) => each.key === key);
  if (own === undefined) return `the broker kept no record of it (s3://${bucket}/${key})`;
  const fits = (found: ClusterRecord | undefined): boolean =>
    found?.service_instance_name === service && found.space_guid === space_guid;
  if (!fits(await read(context, bucket, own)))
    return "the broker's record of it names another space or no name: clone-from finds only what was in the same space";
  const younger = all.filter((each) => each.lastModified > own.lastModified);
  if (younger.length > MOST_READ)
    return `there are ${younger.length} younger records, too many to tell which it would take`;
  for (const other of younger) {
    if (fits(await read(context, bucket, other))) return `it would take a younger instance of that name (${other.key})`;
  }
  return undefined;
}

/** Undefined if it is no record. */
async function read(context: Context, bucket: string, { key, etag }: ObjectInfo): Promise<ClusterRecord | undefined> {
  const bytes = await context.ports.store.reader().get({ bucket, key }, { ifMatch: etag });
  return record.safeParse(jsonOf(new TextDecoder().decode(bytes))).data;
}
