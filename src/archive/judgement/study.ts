/** Takes an archive apart: what lies in it, which ways a restore can go, and which of them to take. Pure. */
import { plainKind } from "../names/layout.js";
import type { ArchiveFacts } from "../reading/facts.js";
import { type Reader, seenBy, writerOf } from "../reading/reader.js";
import { type BaseBackup, collectBases } from "./base-backup.js";
import { latestBase } from "./choose.js";
import type { Course, TargetTimeline } from "./course.js";
import { type Damage, damageIn } from "./damage.js";
import type { Expiry } from "./expiry.js";
import { type Histories, historiesOf } from "./history.js";
import { type Known, knownOf } from "./identity.js";
import { bestOption, type Option, optionOf } from "./option.js";
import type { Restorer } from "./problem.js";
import { Times } from "./times.js";
import { collectWal, type TimelineWal } from "./wal.js";

/** What is known or wanted beside the archive. */
export interface Beside {
  /** The system identifier, for one that has lost its own. */
  readonly systemId?: string | undefined;
  /** The platform's containers have a key for OpenPGP. */
  readonly decrypts?: boolean;
  /** A container of Dingo, where nothing is said. */
  readonly restorer?: Restorer;
  /** By default WAL-E for a container, and for a person the program that wrote the newest base backup. */
  readonly reader?: Reader | undefined;
  /** For a person: the timeline that is to be restored; by default that which brings back the most. */
  readonly timeline?: TargetTimeline | undefined;
  /** The moment that a restore shall go back to. */
  readonly targetTime?: Date | undefined;
  /** When the database was deleted. */
  readonly deletedAt?: Date | undefined;
  /** What the store will do to the archive by itself. */
  readonly expiry?: Expiry | undefined;
  /** For what lies ahead. */
  readonly now?: Date | undefined;
}

export interface Study {
  /** As the reader sees it. */
  readonly seen: ArchiveFacts;
  readonly bases: readonly BaseBackup[];
  readonly known: Known;
  readonly damage: Damage;
  readonly wal: readonly TimelineWal[];
  readonly histories: Histories;
  readonly options: readonly Option[];
  /** What LATEST takes. */
  readonly latest: Option | undefined;
  readonly chosen: Option | undefined;
  /** Of the chosen base; one that is refused where there is no other. */
  readonly course: Course | undefined;
  readonly times: Times;
  readonly restorer: Restorer;
  readonly reader: Reader;
  readonly timeline: TargetTimeline | undefined;
}

export function studyOf(facts: ArchiveFacts, beside: Beside): Study {
  const restorer = beside.restorer ?? "container";
  const reader = beside.reader ?? (restorer === "container" ? "wal-e" : writerOfNewest(facts));
  const seen = seenBy(reader, facts);
  const bases = collectBases(seen);
  const newest = latestBase(bases);
  const known = knownOf(seen, newest, beside.systemId);
  const damage = damageIn(seen, known);
  const wal = collectWal(seen.entries, damage);
  const histories = historiesOf(seen);
  const setting = {
    bases: new Map(bases.map((base) => [base.name, base])),
    damage,
    wal,
    histories,
    insides: seen.insides,
  };
  const timeline = restorer === "container" ? "latest" : beside.timeline;
  const options = bases.map((base) => optionOf(base, setting, { restorer, timeline }));
  const latest = options.find(({ base }) => base === newest);
  const chosen = restorer === "container" ? latest : (bestOption(options) ?? latest);
  return {
    ...{ seen, bases, known, damage, wal, histories, options, latest, chosen, restorer, reader, timeline },
    course: chosen?.course ?? chosen?.courses[0],
    times: new Times(seen),
  };
}

/** Of the newest base backup; where none is finished, WAL-G if anything of it lies here. */
export function writerOfNewest({ entries }: ArchiveFacts): Reader {
  const bases = entries.flatMap(({ kind, info }) => {
    const plain = plainKind(kind);
    return plain.kind === "sentinel" ? [{ ...plain.base, completedAt: info.lastModified }] : [];
  });
  const newest = latestBase(bases);
  if (newest !== undefined) return writerOf(newest);
  return entries.some(({ kind }) => kind.kind === "wal-g") ? "wal-g" : "wal-e";
}
