/** Problems of base backups: unfinished, broken, not taken, or restorable on a condition only. */
import type { ArchiveFacts } from "../reading/facts.ts";
import type { Reader } from "../reading/reader.ts";
import { type BaseBackup, sentinelOf } from "./base-backup.ts";
import { byAge } from "./choose.ts";
import { bytesShort, chainOf } from "./completeness.ts";
import { elsewhere } from "./elsewhere.ts";
import type { Option } from "./option.ts";
import { problem, type Problem, type Restorer } from "./problem.ts";

const EMPTY = "there is no object below this prefix; an archive of Dingo is s3://BUCKET/backups/GUID/wal";

export interface BaseTerms {
  readonly options: readonly Option[];
  /** The base backup that LATEST takes. */
  readonly latest: Option | undefined;
  /** The base backup that the restore takes. */
  readonly chosen: Option | undefined;
  readonly restorer: Restorer;
  readonly reader: Reader;
}

export function baseProblems(facts: ArchiveFacts, terms: BaseTerms): readonly Problem[] {
  const { options, latest } = terms;
  if (facts.entries.length === 0) return [problem("archive-empty", "", EMPTY)];
  const unfinished = options
    .filter(({ base }) => base.sentinel === undefined)
    .map(({ base }) => problem("base-without-sentinel", base.name, "a base backup whose upload never finished"));
  if (latest === undefined)
    return [...elsewhere(facts), ...unfinished, problem("no-base-backup", "", noBase(facts, terms.reader))];
  return [...unfinished, ...brokenBases(terms, latest), ...notNewest(terms, latest), ...conditions(options)];
}

function noBase({ entries }: ArchiveFacts, reader: Reader): string {
  const walg = reader === "wal-e" && entries.some(({ kind }) => kind.kind === "wal-g" && kind.as?.kind === "sentinel");
  const text = "there is no finished base backup";
  return walg ? `${text} that WAL-E can read: those here are of WAL-G (--reader wal-g)` : text;
}

function brokenBases({ options, chosen, restorer }: BaseTerms, latest: Option): readonly Problem[] {
  const broken = options.filter(({ base, unusable }) => base.sentinel !== undefined && unusable !== undefined);
  const whole = restorer === "person" ? chosen : options.find(({ unusable }) => unusable === undefined);
  return broken.map(({ base, unusable = "" }) => {
    const key = sentinelOf(base);
    if (base !== latest.base) return problem("older-base-broken", key, `a base backup cannot be used: ${unusable}`);
    const text = `the newest base backup cannot be used: ${unusable}`;
    if (whole?.course === undefined && restorer === "person") return problem("base-backup-broken", key, text);
    if (whole === undefined) return problem("base-backup-broken", key, text);
    return problem("newest-base-broken", key, `${text}; ${instead(whole, restorer)}`);
  });
}

function instead({ base }: Option, restorer: Restorer): string {
  if (restorer === "person") return `restore "${base.name}" by its name, not LATEST`;
  return `"${base.name}" looks usable, but the container always restores the newest`;
}

/** LATEST goes by the dates of the sentinels, which a copy in the wrong order turns round. */
function notNewest({ options, chosen, restorer }: BaseTerms, latest: Option): readonly Problem[] {
  const own = options.filter(({ cluster }) => cluster.systemId === latest.cluster.systemId);
  const furthest = byAge(own.map(({ base }) => base)).reduce((a, b) => (b.start.number > a.start.number ? b : a));
  const isOther = restorer === "person" && chosen !== undefined && chosen !== latest && latest.unusable === undefined;
  if (isOther && chosen.cluster.systemId !== latest.cluster.systemId) {
    const text = `LATEST takes "${latest.base.name}" by its date, which is of another cluster than "${chosen.base.name}"`;
    return [problem("latest-not-newest", sentinelOf(latest.base), text)];
  }
  if (isOther) {
    const text = `LATEST takes "${latest.base.name}" by its date; "${chosen.base.name}" brings back more, or as much in less time`;
    return [problem("latest-not-newest", sentinelOf(latest.base), text)];
  }
  if (furthest.start.number <= latest.base.start.number || restorer === "person") return [];
  const text = `WAL-E takes "${latest.base.name}" by its date, although "${furthest.name}" was begun later`;
  return [problem("latest-not-newest", sentinelOf(latest.base), text)];
}

function conditions(options: readonly Option[]): readonly Problem[] {
  const bases = new Map(options.map(({ base }) => [base.name, base]));
  return options.flatMap(({ base, completion }) => [
    ...foreignSentinel(base),
    ...(completion === undefined || completion.tablespaces === 0
      ? []
      : [
          problem(
            "tablespaces",
            sentinelOf(base),
            "the base backup has tablespaces, whose links must be made before a restore",
          ),
        ]),
    ...delta(base, bases),
    ...unproven(base),
  ]);
}

function foreignSentinel({ sentinel, ...base }: BaseBackup): readonly Problem[] {
  if (sentinel?.ok !== false || sentinel.format !== "wal-g") return [];
  return [problem("wal-g-archive", sentinelOf(base), "a sentinel of WAL-G under a name of WAL-E")];
}

function delta(base: BaseBackup, bases: ReadonlyMap<string, BaseBackup>): readonly Problem[] {
  const chain = chainOf(base, bases);
  if (chain.length === 0) return [];
  const names = chain.map(({ name }) => `"${name}"`).join(", ");
  return [problem("delta-backup", sentinelOf(base), `a delta backup: a restore fetches ${names} before it`)];
}

/** WAL-G may have left the list of files out, or it is too large to be read here. */
function unproven(base: BaseBackup): readonly Problem[] {
  if (base.sentinel?.ok !== true) return [];
  if (base.writer === "wal-e" && base.sentinel.sentinel.expandedBytes === 0)
    return [
      problem(
        "parts-unproven",
        sentinelOf(base),
        "it does not say how large its files are: a missing last tar part would not show",
      ),
    ];
  if (base.writer === "wal-e" || base.wanted !== undefined) return [];
  const short = bytesShort(base);
  if (short !== undefined) {
    const text = `${short.sent} bytes were sent and ${short.stored} are here, and nothing that was read says which tar files it has`;
    return [problem("parts-short", sentinelOf(base), text)];
  }
  return [problem("parts-unproven", sentinelOf(base), "nothing that was read here says how many tar files it has")];
}
