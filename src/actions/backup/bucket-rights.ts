/**
 * What a bucket's policy says of one action of somebody, or of everybody (IAM User Guide, "Policy evaluation logic"): only a
 * statement without conditions and exceptions is certain. What the keys' own policies say is not in it. Pure.
 */
import {
  type Match,
  matchesAction,
  matchesPrincipal,
  matchesResource,
  type Statement,
  statementsOf,
} from "./policy-statements.js";

export interface BucketAnswer {
  /** "silent": nothing in it is about the action. */
  readonly says: "denied" | "allowed" | "silent" | "not-known";
  /** A part of a sentence. */
  readonly why: string;
}

export interface BucketQuestion {
  readonly bucket: string;
  /** All that lies below it; undefined for the bucket itself. */
  readonly prefix?: string;
  readonly action: string;
  /** ARN; "" where it is not known whose keys they are. */
  readonly who: string;
}

/** `text` is undefined where the policy cannot be read, "" where there is none. */
export function bucketAnswer(text: string | undefined, question: BucketQuestion): BucketAnswer {
  if (text === undefined)
    return unknown("these keys may not read the bucket's policy (s3:GetBucketPolicy), or the store has none");
  if (text === "") return { says: "silent", why: "the bucket has no policy" };
  const statements = statementsOf(text);
  if (statements === undefined) return unknown("the bucket's policy has a form that is not understood");
  const about = (effect: Statement["Effect"], wanted: Match): Statement | undefined =>
    statements.find((each) => each.Effect === effect && matches(each, question) === wanted);
  const denied = about("Deny", "yes");
  if (denied !== undefined) return { says: "denied", why: `the bucket's policy denies it${called(denied)}` };
  const allowed = about("Allow", "yes");
  const mayBeDenied = about("Deny", "maybe");
  if (allowed !== undefined && mayBeDenied === undefined)
    return { says: "allowed", why: `the bucket's policy allows it${called(allowed)}` };
  const open = mayBeDenied ?? about("Allow", "maybe");
  if (open !== undefined) return unknown(`the bucket's policy alone does not decide it${called(open)}`);
  return { says: "silent", why: "the bucket's policy does not speak of it" };
}

const unknown = (why: string): BucketAnswer => ({ says: "not-known", why });
const called = ({ Sid }: Statement): string => (Sid === undefined ? "" : ` ("${Sid}")`);

function matches(statement: Statement, { action, who, ...at }: BucketQuestion): Match {
  const parts = [matchesAction(statement, action), matchesPrincipal(statement, who), matchesResource(statement, at)];
  if (parts.includes("no")) return "no";
  return parts.includes("maybe") || statement.Condition !== undefined ? "maybe" : "yes";
}
