/** Whose archive this is: system identifier and version of PostgreSQL, from wherever they stand. */
import { SYSID_KEY } from "../names/layout.ts";
import { instanceGuidIn } from "../names/location.ts";
import { initdbTime, parseSysid } from "../names/sysid.ts";
import type { ArchiveFacts } from "../reading/facts.ts";
import { storedAt } from "../../kit/rows/packed-objects.ts";
import { majorOf } from "../../kit/sql/major-release.ts";
import { isKnownRelease } from "../wal/control-values.ts";
import { type BaseBackup, sentinelOf } from "./base-backup.ts";
import { CLOCK_TOLERANCE_MS, isDoubtful } from "./cluster.ts";
import type { Option } from "./option.ts";
import { problem, type Problem, type Restorer } from "./problem.ts";

export interface Known {
  /** The identifier in `sysids/sysid`, when the file has one. */
  readonly own: string | undefined;
  /** The identifier in the base backup that is taken. */
  readonly inside: string | undefined;
  /** The identifier in the WAL at that base backup's start, when the base backup has none. */
  readonly inWal: string | undefined;
  readonly systemId: string | undefined;
}

/** Reads the identifier in `sysids/sysid`; undefined when the file has none. */
export function ownSystemId({ texts }: ArchiveFacts): string | undefined {
  const text = texts.get(SYSID_KEY);
  return typeof text === "string" ? parseSysid(text) : undefined;
}

export interface IdentityTerms {
  readonly known: Known;
  readonly elsewhere: string | undefined;
  readonly restorer: Restorer;
  /** Every finished base backup. */
  readonly finished: readonly BaseBackup[];
  readonly options: readonly Option[];
  /** The one that is taken. */
  readonly chosen: Option | undefined;
}

export function identityProblems(facts: ArchiveFacts, terms: IdentityTerms): readonly Problem[] {
  if (facts.entries.length === 0) return [];
  return [
    ...versionProblems(facts, terms),
    ...systemIdProblems(facts, terms),
    ...secondWriter(facts, terms),
    ...doubtful(facts, terms),
    ...otherClusters(facts, terms),
  ];
}

/** The owner cannot be told by WAL that another may have written over, nor disproved by objects beside the archive. */
function doubtful(facts: ArchiveFacts, { options }: IdentityTerms): readonly Problem[] {
  return options.flatMap(({ base, cluster }) => {
    if (base.sentinel === undefined || !isDoubtful(cluster)) return [];
    const depth = facts.insides === undefined ? "--deep" : "--deep=full";
    const text = `the segment that it begins in is of ${cluster.inWal ?? ""}, the archive calls itself ${cluster.systemId ?? ""}'s: ${depth} reads whose it is`;
    return [problem("several-clusters", sentinelOf(base), text)];
  });
}

/** By a few first pages alone it is not told whose the segments between them are. */
function otherClusters(facts: ArchiveFacts, { options, chosen }: IdentityTerms): readonly Problem[] {
  const others = options.filter(
    ({ cluster, base }) => base.sentinel !== undefined && isOther(cluster, chosen?.cluster),
  );
  const first = others[0];
  if (first === undefined) return [];
  if (facts.insides === undefined) {
    const text = `"${first.base.name}" shows that two clusters wrote here: --deep tells whose WAL is whose`;
    return [problem("several-clusters", sentinelOf(first.base), text)];
  }
  return others.flatMap(({ base, cluster: { inside }, unusable }) => {
    if (inside === undefined) return [];
    const use = unusable === undefined ? `; archive restore --base ${base.name} restores that one` : "";
    return [problem("other-cluster", sentinelOf(base), `a base backup of another cluster, ${inside}${use}`)];
  });
}

/** Nothing that is not known is another. */
function isOther(cluster: Option["cluster"], chosen: Option["cluster"] | undefined): boolean {
  if (cluster.foreignStart !== undefined) return true;
  const [own, taken] = [cluster.inside ?? cluster.inWal, chosen?.inside ?? chosen?.inWal];
  return own !== undefined && taken !== undefined && own !== taken;
}

/** A release whose formats are not known here, in words; undefined for any other. */
export function strangeRelease({ version }: BaseBackup): string | undefined {
  if (version === undefined || isKnownRelease(majorOf(version))) return undefined;
  return `the base backup is of PostgreSQL ${version}: releases from 9.4 to 18 are known here`;
}

function versionProblems(facts: ArchiveFacts, { finished, chosen }: IdentityTerms): readonly Problem[] {
  const strange = chosen === undefined ? undefined : strangeRelease(chosen.base);
  if (chosen !== undefined && strange !== undefined)
    return [problem("version-unknown", sentinelOf(chosen.base), strange)];
  const versions = finished.map(({ version }) => version);
  const keyOf = ({ name }: BaseBackup): string => `basebackups_005/${name}/extended_version.txt`;
  const without = finished.find((base) => base.version === undefined && facts.asked?.get(keyOf(base)) !== "frozen");
  if (without !== undefined) {
    const text = "no readable extended_version.txt: the version of PostgreSQL is not known";
    return [problem("version-missing", keyOf(without), text)];
  }
  const majors = new Set(versions.flatMap((version) => (version === undefined ? [] : [majorOf(version)])));
  // When the insides were looked at, every segment was held against the newest base backup.
  if (majors.size < 2 || facts.insides !== undefined) return [];
  return [
    problem(
      "several-versions",
      "",
      `base backups of PostgreSQL ${[...majors].join(" and ")} in one archive: --deep tells whose WAL is whose`,
    ),
  ];
}

/** Only Dingo's containers keep the identifier beside the archive, and need it there. */
function systemIdProblems(facts: ArchiveFacts, { known, elsewhere, restorer }: IdentityTerms): readonly Problem[] {
  const { own, inside } = known;
  if (own === undefined && elsewhere !== undefined) {
    return [problem("sysid-from-elsewhere", SYSID_KEY, `not usable here; ${elsewhere} is known from elsewhere`)];
  }
  if (own === undefined && inside !== undefined && restorer === "person") {
    const text = `not usable here; ${inside} is what the base backup is of: a container of Dingo needs it beside the archive`;
    return instanceGuidIn(facts.location) === undefined ? [] : [problem("sysid-from-elsewhere", SYSID_KEY, text)];
  }
  if (own === undefined && known.inWal !== undefined && restorer === "person") {
    const text = `not usable here; the WAL is of ${known.inWal}, which another cluster may have written over: --deep=full reads it from the base backup`;
    return instanceGuidIn(facts.location) === undefined ? [] : [problem("sysid-from-elsewhere", SYSID_KEY, text)];
  }
  if (!facts.texts.has(SYSID_KEY)) {
    if (restorer === "person" && instanceGuidIn(facts.location) === undefined) return [];
    const text = "the system identifier is missing: the container would make an empty database over the copy";
    return [problem("sysid-missing", SYSID_KEY, text)];
  }
  if (own === undefined) {
    return [problem("sysid-malformed", SYSID_KEY, "does not hold a system identifier of at least 10 digits")];
  }
  if (inside === undefined || inside === own) return [];
  const text = `says ${own}, the base backup that is taken is of ${inside}: a container would stop with "system ID mismatch"`;
  return [problem("sysid-differs", SYSID_KEY, text)];
}

/** Its upper half is the time of initdb: earlier objects are of another cluster. */
function secondWriter(
  { entries, insides }: ArchiveFacts,
  { known: { systemId }, finished }: IdentityTerms,
): readonly Problem[] {
  if (systemId === undefined || insides !== undefined) return [];
  const made = initdbTime(systemId);
  const earliest = made.getTime() - CLOCK_TOLERANCE_MS - slownessOf(finished);
  const early = entries.find(({ kind, info }) => kind.kind !== "unknown" && storedAt(info) < earliest);
  if (early === undefined) return [];
  const text = `its cluster was made at ${made.toISOString()}, but "${early.relative}" was stored before: another cluster wrote here`;
  return [problem("sysid-younger", SYSID_KEY, text)];
}

/** How much the store's clock is behind the database's at least: no base backup is stored before it has ended. */
function slownessOf(finished: readonly BaseBackup[]): number {
  const behind = finished.map(
    ({ times: { finishedAt = "" }, completedAt = "" }) => Date.parse(finishedAt) - Date.parse(completedAt),
  );
  return Math.max(0, ...behind.filter((each) => !Number.isNaN(each)));
}
