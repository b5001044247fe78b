/** Looks into every volume, bind and container layer of a Docker host, and tells which of them hold PostgreSQL. */
import { z } from "zod";
import { findData, type Found } from "../../data-directory/find.ts";
import { type LayerData, layerPlaces, layersData } from "../../data-directory/layers.ts";
import { hostPlaces } from "../../data-directory/places.ts";
import { type Contents, type Data, dataIn } from "../../data-directory/recognise.ts";
import { volumeOf } from "../../compose/labels.ts";
import type { DockerContainer, DockerHost, DockerVolume, Looked, LookOrder } from "../../../ports/docker-host.ts";
import { type Candidate, candidate } from "./candidate.ts";
import { rank, ranked, type Signs, type Wanted } from "./rank.ts";

export const findings = z.object({
  volumes: z.number(),
  /** The most likely one first. */
  candidates: z.array(candidate),
  /** Other systems, with the volumes of each. */
  others: z.array(z.object({ title: z.string(), volumes: z.array(z.string()) })),
  empty: z.number(),
  /** Volumes with something in them that is no database. */
  plain: z.number(),
  /** Volumes that could not be looked into, and why. */
  unlooked: z.array(z.string()),
  /** Where else data of PostgreSQL lie: sentences. */
  elsewhere: z.array(z.string()),
});
export type Findings = z.infer<typeof findings>;

interface Seen {
  readonly volume: DockerVolume;
  /** Its directory on the engine's machine. */
  readonly path: string;
  readonly contents: Contents;
  readonly uid: number;
}

export async function findCandidates(
  host: DockerHost,
  wanted: Wanted,
  progress: (done: number, total: number) => void,
): Promise<Findings> {
  const [volumes, containers, engine] = await Promise.all([host.volumes(), host.containers(), host.engine()]);
  const places = [...hostPlaces(volumes, containers, engine), ...layerPlaces(containers)];
  const found = await findData(host, places, (done) => progress(done, places.length));
  const byKey = new Map(found.map((each) => [each.key, each]));
  const binds = bindsIn(found, containers);
  const layersById = await layersData(host, containers, found);
  const layers = containers.map((container) => layerOf(container, layersById.get(container.id)));
  const seen = volumes.flatMap((volume) => seenOf(volume, byKey.get(`volume:${volume.name}`)));
  const postgres = seen.flatMap((one) =>
    postgresIn(one.contents).map((data) => ({ ...one, data, shares: dataIn(one.contents).length > 1 })),
  );
  const hasTable = await tablesNamed(host, postgres, wanted.table);
  const candidates = postgres.map((one, index) =>
    rank(described(one, containers), { hasTable: hasTable[index], twin: twinOf(one.volume, volumes) }, wanted),
  );
  return {
    volumes: volumes.length,
    candidates: ranked(candidates),
    others: othersOf(seen),
    empty: seen.filter(({ contents }) => contents.kind === "empty").length,
    plain: seen.filter(({ contents }) => contents.kind === "other").length,
    unlooked: [
      ...seen.flatMap(unlooked),
      ...binds.flatMap(({ unlooked }) => unlooked),
      ...layers.flatMap(({ unlooked }) => unlooked),
    ],
    elsewhere: [...new Set([...binds, ...layers].flatMap(({ holds }) => holds))],
  };
}

const postgresIn = (contents: Contents): readonly Data[] =>
  dataIn(contents).filter(({ system }) => system === "postgresql");

/** The finds in a volume; none in one that somebody has removed meanwhile. */
function seenOf(volume: DockerVolume, found: Found | undefined): readonly Seen[] {
  const { contents = NOT_MOUNTED, path = volume.mountpoint, owner } = found ?? {};
  return contents.kind === "absent" ? [] : [{ volume, path, contents, uid: owner?.uid ?? -1 }];
}

const NOT_MOUNTED: Contents = { kind: "unknown", why: "its driver keeps it elsewhere, or nobody has mounted it" };

const unlooked = ({ volume, contents }: Seen): readonly string[] => unknownIn(volume.name, contents);

function unknownIn(name: string, contents: Contents): readonly string[] {
  if (contents.kind === "unknown") return [`${name}: ${contents.why}`];
  if (contents.kind !== "other" && contents.kind !== "data") return [];
  return contents.unwalked === undefined ? [] : [`${name}, not to its end: ${contents.unwalked}`];
}

type Cluster = Seen & { readonly data: Data; readonly shares: boolean };

function described(
  { volume, path, uid, data, shares }: Cluster,
  containers: readonly DockerContainer[],
): Omit<Candidate, "score" | "evidence"> {
  const { postgres, version, inside, touched } = data;
  const control = postgres?.control?.known === true ? postgres.control : undefined;
  const users = containers.filter(({ mounts }) =>
    mounts.some((mount) => mount.volume === volume.name || mount.source === volume.mountpoint),
  );
  return {
    ...{ volume: volume.name, anonymous: volume.anonymous, path, inside, ...(shares ? { shares } : {}) },
    ...{ version, system_id: control?.systemId ?? "", state: control?.state ?? "" },
    ...{ written: control?.checkpointTime ?? touched, uid },
    ...{ condition: postgres?.condition ?? "damaged", why: postgres?.why ?? "", standby: postgres?.standby ?? false },
    wal_elsewhere: postgres?.walElsewhere ?? false,
    databases: (postgres?.databases ?? []).map(({ name }) => name),
    superusers: [...(postgres?.superusers ?? [])],
    used_by: users.map(({ name }) => name),
    running: users.filter(({ running, status }) => running || status === "restarting").map(({ name }) => name),
    images: [...new Set(users.map(({ imageId }) => imageId))],
    image_names: [...new Set(users.map(({ image }) => image))],
  };
}

const MOST_DATABASES = 24;
const TABLES_BYTES = 40 * 8192;

/** Looks for the first pages of `pg_class` of each database. A volume lacks those of other volumes. */
const tablesOf = (oids: readonly number[]): LookOrder => ({
  entries: 1,
  files: [...new Set(oids)].slice(0, MOST_DATABASES).map((oid) => ({ path: `base/${oid}/1259`, bytes: TABLES_BYTES })),
});

async function tablesNamed(
  host: Pick<DockerHost, "look">,
  clusters: readonly Cluster[],
  table: string,
): Promise<readonly (true | undefined)[]> {
  if (table === "") return [];
  const places = clusters.map(({ volume, path, data: { inside } }) => ({ key: volume.name, path, inside }));
  const oids = clusters.flatMap(({ data }) => (data.postgres?.databases ?? []).map(({ oid }) => oid));
  return (await host.look(places, tablesOf(oids))).map((looked) => names(looked, table));
}

/** True, or undefined if nobody can tell: a table can stand further behind, or in the WAL alone. */
function names(looked: Looked, table: string): true | undefined {
  const files = looked.state === "seen" ? looked.files : [];
  return files.some(({ content }) => Buffer.from(content).includes(Buffer.from(`${table}\0`))) ? true : undefined;
}

/** A younger volume with the same key, of another project. */
function twinOf(volume: DockerVolume, all: readonly DockerVolume[]): Signs["twin"] {
  const own = volumeOf(volume.labels);
  if (own === undefined) return undefined;
  for (const other of all) {
    const its = volumeOf(other.labels);
    if (its?.key === own.key && its.project !== own.project && (other.createdAt ?? "") > (volume.createdAt ?? ""))
      return { project: its.project, ownProject: own.project };
  }
  return undefined;
}

function othersOf(seen: readonly Seen[]): Findings["others"] {
  const found = new Map<string, string[]>();
  for (const { volume, contents } of seen)
    for (const { system, title } of dataIn(contents))
      if (system !== "postgresql") found.set(title, [...new Set([...(found.get(title) ?? []), volume.name])]);
  return [...found].map(([title, volumes]) => ({ title, volumes })).sort((a, b) => (a.title < b.title ? -1 : 1));
}

/** Sentences about data in a bind or a layer: they are no volumes, and easily forgotten. */
interface Elsewhere {
  readonly holds: readonly string[];
  readonly unlooked: readonly string[];
}

const BIND = "bind:";

function bindsIn(found: readonly Found[], containers: readonly DockerContainer[]): readonly Elsewhere[] {
  return found
    .filter(({ key }) => key.startsWith(BIND))
    .map(({ key, contents }) => {
      const path = key.slice(BIND.length);
      const users = containers.filter(({ mounts }) =>
        mounts.some(({ kind, source }) => kind === "bind" && source === path),
      );
      const of = `of ${users.map(({ name }) => name).join(", ")}`;
      const holds = postgresIn(contents).map(
        ({ inside }) => `the directory ${inside === "" ? path : `${path}/${inside}`} ${of} holds PostgreSQL`,
      );
      return { holds, unlooked: unknownIn(`the directory ${path} ${of}`, contents) };
    });
}

function layerOf({ name }: DockerContainer, layer: LayerData | undefined): Elsewhere {
  const { data, unknown } = layer ?? { data: [], unknown: "nobody has looked there" };
  const holds = data.some(({ contents }) => contents.system === "postgresql");
  return {
    holds: holds ? [`the container ${name} holds PostgreSQL in itself: do not remove it`] : [],
    unlooked: unknown === null ? [] : [`what ${name} wrote into itself: ${unknown}`],
  };
}
