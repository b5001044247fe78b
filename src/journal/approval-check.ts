/** `journal verify`: do the approvals that two persons have signed still show that, to whoever looks with a file of their own? */
import type { Effect, EvidenceRef } from "../action.js";
import type { Signer } from "../ports/signatures.js";
import { type ApprovalRequest, isSamePerson, readRequest, requestCode } from "./approval-request.js";
import { type Entry, type SecondApproval, type Signed, unitName } from "./entry.js";

export interface ApprovalChecks {
  readonly recall: (evidence: EvidenceRef) => string;
  readonly signer: (text: string, signature: string, at: Date) => Promise<Signer>;
  /** Whether there is a file that knows people: else a signature says that it fits, and no name. */
  readonly knowsPeople: boolean;
  /** Effects of the steps that need two persons here. */
  readonly needsTwo: readonly Effect[];
}

export interface CheckedApproval {
  /** Of the journal, from 1. */
  readonly line: number;
  readonly steps: readonly string[];
  /** Of the request; empty where there is none. */
  readonly code: string;
  /** `alone`: a step that needs two persons here began with the approval of one. */
  readonly state: "holds" | "nameless" | "alone" | "broken";
  readonly operator: readonly string[];
  readonly other: readonly string[];
  /** What is wrong with it. */
  readonly why?: string;
}

type Approved = Extract<Entry, { type: "approved" }>;

/** In the journal's order. Errors: those of `recall` and `signer`. */
export async function checkApprovals(
  entries: readonly Entry[],
  checks: ApprovalChecks,
): Promise<readonly CheckedApproval[]> {
  const found: CheckedApproval[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "approved" && entry.second !== undefined)
      found.push(await checked({ entry, second: entry.second, before: entries.slice(0, index) }, checks));
    if (entry.type === "step-started" && checks.needsTwo.some((effect) => effect === entry.effect))
      found.push(...aloneBefore(entry, entries.slice(0, index)));
  }
  return found.toSorted((one, other) => one.line - other.line);
}

interface Given {
  readonly entry: Approved & Entry;
  readonly second: SecondApproval;
  readonly before: readonly Entry[];
}

async function checked(given: Given, checks: ApprovalChecks): Promise<CheckedApproval> {
  const { entry, second } = given;
  const base = {
    line: entry.seq,
    steps: entry.steps,
    code: requestCode(second.request.sha256),
    operator: second.operator.principals,
    other: second.other.principals,
  };
  const text = checks.recall(second.request);
  const why = misfit(given, text) ?? (await wrongSignatures(given, text, checks));
  if (why !== undefined) return { ...base, state: "broken", why };
  return { ...base, state: checks.knowsPeople ? "holds" : "nameless" };
}

function misfit({ entry, second, before }: Given, text: string): string | undefined {
  const digest = second.request.sha256;
  if (!before.some((each) => each.type === "asked" && each.request?.text.sha256 === digest))
    return "its request was not asked for before";
  if (before.some((each) => each.type === "approved" && each.second?.request.sha256 === digest))
    return "its request was used before";
  const request = understood(text);
  if (request === undefined) return "what was signed is no request";
  if (request.run !== entry.run) return "what was signed is about another run";
  if (!isAbout(request, entry)) return "what was signed is about another review, or other steps";
  const at = new Date(entry.time);
  if (at < new Date(request.requestedAt) || at > new Date(request.expiresAt))
    return "it was given outside the time of its request";
  return undefined;
}

function understood(text: string): ApprovalRequest | undefined {
  try {
    return readRequest(text, "the request");
  } catch {
    return undefined;
  }
}

function isAbout(
  request: ApprovalRequest,
  { steps, shownSha256, reviewSha256, commandsSha256 = {} }: Approved,
): boolean {
  return (
    request.shownSha256 === shownSha256 &&
    request.reviewSha256 === reviewSha256 &&
    isAlike(request.steps, steps) &&
    isAlike(request.commandsSha256, commandsSha256)
  );
}

const isAlike = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

async function wrongSignatures(
  { entry, second }: Given,
  text: string,
  checks: ApprovalChecks,
): Promise<string | undefined> {
  const at = new Date(entry.time);
  const judge = (one: Signed): Promise<Signer> => checks.signer(text, one.signature, at);
  const [operator, other] = [await judge(second.operator), await judge(second.other)];
  for (const [who, signer] of [
    ["operator", operator],
    ["other person", other],
  ] as const) {
    if (signer.kind === "unfit") return `the signature of the ${who} does not fit`;
    if (signer.kind === "stranger" && checks.knowsPeople)
      return `nobody here knows the key of the ${who}: ${signer.key}`;
  }
  if (operator.kind === "unfit" || other.kind === "unfit") return undefined;
  return isSamePerson(named(operator), named(other)) ? "both signatures are of one person" : undefined;
}

const named = (signer: Exclude<Signer, { kind: "unfit" }>): Pick<Signed, "principals" | "key"> => ({
  principals: signer.kind === "known" ? signer.principals : [],
  key: signer.key,
});

/** What a step goes by is the last approval that covers it. */
function aloneBefore(
  { back, seq, ...begun }: Extract<Entry, { type: "step-started" }>,
  before: readonly Entry[],
): readonly CheckedApproval[] {
  const unit = unitName(begun);
  const names = back === true ? [`undo ${unit}`] : [unit, begun.step];
  const approval = before.findLast(
    (each): each is Approved & Entry => each.type === "approved" && each.steps.some((name) => names.includes(name)),
  );
  if (approval?.second !== undefined) return [];
  const why = approval === undefined ? "nobody's approval stands before it" : "one person alone has approved it";
  return [{ line: seq, steps: [unit], code: "", state: "alone", operator: [], other: [], why }];
}
