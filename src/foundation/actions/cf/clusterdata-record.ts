/** The broker's record of an instance: it outlives the instance, and clone-from goes by it (dingo.md §2.10, §3.7). */
import { z } from "zod";
import type { Context } from "../../../action.ts";
import type { ObjectInfo } from "../../../ports/object-store.ts";

export const CLUSTERDATA = "dingo-postgresql-clusterdata-backup-";
/** Beyond these nobody can tell in reasonable time which one the broker would take. */
const MOST_READ = 50;

/** The passwords in it are not even looked at. */
const record = z.object({ service_instance_name: z.string(), space_guid: z.string() });
type ClusterRecord = z.infer<typeof record>;

export interface Looked {
  readonly bucket: string;
  readonly guid: string;
  readonly service: string;
  readonly space_guid: string;
}

/** Why clone-from would not find this very instance; undefined if it would. Errors: those of the store. */
export async function readRecord(
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
  try {
    return record.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}
