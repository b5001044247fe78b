/** Takes an archive apart: its parts, the ways that a restore can go, and which of them to take. Pure. */
import { plainKind } from "../names/layout.ts";
import type { ArchiveEntry, ArchiveFacts } from "../reading/facts.ts";
import { type Histories, historiesOf } from "../reading/histories.ts";
import { type Reader, seenBy, writerOf } from "../reading/reader.ts";
import { type BaseBackup, collectBases } from "./base-backup.ts";
import { byAge, latestBase } from "./choose.ts";
import type { Course, TargetTimeline } from "./course.ts";
import { clusterOf } from "./cluster.ts";
import { type Damage, damageIn, type Identity } from "./damage.ts";
import type { Expiry } from "./expiry.ts";
import { foreignWal } from "./foreign-wal.ts";
import { type Known, ownSystemId } from "./identity.ts";
import { bestOption, type Option, optionOf } from "./option.ts";
import type { Restorer } from "./problem.ts";
import { withoutStrays } from "./strays.ts";
import { Times } from "./times.ts";
import { collectWal, type TimelineWal } from "./wal.ts";

/** Facts and wishes beside the archive. */
export interface Beside {
  /** The system identifier, for one that has lost its own. */
  readonly systemId?: string | undefined;
  /** The platform's containers have a key for OpenPGP. */
  readonly decrypts?: boolean;
  /** Default: a container of Dingo. */
  readonly restorer?: Restorer;
  /** By default WAL-E for a container, and for a person the program that wrote the newest base backup. */
  readonly reader?: Reader | undefined;
  /** For a person: the timeline that is to be restored; by default that which brings back the most. */
  readonly timeline?: TargetTimeline | undefined;
  /** A segment that lies here in several packings is whole if one of them is: WAL-G takes any one, and fails by it. */
  readonly takesAnyCopy?: boolean;
  /** The moment that a restore shall go back to. */
  readonly targetTime?: Date | undefined;
  /** When the database was deleted. */
  readonly deletedAt?: Date | undefined;
  /** The changes that the store will make to the archive by itself. */
  readonly expiry?: Expiry | undefined;
  /** For events that lie ahead. */
  readonly now?: Date | undefined;
}

export interface Study {
  /** As the reader sees it. */
  readonly seen: ArchiveFacts;
  readonly bases: readonly BaseBackup[];
  readonly known: Known;
  readonly damage: Damage;
  readonly wal: readonly TimelineWal[];
  readonly foreign: ReadonlySet<string>;
  readonly histories: Histories;
  readonly options: readonly Option[];
  /** The same by cluster: the one that is wanted first, then the others, that of the newest base backup before older ones. */
  readonly clusters: readonly (readonly Option[])[];
  /** The option that LATEST takes. */
  readonly latest: Option | undefined;
  readonly chosen: Option | undefined;
  /** Of the chosen base; one that is refused if there is no other. */
  readonly course: Course | undefined;
  readonly times: Times;
  readonly restorer: Restorer;
  readonly reader: Reader;
  readonly timeline: TargetTimeline | undefined;
}

export function studyOf(facts: ArchiveFacts, beside: Beside): Study {
  const restorer = beside.restorer ?? "container";
  const reader = beside.reader ?? (restorer === "container" ? "wal-e" : writerOfNewest(facts));
  const seen = withoutStrays(seenBy(reader, facts), restorer);
  const bases = collectBases(seen);
  const outside = ownSystemId(seen) ?? beside.systemId;
  const histories = historiesOf(seen);
  const timeline = restorer === "container" ? "latest" : beside.timeline;
  const walOf = byIdentity(seen, beside.takesAnyCopy);
  const named = new Map(bases.map((base) => [base.name, base]));
  const options = bases.map((base) => {
    const cluster = clusterOf(seen, base, outside);
    const setting = { bases: named, histories, insides: seen.insides, cluster, ...walOf(cluster) };
    return optionOf(base, setting, { restorer, timeline });
  });
  const newest = latestBase(bases);
  const latest = options.find(({ base }) => base === newest);
  const clusters = byCluster(options, outside);
  const best = clusters.flatMap((each) => bestOption(each) ?? [])[0];
  const chosen = restorer === "container" ? latest : (best ?? latest);
  const identity = chosen?.cluster ?? { systemId: outside, version: undefined };
  return {
    ...{ seen, bases, histories, options, clusters, latest, chosen, restorer, reader, timeline, ...walOf(identity) },
    known: {
      own: ownSystemId(seen),
      inside: chosen?.cluster.inside,
      inWal: chosen?.cluster.inWal,
      systemId: identity.systemId,
    },
    course: chosen?.course ?? chosen?.courses[0],
    times: new Times(seen),
  };
}

interface WalOfCluster {
  readonly damage: Damage;
  readonly wal: readonly TimelineWal[];
  /** Relative keys of segments that are another cluster's. */
  readonly foreign: ReadonlySet<string>;
}

/**
 * The WAL of an archive that counts for a cluster; computed once for each, as an archive can have a million segments.
 */
function byIdentity(seen: ArchiveFacts, takesAnyCopy = false): (identity: Identity) => WalOfCluster {
  const told = new Map<string, WalOfCluster>();
  return (identity) => {
    const name = `${identity.systemId ?? ""} ${identity.version ?? ""}`;
    const known = told.get(name);
    if (known !== undefined) return known;
    const foreign = foreignWal(seen, identity.systemId);
    const damage = damageIn(seen, identity, foreign);
    const own = foreign.size === 0 ? seen.entries : except(foreign, seen.entries);
    const found = { damage, foreign, wal: collectWal(own, { damaged: damage, insides: seen.insides, takesAnyCopy }) };
    told.set(name, found);
    return found;
  };
}

function* except(keys: ReadonlySet<string>, entries: Iterable<ArchiveEntry>): Generator<ArchiveEntry, void, void> {
  for (const entry of entries) if (!keys.has(entry.relative)) yield entry;
}

/** `wanted`: the identity that the archive, or somebody who knows, calls its own. */
function byCluster(options: readonly Option[], wanted: string | undefined): readonly (readonly Option[])[] {
  const ids = byAge(options.map(({ base, cluster }) => ({ ...base, cluster }))).map(({ cluster }) => cluster.systemId);
  const all = options.map(({ cluster }) => cluster.systemId);
  const order = [...new Set([...(wanted === undefined ? [] : [wanted]), ...ids.toReversed(), ...all])];
  return order.map((id) => options.filter(({ cluster }) => cluster.systemId === id)).filter(({ length }) => length > 0);
}

/** Of the newest base backup; if none is finished, WAL-G if anything of it lies here. */
export function writerOfNewest({ entries }: ArchiveFacts): Reader {
  const bases = entries.flatMap(({ kind, info }) => {
    const plain = plainKind(kind);
    return plain.kind === "sentinel" ? [{ ...plain.base, completedAt: info.lastModified }] : [];
  });
  const newest = latestBase(bases);
  if (newest !== undefined) return writerOf(newest);
  return entries.some(({ kind }) => kind.kind === "wal-g") ? "wal-g" : "wal-e";
}
