/** Looks into every volume of a Docker host through read-only mounts, and tells which of them hold PostgreSQL. */
import {
  CATALOGUE_BYTES,
  DATABASES_FILE,
  databasesIn,
  ROLES_FILE,
  superusers,
} from "../../data-directory/catalogue-names.ts";
import { findBelow, findData } from "../../data-directory/find.ts";
import { type Contents, type Data, dataIn } from "../../data-directory/recognise.ts";
import { volumeOf } from "../../compose/labels.ts";
import type {
  DockerContainer,
  DockerHost,
  DockerVolume,
  Looked,
  LookOrder,
  Place,
  Searched,
} from "../../../ports/docker-host.ts";
import type { Candidate } from "./candidate.ts";
import { rank, ranked, type Signs, type Wanted } from "./rank.ts";

export interface Findings {
  readonly volumes: number;
  readonly candidates: readonly Candidate[];
  /** Other systems, `Redis (2)`. */
  readonly others: readonly { readonly title: string; readonly volumes: readonly string[] }[];
  readonly empty: number;
  /** Volumes with something in them that is no database. */
  readonly plain: number;
  /** Volumes that could not be looked into, and why. */
  readonly unlooked: readonly string[];
  /** Where else data of PostgreSQL lie: sentences. */
  readonly elsewhere: readonly string[];
}

interface Seen {
  readonly volume: DockerVolume;
  readonly contents: Contents;
  readonly uid: number;
}

export async function findCandidates(
  host: DockerHost,
  wanted: Wanted,
  progress: (done: number, total: number) => void,
): Promise<Findings> {
  // The engine is asked who it is as well, by which every look goes.
  const [volumes, containers] = await Promise.all([host.volumes(), host.containers(), host.engine()]);
  const look = new CatalogueLook(host);
  const seen = await lookIntoAll(look, { volumes, containers }, progress);
  const postgres = seen.flatMap((one) =>
    dataIn(one.contents)
      .filter(isPostgres)
      .map((contents) => ({ ...one, contents, shares: dataIn(one.contents).length > 1 })),
  );
  const [catalogues, outside] = await Promise.all([
    readCatalogues({ host, look }, postgres, wanted),
    elsewhere(host, containers),
  ]);
  const candidates = postgres.map((one, index) => {
    const catalogue = catalogues[index] ?? NOTHING_READ;
    return rank(
      described(one, containers, catalogue),
      { hasTable: catalogue.hasTable, twin: twinOf(one.volume, volumes) },
      wanted,
    );
  });
  const unlooked = seen.flatMap(({ volume, contents }) =>
    contents.kind === "unknown"
      ? [`${volume.name}: ${contents.why}`]
      : (contents.kind === "other" || contents.kind === "data") && contents.unwalked !== undefined
        ? [`${volume.name}, not to its end: ${contents.unwalked}`]
        : [],
  );
  return {
    volumes: volumes.length,
    candidates: ranked(candidates),
    others: othersOf(seen),
    empty: seen.filter(({ contents }) => contents.kind === "empty").length,
    plain: seen.filter(({ contents }) => contents.kind === "other").length,
    unlooked,
    elsewhere: outside,
  };
}

const isPostgres = ({ system }: Data): boolean => system === "postgresql";

async function lookIntoAll(
  look: CatalogueLook,
  {
    volumes,
    containers,
  }: { readonly volumes: readonly DockerVolume[]; readonly containers: readonly DockerContainer[] },
  progress: (done: number, total: number) => void,
): Promise<readonly Seen[]> {
  const places = volumes.flatMap((volume) => placeOf(volume, containers) ?? []);
  const first = await findData(look, places, (done) => progress(done, places.length));
  const found = await findBelow(look, places, first);
  const byName = new Map(found.map((each) => [each.key, each]));
  return volumes.flatMap((volume): readonly Seen[] => {
    const each = byName.get(volume.name);
    const contents = each?.contents ?? {
      kind: "unknown",
      why: "its driver keeps it elsewhere, or nobody has mounted it",
    };
    // It went meanwhile: somebody removes volumes.
    return contents.kind === "absent" ? [] : [{ volume, contents, uid: each?.owner?.uid ?? -1 }];
  });
}

/** Undefined if its directory would not show its content. */
function placeOf(
  { name, driver, mountpoint, options }: DockerVolume,
  containers: readonly DockerContainer[],
): Place | undefined {
  if (driver !== "local" || mountpoint === "") return undefined;
  if (Object.keys(options).length === 0) return { key: name, path: mountpoint };
  if (options["device"]?.startsWith("/") === true && /(?:^|,)r?bind(?:,|$)/u.test(options["o"] ?? ""))
    return { key: name, path: options["device"] };
  const isMounted = containers.some(({ running, mounts }) => running && mounts.some(({ volume }) => volume === name));
  return isMounted ? { key: name, path: mountpoint } : undefined;
}

export const untouched = (host: Pick<DockerHost, "look">): Pick<DockerHost, "look"> => ({
  look: (places, order, progress) => host.look(places, { ...order, untouched: true }, progress),
});

function described(
  { volume, contents, uid, shares }: Seen & { readonly contents: Data; readonly shares: boolean },
  containers: readonly DockerContainer[],
  { databases, roles }: Catalogue,
): Omit<Candidate, "score" | "evidence"> {
  const { postgres, version, inside, touched } = contents;
  const control = postgres?.control?.known === true ? postgres.control : undefined;
  const users = containers.filter(({ mounts }) =>
    mounts.some((mount) => mount.volume === volume.name || mount.source === volume.mountpoint),
  );
  return {
    ...{
      volume: volume.name,
      anonymous: volume.anonymous,
      path: placeOf(volume, containers)?.path ?? volume.mountpoint,
      inside,
      ...(shares ? { shares } : {}),
    },
    ...{
      version,
      system_id: control?.systemId ?? "",
      state: control?.state ?? "",
      written: control?.checkpointTime ?? touched,
    },
    ...{
      uid,
      condition: postgres?.condition ?? "damaged",
      why: postgres?.why ?? "",
      standby: postgres?.standby ?? false,
    },
    ...{ databases: [...databases], superusers: [...roles] },
    used_by: users.map(({ name }) => name),
    running: users.filter(({ running, status }) => running || status === "restarting").map(({ name }) => name),
    images: [...new Set(users.map(({ imageId }) => imageId))],
  };
}

interface Catalogue {
  readonly databases: readonly string[];
  readonly roles: readonly string[];
  readonly hasTable: true | undefined;
}
const NOTHING_READ: Catalogue = { databases: [], roles: [], hasTable: undefined };

async function readCatalogues(
  { host, look }: { readonly host: Pick<DockerHost, "look">; readonly look: CatalogueLook },
  postgres: readonly (Seen & { readonly contents: Data })[],
  { table }: Wanted,
): Promise<readonly Catalogue[]> {
  const places = postgres.map(({ volume, contents }) => dataPlace(volume, contents));
  const looked = places.map((place) => look.seen(place));
  const databases = looked.map((each) => databasesIn(contentOf(each, DATABASES_FILE)));
  const oids = databases.flat().map(({ oid }) => oid);
  const tables = table === "" ? [] : await untouched(host).look(places, tablesOf(oids));
  return looked.map((each, index) => ({
    databases: (databases[index] ?? []).map(({ name }) => name),
    roles: superusers(contentOf(each, ROLES_FILE)),
    hasTable: table === "" ? undefined : names(tables[index], table),
  }));
}

const CATALOGUES = [DATABASES_FILE, ROLES_FILE].map((path) => ({ path, bytes: CATALOGUE_BYTES }));
const keyOf = ({ path, inside = "" }: Place): string => `${path}\n${inside}`;

/** Each look may be a container, so the questions for a data directory are asked before it is known to be one. */
class CatalogueLook implements Pick<DockerHost, "look" | "search"> {
  readonly #host: Pick<DockerHost, "look" | "search">;
  readonly #seen = new Map<string, Looked>();

  constructor(host: Pick<DockerHost, "look" | "search">) {
    this.#host = host;
  }

  async look(
    places: readonly Place[],
    order: LookOrder,
    progress?: (done: number) => void,
  ): Promise<readonly Looked[]> {
    const files = [...order.files, ...CATALOGUES];
    const looked = await untouched(this.#host).look(places, { ...order, files }, progress);
    looked.forEach((each, index) => {
      const place = places[index];
      if (place !== undefined && holdsCatalogue(each)) this.#seen.set(keyOf(place), each);
    });
    return looked;
  }

  async search(places: readonly Place[], ends: readonly string[]): Promise<readonly Searched[]> {
    return await this.#host.search(places, ends, { untouched: true });
  }

  seen(place: Place): Looked | undefined {
    return this.#seen.get(keyOf(place));
  }
}

const holdsCatalogue = (looked: Looked): boolean =>
  looked.state === "seen" && looked.files.some(({ path }) => path === DATABASES_FILE || path === ROLES_FILE);

const MOST_DATABASES = 24;
const TABLES_BYTES = 40 * 8192;

/** The first pages of pg_class of each database: that of another volume is simply not there. */
const tablesOf = (oids: readonly number[]): LookOrder => ({
  entries: 1,
  files: [...new Set(oids)].slice(0, MOST_DATABASES).map((oid) => ({ path: `base/${oid}/1259`, bytes: TABLES_BYTES })),
});

function dataPlace({ name, mountpoint, options }: DockerVolume, { inside }: Data): Place {
  const path = options["device"]?.startsWith("/") === true ? options["device"] : mountpoint;
  return { key: name, path, ...(inside === "" ? {} : { inside }) };
}

function contentOf(looked: Looked | undefined, path: string): Uint8Array {
  const file = looked?.state === "seen" ? looked.files.find((each) => each.path === path) : undefined;
  return file?.content ?? new Uint8Array();
}

/** True or not known: a table can stand further behind, or in the WAL alone. */
function names(looked: Looked | undefined, table: string): true | undefined {
  const files = looked?.state === "seen" ? looked.files : [];
  return files.some(({ content }) => Buffer.from(content).includes(Buffer.from(`${table}\0`))) ? true : undefined;
}

/** The volume of the same key under another project that something uses, or that is younger. */
function twinOf(volume: DockerVolume, all: readonly DockerVolume[]): Signs["twin"] {
  const own = volumeOf(volume.labels);
  if (own === undefined) return undefined;
  const twin = all.find((other) => {
    const its = volumeOf(other.labels);
    return (
      its !== undefined &&
      its.key === own.key &&
      its.project !== own.project &&
      (other.createdAt ?? "") > (volume.createdAt ?? "")
    );
  });
  const its = twin === undefined ? undefined : volumeOf(twin.labels);
  return twin === undefined || its === undefined
    ? undefined
    : { volume: twin.name, project: its.project, ownProject: own.project };
}

function othersOf(seen: readonly Seen[]): Findings["others"] {
  const found = new Map<string, string[]>();
  for (const { volume, contents } of seen)
    for (const { system, title } of dataIn(contents))
      if (system !== "postgresql") found.set(title, [...new Set([...(found.get(title) ?? []), volume.name])]);
  return [...found].map(([title, volumes]) => ({ title, volumes })).sort((a, b) => (a.title < b.title ? -1 : 1));
}

/** Binds and layers of containers: no volume at all, and easily forgotten. */
async function elsewhere(host: DockerHost, containers: readonly DockerContainer[]): Promise<readonly string[]> {
  const binds = containers.flatMap(({ name, mounts }) =>
    mounts
      .filter(({ kind, source }) => kind === "bind" && source.startsWith("/"))
      .map(({ source }) => ({ name, source })),
  );
  const looked = await findData(
    untouched(host),
    [...new Set(binds.map(({ source }) => source))].map((path) => ({ key: path, path })),
  );
  const layers = containers.flatMap(({ id, layer }) => (layer === undefined ? [] : [{ key: id, path: layer }]));
  const searched = await host.search(layers, ["global/pg_control"]);
  const inLayer = searched.flatMap((each) => (each.state === "seen" && each.paths.length > 0 ? [each.key] : []));
  return [
    ...looked.flatMap(({ key, contents }) =>
      dataIn(contents)
        .filter(isPostgres)
        .map(
          ({ inside }) =>
            `the directory ${inside === "" ? key : `${key}/${inside}`} of ${binds
              .filter(({ source }) => source === key)
              .map(({ name }) => name)
              .join(", ")} holds PostgreSQL`,
        ),
    ),
    ...containers
      .filter(({ id }) => inLayer.includes(id))
      .map(({ name }) => `the container ${name} holds PostgreSQL in itself: do not remove it`),
  ];
}
