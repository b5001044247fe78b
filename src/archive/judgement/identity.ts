/** Whose archive this is: system identifier and version of PostgreSQL, from wherever they stand. */
import { SYSID_KEY } from "../names/layout.js";
import { instanceGuid } from "../names/location.js";
import { initdbTime, parseSysid } from "../names/sysid.js";
import { segmentName } from "../names/segment.js";
import { pageOf } from "../reading/archive-facts.js";
import type { ArchiveFacts } from "../reading/facts.js";
import { type BaseBackup, majorVersion } from "./base-backup.js";
import type { Identity } from "./damage.js";
import { problem, type Problem, type Restorer } from "./problem.js";

/** Clocks of the store and of the database host may differ by this much. */
const CLOCK_TOLERANCE_MS = 10 * 60 * 1000;

export interface Known extends Identity {
  /** What `sysids/sysid` says, where it says something. */
  readonly own: string | undefined;
  /** What the base backup itself, or the WAL that it begins in, says. */
  readonly inside: string | undefined;
}

/** `elsewhere`: the system identifier from outside the archive, for one that has lost its own. */
export function knownOf(facts: ArchiveFacts, latest: BaseBackup | undefined, elsewhere: string | undefined): Known {
  const text = facts.texts.get(SYSID_KEY);
  const own = typeof text === "string" ? parseSysid(text) : undefined;
  const inside = latest === undefined ? undefined : (walgSystemId(latest) ?? systemIdInWal(facts, latest));
  return { own, inside, systemId: inside ?? own ?? elsewhere, version: latest?.version };
}

const walgSystemId = ({ sentinel }: BaseBackup): string | undefined =>
  sentinel?.ok === true ? sentinel.sentinel.walg?.systemId : undefined;

/** Of the segment that the base begins in, where its first page is known. */
function systemIdInWal(facts: ArchiveFacts, { start }: BaseBackup): string | undefined {
  const name = segmentName(start);
  const entry = facts.entries.find(({ kind }) => kind.kind === "segment" && segmentName(kind.segment) === name);
  return entry === undefined ? undefined : pageOf(facts, entry.relative)?.systemId;
}

export interface IdentityTerms {
  readonly known: Known;
  readonly elsewhere: string | undefined;
  readonly restorer: Restorer;
  /** Every finished base backup. */
  readonly finished: readonly BaseBackup[];
}

export function identityProblems(facts: ArchiveFacts, terms: IdentityTerms): readonly Problem[] {
  if (facts.entries.length === 0) return [];
  return [...versionProblems(facts, terms), ...systemIdProblems(facts, terms), ...secondWriter(facts, terms.known)];
}

function versionProblems(facts: ArchiveFacts, { finished }: IdentityTerms): readonly Problem[] {
  const versions = finished.map(({ version }) => version);
  const without = finished[versions.indexOf(undefined)];
  if (without !== undefined) {
    const text = "no readable extended_version.txt: the version of PostgreSQL is not known";
    return [problem("version-missing", `basebackups_005/${without.name}/extended_version.txt`, text)];
  }
  const majors = new Set(versions.flatMap((version) => (version === undefined ? [] : [majorVersion(version)])));
  // Where the insides were looked at, every segment was held against the newest base backup.
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
    const text = `not usable here; ${inside} is what the newest base backup is of: a container of Dingo needs it beside the archive`;
    return instanceGuid(facts.location) === undefined ? [] : [problem("sysid-from-elsewhere", SYSID_KEY, text)];
  }
  if (!facts.texts.has(SYSID_KEY)) {
    if (restorer === "person" && instanceGuid(facts.location) === undefined) return [];
    const text = "the system identifier is missing: the container would make an empty database over the copy";
    return [problem("sysid-missing", SYSID_KEY, text)];
  }
  if (own === undefined) {
    return [problem("sysid-malformed", SYSID_KEY, "does not hold a system identifier of at least 10 digits")];
  }
  if (inside === undefined || inside === own) return [];
  const text = `says ${own}, the newest base backup is of ${inside}: a container would stop with "system ID mismatch"`;
  return [problem("sysid-differs", SYSID_KEY, text)];
}

/** Its upper half is the time of initdb: what was stored before is of another cluster. */
function secondWriter({ entries, insides }: ArchiveFacts, { systemId }: Known): readonly Problem[] {
  if (systemId === undefined || insides !== undefined) return [];
  const made = initdbTime(systemId);
  const early = entries.find(
    ({ kind, info }) => kind.kind !== "unknown" && Date.parse(info.lastModified) < made.getTime() - CLOCK_TOLERANCE_MS,
  );
  if (early === undefined) return [];
  const text = `its cluster was made at ${made.toISOString()}, but "${early.relative}" was stored before: another cluster wrote here`;
  return [problem("sysid-younger", SYSID_KEY, text)];
}
