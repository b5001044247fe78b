/** The answer as `dingo-recover/discover@1`: names that scripts rely on (docs/exit-codes.md). */
import type {
  BoundApp,
  Candidate,
  CleanStop,
  Coverage,
  Discovery,
  Evidence,
  Kind,
  LastWal,
  NotDeleted,
  RemovedNode,
} from "../judgement/candidate.ts";
import { isConfirmed, MISFIT } from "../judgement/open-questions.ts";

export interface DiscoverDocument {
  readonly schema: "dingo-recover/discover@1";
  readonly candidates: readonly DocumentCandidate[];
  /** Deletions that hardly anybody asks for: instances that lived for seconds, beside longer ones. Empty with --all. */
  readonly setAside: readonly DocumentCandidate[];
  /** Deletions that do not fit the question; with --all they stand among the candidates. */
  readonly unfit: readonly DocumentCandidate[];
  readonly notDeleted: readonly DocumentNotDeleted[];
  readonly coverage: readonly DocumentCoverage[];
}

export interface DocumentNotDeleted extends Pick<NotDeleted, "guid" | "why" | "evidence"> {
  readonly name: string | null;
  /** When it looked like a deletion; `null` if the source does not say. */
  readonly at: string | null;
}

export interface DocumentCandidate {
  readonly guid: string;
  readonly score: number;
  /** False for a candidate that does not fit the question: only --all keeps it. */
  readonly fits: boolean;
  /** Whether it is known to be the one that was asked for: all of the question could be compared, and nothing else fits. */
  readonly confirmed: boolean;
  /** Why that is not known; empty if it is. */
  readonly open: readonly string[];
  /** `null` if no source says: era A to D log no names. */
  readonly name: string | null;
  /** Of its first days, if it has another now. */
  readonly firstName: string | null;
  /** Name, or the GUID if only that is known; `null` if neither is. The same for org and plan. */
  readonly space: string | null;
  readonly org: string | null;
  readonly plan: string | null;
  readonly deletedAt: string | null;
  /** Present when nobody saw it go: it was there at the first time, and no more at the second. */
  readonly between: Candidate["between"] | null;
  readonly kind: Kind;
  /** The observation that gives it this kind. */
  readonly why: string;
  readonly evidence: readonly Evidence[];
  readonly spaceGuid: string | null;
  readonly orgGuid: string | null;
  readonly offering: string | null;
  readonly deletedBy: string | null;
  readonly nodes: readonly RemovedNode[];
  readonly boundApps: readonly BoundApp[];
  /** The last upload to the archive that a log shows. */
  readonly lastWal: LastWal | null;
  /** Present if its container's log shows an orderly end; `null` is no sign of another. */
  readonly cleanStop: CleanStop | null;
  readonly mayLive: boolean;
  readonly nameTakenBy: Candidate["nameTakenBy"] | null;
  readonly sources: Candidate["sources"];
  readonly notes: readonly string[];
}

export interface DocumentCoverage extends Omit<Coverage, "file" | "from" | "to" | "why"> {
  readonly file: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly why: string | null;
}

export function toDocument({
  candidates,
  setAside = [],
  unfit = [],
  notDeleted,
  coverage,
}: Discovery): DiscoverDocument {
  return {
    schema: "dingo-recover/discover@1",
    candidates: candidates.map(candidateOf),
    setAside: setAside.map(candidateOf),
    unfit: unfit.map((each) => candidateOf({ ...each, misfit: true, open: [MISFIT] })),
    notDeleted: notDeleted.map(({ guid, name = null, at = null, why, evidence }) => ({
      guid,
      name,
      at,
      why,
      evidence,
    })),
    coverage: coverage.map(coverageOf),
  };
}

function candidateOf(candidate: Candidate): DocumentCandidate {
  const { guid, score, kind, evidence, sources, notes } = candidate;
  return {
    guid,
    score,
    fits: candidate.misfit !== true,
    confirmed: isConfirmed(candidate),
    open: candidate.open ?? [],
    firstName: candidate.firstName ?? null,
    name: candidate.name ?? null,
    space: candidate.space ?? candidate.spaceGuid ?? null,
    org: candidate.org ?? candidate.orgGuid ?? null,
    plan: candidate.plan ?? candidate.planGuid ?? null,
    deletedAt: candidate.deletedAt ?? null,
    between: candidate.between ?? null,
    kind,
    why: candidate.why,
    evidence,
    spaceGuid: candidate.spaceGuid ?? null,
    orgGuid: candidate.orgGuid ?? null,
    offering: candidate.offering ?? null,
    deletedBy: candidate.deletedBy ?? null,
    nodes: candidate.nodes ?? [],
    boundApps: candidate.boundApps ?? [],
    lastWal: candidate.lastWal ?? null,
    cleanStop: candidate.cleanStop ?? null,
    mayLive: candidate.mayLive ?? false,
    nameTakenBy: candidate.nameTakenBy ?? null,
    sources,
    notes,
  };
}

function coverageOf({ file, from, to, why, ...rest }: Coverage): DocumentCoverage {
  return { ...rest, file: file ?? null, from: from ?? null, to: to ?? null, why: why ?? null };
}
