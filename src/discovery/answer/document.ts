/** The answer as `dingo-recover/discover@1`: names that scripts rely on (docs/exit-codes.md). */
import type { Candidate, Coverage, Discovery, NotDeleted } from "../judgement/candidate.ts";
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

/** `null` if no source says. */
type Told<Field extends keyof Candidate> = { readonly [F in Field]-?: Exclude<Candidate[F], undefined> | null };

/** `space`, `org` and `plan` are names, or GUIDs if only these are known. Eras A to D log no names. */
export interface DocumentCandidate
  extends Pick<Candidate, "guid" | "score" | "kind" | "why" | "evidence" | "sources" | "notes">,
    Required<Pick<Candidate, "open" | "nodes" | "boundApps" | "mayLive">>,
    Told<"name" | "firstName" | "space" | "org" | "plan" | "spaceGuid" | "orgGuid" | "offering">,
    Told<"deletedAt" | "between" | "deletedBy" | "lastWal" | "cleanStop" | "nameTakenBy"> {
  /** False for a candidate that does not fit the question: only --all keeps it. */
  readonly fits: boolean;
  /** Whether it is known to be the one that was asked for: all of the question could be compared, and nothing else fits. */
  readonly confirmed: boolean;
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
