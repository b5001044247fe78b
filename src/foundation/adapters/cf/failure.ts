/**
 * Reads the words of a failed cf command. The CLI has no machine form: its English sentences (LANG=C) are sorted into
 * our codes. An unknown sentence stays a failed step whose outcome is probed. Seen with 8.18.3.
 */
import { type ErrorCode, RecoverError } from "../../../errors.ts";
import type { ProgramResult } from "../../../kit/spawn/spawn.ts";

/** "token": a log-in may mend it. */
export type Failure = "token" | ErrorCode;

const SENTENCES: readonly (readonly [RegExp, Failure])[] = [
  [/Credentials were rejected|Bad credentials|No API endpoint set/i, "not-logged-in"],
  [/Not logged in|Invalid Auth Token|Authentication error|log back in|was revoked/i, "token"],
  [/Access token (?:has expired|is invalid|is missing)/i, "token"],
  [/not authorized|Insufficient scope|access is denied|insufficient_scope/i, "access-denied"],
  [/^Request error:|connection refused|dial tcp|i\/o timeout|\bEOF\b|connection reset|TLS handshake/im, "unreachable"],
  [/(?:Response|Error) Code: (?:5\d\d|429)\b|Service Unavailable|SSL Cert|x509:/i, "unreachable"],
  // An answer that is not the API's, as of a proxy before it whose system is away.
  [/invalid character '.{1,10}' (?:looking for|after|in )|unexpected end of JSON input/i, "unreachable"],
  [/Incorrect Usage|is not a registered command/, "program-missing"],
];

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  "not-logged-in": 'Check with "cf login", or set CF_USERNAME and CF_PASSWORD to credentials that hold.',
  "access-denied":
    "Log in as a user with the scope cloud_controller.admin, or one with the space developer role there.",
  unreachable: "Check that the API can be reached from here (cf api, proxy, certificate), then resume.",
  "program-missing": "Install the Cloud Foundry CLI version 8 and put it into PATH.",
  "step-failed": "Read what Cloud Foundry says, mend it, then resume.",
};

/** `args`: the command repeats its own, and a stranger's name may be one of the sentences. */
export function failureOf(result: ProgramResult, args: readonly string[] = []): Failure {
  const names = args.filter((arg) => sentenceIn(arg) !== undefined);
  const said = names.reduce((text, name) => text.replaceAll(name, " "), `${result.stderr}\n${result.stdout}`);
  return sentenceIn(said)?.[1] ?? "step-failed";
}

const sentenceIn = (text: string): (typeof SENTENCES)[number] | undefined =>
  SENTENCES.find(([sentence]) => sentence.test(text));

export interface Told {
  /** `cf create-service`, without arguments: names may be hostile. */
  readonly command: string;
  readonly result: ProgramResult;
  readonly mask: (text: string) => string;
  readonly effect: "none" | "unknown";
}

export function failureError(code: ErrorCode, { command, result, mask, effect }: Told): RecoverError {
  return new RecoverError(code, `"${command}" failed: ${sentence(result, mask)}`, {
    remedy: REMEDIES[code] ?? "Look at the system it names, then resume.",
    place: command,
    effect,
  });
}

/** The CLI's own words on one line, without control characters, cut to a length a person reads; masked while whole. */
function sentence({ stderr, stdout, code }: ProgramResult, mask: Told["mask"]): string {
  const said = stderr.trim() === "" ? stdout.replaceAll(/^FAILED$/gm, "") : stderr;
  const line = mask(said)
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ")
    .replaceAll(/ {2,}/g, " ")
    .trim();
  return line === "" ? `exit code ${code}` : line.slice(0, 300);
}
