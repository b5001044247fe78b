/**
 * One survey: every instance of the offerings beside the worth of its archive. Reads only. An instance that cannot be
 * read makes the survey incomplete; it never counts as absent (law 5).
 */
import { readArchive } from "../../archive/reading/facts.ts";
import { formatLocation, instanceArchive } from "../../archive/names/location.ts";
import { recoveryPointText, type ArchiveVerdict } from "../../archive/judgement/verdict.ts";
import { verifyArchive } from "../../archive/judgement/verify.ts";
import {
  INVENTORY,
  type InventoryBinding,
  type InventoryCover,
  type InventoryInstance,
  type InventorySurvey,
  isCovered,
} from "../sources/inventory-line.ts";
import { attempt } from "../judgement/tried.ts";
import type { CloudFoundry, PlacedInstance } from "../../ports/cloud-foundry.ts";
import type { ArchiveStore } from "../../ports/object-store.ts";

export interface SurveySources {
  readonly cf: CloudFoundry;
  readonly store: ArchiveStore;
  /** Undefined if the configuration does not say: no archive is looked at. */
  readonly bucket: string | undefined;
  readonly covers: InventoryCover;
  readonly now: () => Date;
  /** Nodes that an instance has now; absent if nobody asks for it. */
  readonly nodesOf?: (guid: string) => Promise<number>;
}

/** Calls `write` for each line as soon as it is known, the survey's end last; throws if not even a list can be had. */
export async function takeSurvey(
  sources: SurveySources,
  write: (line: InventoryInstance | InventorySurvey) => void,
): Promise<InventorySurvey> {
  const survey = sources.now().toISOString();
  const { api, user, seesEverything } = await sources.cf.identity();
  const all = await sources.cf.placedInstances();
  const ours = all.filter(({ offering }) => isCovered(offering, sources.covers));
  const apps = new AppNames(sources.cf);
  for (const each of ours) write(await lineOf(sources, each, { survey, api, apps }));
  const why = [
    ...(seesEverything ? [] : [`${user} does not see every instance: that takes cloud_controller.admin_read_only`]),
  ];
  const end: InventorySurvey = {
    schema: INVENTORY,
    type: "survey",
    survey,
    endedAt: sources.now().toISOString(),
    api,
    user,
    covers: sources.covers,
    instances: ours.length,
    complete: why.length === 0,
    why,
  };
  write(end);
  return end;
}

interface Frame {
  readonly survey: string;
  readonly api: string;
  readonly apps: AppNames;
}

async function lineOf(sources: SurveySources, placed: PlacedInstance, frame: Frame): Promise<InventoryInstance> {
  const { instance, space, org, plan, offering } = placed;
  const { guid, name, createdAt } = instance;
  const { nodesOf } = sources;
  const nodes = nodesOf === undefined ? undefined : (await attempt(() => nodesOf(guid))).value;
  return {
    schema: INVENTORY,
    type: "instance",
    survey: frame.survey,
    api: frame.api,
    guid,
    name,
    createdAt,
    org,
    space,
    offering,
    plan,
    nodes: nodes ?? null,
    bindings: await bindingsOf(sources.cf, placed, frame.apps),
    archive: await archiveOf(sources, guid),
  };
}

/** Null if they could not be read: an empty list says that nobody is bound. */
async function bindingsOf(
  cf: CloudFoundry,
  placed: PlacedInstance,
  apps: AppNames,
): Promise<InventoryBinding[] | null> {
  const { value } = await attempt(() => cf.bindings(placed.instance.guid));
  if (value === undefined) return null;
  const bindings: InventoryBinding[] = [];
  for (const { guid, type, name, appGuid } of value) {
    if (type === "key") bindings.push({ type, guid, name: name ?? null });
    else if (appGuid !== undefined)
      bindings.push({ type, guid: appGuid, name: (await apps.nameOf(placed.space.guid, appGuid)) ?? null });
  }
  return bindings;
}

/** The applications of a space are listed once. */
class AppNames {
  readonly #cf: CloudFoundry;
  readonly #spaces = new Map<string, ReadonlyMap<string, string>>();

  constructor(cf: CloudFoundry) {
    this.#cf = cf;
  }

  async nameOf(spaceGuid: string, appGuid: string): Promise<string | undefined> {
    const known = this.#spaces.get(spaceGuid) ?? (await this.#read(spaceGuid));
    this.#spaces.set(spaceGuid, known);
    return known.get(appGuid);
  }

  async #read(spaceGuid: string): Promise<ReadonlyMap<string, string>> {
    const { value } = await attempt(() => this.#cf.apps(spaceGuid));
    return new Map((value ?? []).map(({ guid, name }) => [guid, name]));
  }
}

async function archiveOf({ store, bucket }: SurveySources, guid: string): Promise<InventoryInstance["archive"]> {
  if (bucket === undefined) return unknown(null, "the bucket of the archives is not known (s3.bucket)");
  const location = instanceArchive(bucket, guid);
  const where = formatLocation(location);
  const { value, failures } = await attempt(async () => verifyArchive(await readArchive(store.reader(), location)));
  return value === undefined ? unknown(where, failures.join("; ")) : judged(where, value);
}

function unknown(location: string | null, why: string): InventoryInstance["archive"] {
  return { location, verdict: "unknown", why, recoveryTime: null };
}

function judged(
  location: string,
  { verdict, recoveryPoint, problems, objects }: ArchiveVerdict,
): InventoryInstance["archive"] {
  const [first] = problems;
  const reached = recoveryPoint === null ? undefined : recoveryPointText(recoveryPoint);
  const why = reached ?? (objects === 0 ? "there is no object at all" : (first?.message ?? "no reason is known"));
  return { location, verdict, why, recoveryTime: recoveryPoint?.time ?? null };
}
