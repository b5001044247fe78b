/**
 * What a second person is asked to sign: one text, whose exact bytes are signed. It names the run, what is shown, the steps, the
 * time and a nonce, so that a signature is worth nothing for any other. A file of it is a stranger's text.
 */
import { z } from "zod";
import { RecoverError } from "../errors.js";
import { quoted } from "../printable.js";
import type { Signed } from "./entry.js";
import { sha256 } from "./line.js";
import { isRunId } from "./run-id.js";

const text = z.string();
const hash = text.regex(/^[0-9a-f]{64}$/u);
const document = z.strictObject({
  schema: z.literal("dingo-recover/approval-request@1"),
  run: text.refine(isRunId),
  runbook: text,
  target: text,
  operator: z.strictObject({ name: text, host: text, key: text }),
  requestedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** No two requests are alike. */
  nonce: text.regex(/^[0-9a-f]{32}$/u),
  /** Of the approval in the journal: over rows, steps and commands. */
  shownSha256: hash,
  steps: z.array(text),
  /** Per step, over its printed commands. */
  commandsSha256: z.record(text, hash),
  /** Over the rows alone; absent where there is no review. */
  reviewSha256: hash.optional(),
  review: z.array(z.strictObject({ label: text, value: text })),
  /** What the operator reads at the same question. */
  details: z.array(text),
});

export type ApprovalRequest = z.infer<typeof document>;

export const requestText = (request: ApprovalRequest): string => `${JSON.stringify(request, null, 1)}\n`;

/** Ten digits in three groups, to compare by telephone; of the text, so that two requests have two. */
export function requestCode(requestSha256: string): string {
  return [requestSha256.slice(0, 4), requestSha256.slice(4, 7), requestSha256.slice(7, 10)].join("-");
}

/** One name in common, or one key, is one person. */
export function isSamePerson(one: Person, other: Person): boolean {
  return one.key === other.key || one.principals.some((name) => other.principals.includes(name));
}

type Person = Pick<Signed, "principals" | "key">;

/** Larger is nothing that a person reads before a signature. Bytes. */
export const LARGEST_REQUEST = 1024 * 1024;

/** Errors: `usage` for what is no request, `signature-refused` where it shows another review than it is about. */
export function readRequest(content: string, file: string): ApprovalRequest {
  const parsed = document.safeParse(asJson(content));
  if (!parsed.success) throw noRequest(file);
  const { review, reviewSha256 } = parsed.data;
  if (reviewSha256 !== undefined && reviewSha256 !== sha256(JSON.stringify(review))) throw otherReview(file);
  return parsed.data;
}

function asJson(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined;
  }
}

function noRequest(file: string): RecoverError {
  return new RecoverError("usage", `${quoted(file)} is no request for an approval`, {
    remedy: "Name the file that the run wrote when it asked for a second person, whole.",
    place: file,
    effect: "none",
  });
}

function otherReview(file: string): RecoverError {
  return new RecoverError("signature-refused", `${quoted(file)} shows another review than the one that it is about`, {
    remedy: "Do not sign it, and ask the operator where it comes from: somebody has changed what you were to see.",
    place: file,
    effect: "none",
  });
}
