/**
 * Discovery in the broker's own records, `dingo-postgresql-clusterdata-backup-GUID.json` in a bucket: deprovision never
 * deletes them (dingo.md §2.10), so that they name instances of any age. They say who an instance was, not that it went:
 * only Cloud Foundry's word that it is no more there makes a candidate of it.
 */
import { z } from "zod";
import type { ObjectInfo, ObjectReader } from "../../ports/object-store.ts";
import type { Coverage, InstanceDescription, KnownInstance, SourceReport } from "../judgement/candidate.ts";
import { GUID } from "../../kit/log-patterns/guid.ts";
import { shown } from "../lines/safe-text.ts";
import { attempt, remedyOf } from "../judgement/tried.ts";

export interface Clusterdata {
  readonly reader: ObjectReader;
  readonly bucket: string;
}

const PREFIX = "dingo-postgresql-clusterdata-backup-";
const KEY = new RegExp(`^${PREFIX}(${GUID})\\.json$`);
/** Each is a request; the newest are read. */
const MOST_READ = 2000;
const LARGEST = 256 * 1024;

/** The passwords in it are not even looked at; formats of early brokers lack the name. */
const record = z.object({
  service_instance_name: z.string().optional(),
  organization_guid: z.string().optional(),
  space_guid: z.string().optional(),
  plan_id: z.string().optional(),
});

export async function fromClusterdata({ reader, bucket }: Clusterdata): Promise<SourceReport> {
  const listed = await attempt(() => reader.list(bucket, PREFIX));
  const all = [...(listed.value ?? [])].sort((a, b) => (a.lastModified < b.lastModified ? 1 : -1));
  const doubts = [...listed.failures];
  if (all.length > MOST_READ)
    doubts.push(`there are ${all.length} records, and only the newest ${MOST_READ} were read`);
  const remedies = new Set(listed.remedies);
  const known: KnownInstance[] = [];
  for (const object of all.slice(0, MOST_READ)) {
    const read = await readRecord(reader, bucket, object);
    if ("why" in read) {
      doubts.push(read.why);
      for (const remedy of read.remedies ?? []) remedies.add(remedy);
    } else known.push(read.known);
    if (doubts.length > 20) break;
  }
  const coverage = [{ ...coverageOf(bucket, all, doubts), ...remedyOf(remedies) }];
  return { sightings: [], notDeleted: [], coverage, known };
}

function coverageOf(bucket: string, all: readonly ObjectInfo[], doubts: readonly string[]): Coverage {
  const [newest, oldest] = [all[0]?.lastModified, all.at(-1)?.lastModified];
  const span = newest === undefined || oldest === undefined ? {} : { from: oldest, to: newest };
  const why = doubts.join("; ");
  return {
    source: "clusterdata",
    file: `s3://${bucket}/${PREFIX}*`,
    ...span,
    complete: why === "",
    ...(why === "" ? {} : { why }),
  };
}

type Read = { readonly known: KnownInstance } | { readonly why: string; readonly remedies?: readonly string[] };

async function readRecord(reader: ObjectReader, bucket: string, object: ObjectInfo): Promise<Read> {
  const { key, etag, size, lastModified } = object;
  const guid = KEY.exec(key)?.[1];
  if (guid === undefined || size > LARGEST) return { why: `${shown(key)} is no record of an instance` };
  const { value, failures, remedies } = await attempt(() => reader.get({ bucket, key }, { ifMatch: etag }));
  if (value === undefined) return { why: `${shown(key)}: ${failures.join("; ")}`, remedies };
  const parsed = parse(value);
  if (parsed === undefined) return { why: `${shown(key)} is no record of an instance` };
  return { known: { guid, source: "clusterdata", notedAt: lastModified, ...parsed } };
}

function parse(bytes: Uint8Array): InstanceDescription | undefined {
  try {
    const found = record.parse(JSON.parse(new TextDecoder().decode(bytes)));
    const fields = {
      name: found.service_instance_name,
      orgGuid: found.organization_guid,
      spaceGuid: found.space_guid,
      planGuid: found.plan_id,
    };
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""));
  } catch {
    return undefined;
  }
}
