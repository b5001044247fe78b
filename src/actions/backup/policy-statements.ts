/** The statements of a bucket's policy (Amazon S3 User Guide, "Policies and permissions in Amazon S3"), read and matched. Pure. */
import { z } from "zod";

const listed = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === "string" ? [value] : value));
const statement = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.union([z.string(), z.record(z.string(), listed)]).optional(),
  Action: listed.optional(),
  Resource: listed.optional(),
  Condition: z.unknown().optional(),
});
const policy = z.object({ Statement: z.union([statement, z.array(statement)]) });
export type Statement = z.infer<typeof statement>;

/** Undefined where the text has no form that is understood. */
export function statementsOf(text: string): readonly Statement[] | undefined {
  try {
    const { Statement } = policy.parse(JSON.parse(text));
    return Array.isArray(Statement) ? Statement : [Statement];
  } catch {
    return undefined;
  }
}

/** Whether a part of a statement is about what is asked: "maybe" where it leaves something out, or is about a part of it. */
export type Match = "yes" | "no" | "maybe";

/** What stands in no `Action` stands in a `NotAction`. */
export function matchesAction({ Action }: Statement, action: string): Match {
  if (Action === undefined) return "maybe";
  return Action.some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase())) ? "yes" : "no";
}

/** Whom the statement is about: everybody, or `who`, an ARN, where that is known. */
export function matchesPrincipal({ Principal, Effect }: Statement, who: string): Match {
  if (Principal === undefined) return "maybe";
  if (typeof Principal === "string") return Principal === "*" ? "yes" : "maybe";
  const named = Principal["AWS"] ?? [];
  if (named.includes("*")) return "yes";
  if (who === "") return "maybe";
  if (named.some((each) => isNameOf(each, who))) return "yes";
  const account = who.split(":")[4] ?? "";
  const ofAccount = named.some(
    (each) => each === account || /^arn:aws[\w-]*:iam::(\d{12}):root$/.exec(each)?.[1] === account,
  );
  // An account's name allows nothing by itself: it leaves that to the account's own policies.
  if (ofAccount) return Effect === "Deny" ? "yes" : "no";
  return Effect === "Deny" && Principal["CanonicalUser"] !== undefined ? "maybe" : "no";
}

/** A session is its role as well. A role's path does not stand in the ARN of its session. */
function isNameOf(named: string, who: string): boolean {
  if (named === who) return true;
  const [, account, role] = /^arn:aws[\w-]*:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(who) ?? [];
  if (account === undefined || role === undefined) return false;
  const [, owner, name] = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(named) ?? [];
  return owner === account && name === role;
}

/** What lies below the prefix: "yes" for every key there can be, "maybe" for some. Without a prefix: the bucket itself. */
export function matchesResource(
  { Resource }: Statement,
  { bucket, prefix }: { readonly bucket: string; readonly prefix?: string },
): Match {
  if (Resource === undefined) return "maybe";
  const patterns = Resource.flatMap((arn) =>
    arn === "*" ? ["*"] : (/^arn:aws[\w-]*:s3:::(.*)$/s.exec(arn)?.[1] ?? []),
  );
  if (prefix === undefined) return patterns.some((pattern) => fits(pattern, bucket)) ? "yes" : "no";
  const sample = `${bucket}/${prefix}/`;
  const all = patterns.some(
    (pattern) => pattern.endsWith("*") && fits(pattern, sample) && fits(pattern, `${sample}any/key`),
  );
  if (all) return "yes";
  return patterns.some((pattern) => mayReach(pattern, sample)) ? "maybe" : "no";
}

/** Whether a pattern and some text below `sample` can be the same: up to the first wildcard one has to begin with the other. */
function mayReach(pattern: string, sample: string): boolean {
  const fixed = pattern.split(/[*?$]/, 1)[0] ?? "";
  return fixed.length === pattern.length
    ? pattern.startsWith(sample)
    : sample.startsWith(fixed) || fixed.startsWith(sample);
}

/** "*" is any text and "?" any character, as IAM reads them. Goes back to the last "*" alone: no pattern takes long. */
function fits(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resumed = 0;
  for (let seen = 0; seen < text.length; ) {
    if (pattern[at] === "*") [star, resumed, at] = [at, seen, at + 1];
    else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === text[seen]))
      [at, seen] = [at + 1, seen + 1];
    else if (star >= 0) [at, resumed, seen] = [star + 1, resumed + 1, resumed + 1];
    else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
