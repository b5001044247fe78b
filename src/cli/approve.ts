/** `approve REQUEST`: the second of two persons reads what a run asks for, and signs it with the SSH key that they have. */
import { lstatSync } from "node:fs";
import { basename } from "node:path";
import type { Config } from "../config/config.js";
import type { Section } from "../config/load.js";
import { EXIT, RecoverError } from "../errors.js";
import { type ApprovalRequest, LARGEST_REQUEST, readRequest, requestCode } from "../journal/approval-request.js";
import { errnoOf, reasonOf } from "../journal/durable.js";
import { sha256 } from "../journal/line.js";
import { optional } from "../optional.js";
import { quoted } from "../printable.js";
import { createOutput, type Output } from "../ui/output.js";
import { configOf } from "./configuration.js";
import { secrets } from "./failure.js";
import { told } from "./foreign-run.js";
import { NewFile } from "./new-file.js";
import type { AcceptArguments, GlobalArguments, SignArguments } from "./options.js";
import { consentOutsideRuns } from "./outside-runs.js";
import { oneLine } from "./pasted-signature.js";
import { approvalName, requestName } from "./second-person.js";
import { judging, openSignatures, signerName } from "./signing.js";
import { somebodyIsThere } from "./somebody-is-there.js";
import { readText } from "./text-file.js";
import { withPorts } from "./with-ports.js";

export type ApproveArguments = GlobalArguments &
  SignArguments &
  AcceptArguments & { readonly request: string; readonly output?: string | undefined };

/** Four, three and three digits: the name of a request in the lease's place. */
const CODE = /^[0-9a-f]{4}-[0-9a-f]{3}-[0-9a-f]{3}$/u;
/** As the lease's place is reached. */
const SHARED: readonly Section[] = ["approvals", "lease", "s3", "bosh"];

interface Found {
  readonly text: string;
  readonly request: ApprovalRequest;
  readonly sha256: string;
  readonly code: string;
}

export async function approve(given: ApproveArguments): Promise<number> {
  const screen = createOutput({ secrets, color: given.color });
  const isCode = CODE.test(given.request);
  const config = await configOf(given, isCode ? SHARED : ["approvals"]);
  const key = given["sign-with"] ?? config.approvals?.key ?? noKey();
  const found = understood(isCode ? await fetched(given, config) : readText(given.request), given.request);
  await requireOther(found.request, key);
  for (const line of requestLines(found)) screen.error(line);
  await requireYes(given, screen, found);
  const signature = await openSignatures().sign(found.text, key);
  await tellOwnName(screen, config, { text: found.text, signature });
  const file = isCode ? given.output : (given.output ?? `${given.request}.sig`);
  if (isCode) await publish(given, config, signature);
  if (file !== undefined) write(file, signature);
  tell(screen, given, { ...found, signature, file });
  return EXIT.done;
}

async function fetched(given: ApproveArguments, config: Config): Promise<string> {
  const place = config.lease ?? noPlace(given.request);
  const found = await withPorts(given, config, (wired) => wired.shared(place).read(requestName(given.request)));
  if (found !== undefined) return found.content;
  throw new RecoverError("usage", `there is no request ${given.request} in the lease's place`, {
    remedy: "Compare the code with the operator, or have the file sent, and name that.",
    place: requestName(given.request),
    effect: "none",
  });
}

/** Errors: `usage`, `signature-refused` where it has expired, or was put where another one is looked for. */
function understood(text: string, name: string): Found {
  if (text.length > LARGEST_REQUEST) throw tooLarge(name);
  const request = readRequest(text, name);
  const digest = sha256(text);
  const code = requestCode(digest);
  if (CODE.test(name) && code !== name)
    throw refused(`what lies in the place of request ${name} is request ${code}`, "Ask the operator which is theirs.");
  if (new Date(request.expiresAt) <= new Date())
    throw refused(`request ${code} expired at ${request.expiresAt}`, "Have the run go on: it makes a new request.");
  return { text, request, sha256: digest, code };
}

/** The run tells persons apart by their names; one key is one person wherever it is looked at. */
async function requireOther({ operator }: ApprovalRequest, key: string): Promise<void> {
  if ((await openSignatures().fingerprint(key)) !== operator.key) return;
  throw refused(
    "this request is the operator's own, by the same key: one person is not two",
    "Another person signs it.",
  );
}

function requestLines({ request, sha256: digest, code }: Found): readonly string[] {
  const { operator, review, details } = request;
  return [
    `request ${code}: all that follows was written by whoever made it`,
    `run ${request.run} of the runbook ${told(request.runbook)}, for the target ${told(request.target)}`,
    `asked by ${told(operator.name)} on ${told(operator.host)} (key ${told(operator.key)}) at ${request.requestedAt}`,
    `good until ${request.expiresAt}`,
    `steps: ${request.steps.map((step) => told(step)).join(", ")}`,
    ...(review.length === 0
      ? []
      : ["review:", ...review.map(({ label, value }) => `  ${told(label)}: ${told(value)}`)]),
    "what would be done:",
    ...details.map((line) => `  | ${told(line)}`),
    `SHA-256 of the request: ${digest}`,
  ];
}

/** The code is what the operator tells by another way: who types it has compared. */
async function requireYes(given: ApproveArguments, screen: Output, { code, sha256: digest }: Found): Promise<void> {
  const accepted = given.accept?.trim().toLowerCase();
  if (accepted === digest) return;
  if (accepted !== undefined)
    throw refused(
      `the request is not the one that --accept names: its SHA-256 is ${digest}`,
      "Find out which is meant.",
    );
  if (!somebodyIsThere(given, screen)) throw notAsked(given.request, digest);
  const answer = await consentOutsideRuns(screen).ask({
    kind: "typed",
    id: "approve",
    prompt: "Sign this, as the second of two persons?",
    why: "Ask the operator for the code by another way than the request came, and compare. Your signature lets the steps above run.",
    expected: code,
    details: [],
  });
  if (answer?.value === code) return;
  throw new RecoverError("stopped-by-operator", `request ${code} was not approved`, {
    remedy: "Nothing was signed, and nothing was changed.",
    effect: "none",
  });
}

async function tellOwnName(
  screen: Output,
  config: Config,
  { text, signature }: { readonly text: string; readonly signature: string },
): Promise<void> {
  const signers = config.approvals?.allowedSigners;
  if (signers === undefined) return;
  const signer = await openSignatures().signer(text, signature, judging(config.approvals));
  if (signer.kind === "known") screen.error(`signed as ${signerName(signer.principals)}`);
  else screen.error(`${quoted(signers)} does not know your key: the run refuses it unless the operator's file does`);
}

async function publish(given: ApproveArguments, config: Config, signature: string): Promise<void> {
  const place = config.lease ?? noPlace(given.request);
  await withPorts(given, config, (wired) => wired.shared(place).write(approvalName(given.request), signature, "any"));
}

function write(path: string, signature: string): void {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw unwritable(path, "it is there already");
    NewFile.write(path, signature, "publish");
  } catch (thrown) {
    throw errnoOf(thrown) === undefined ? thrown : unwritable(path, reasonOf(thrown));
  }
}

interface Signed extends Found {
  readonly signature: string;
  readonly file: string | undefined;
}

function tell(
  screen: Output,
  given: ApproveArguments,
  { request, sha256: digest, code, signature, file }: Signed,
): void {
  const line = oneLine(signature);
  if (given.json)
    return screen.json({
      ...{ schema: "dingo-recover/approve@1", run: request.run, code, sha256: digest, line },
      ...optional("file", file),
    });
  screen.line(`request ${code} is signed`, "good");
  if (file === undefined)
    screen.line("the signature lies in the lease's place: the run finds it when Enter is pressed");
  else screen.line(`the signature is ${basename(file)}: send it, or paste this line where the run asks:`);
  screen.line(line);
}

function refused(what: string, remedy: string): RecoverError {
  return new RecoverError("signature-refused", what, { remedy: `${remedy} Nothing was signed.`, effect: "none" });
}

function notAsked(name: string, digest: string): RecoverError {
  return new RecoverError("question-unanswered", "nobody is here to say that the request is to be signed", {
    remedy: `Read it above, compare its hash with the operator, then: dingo-recover approve ${name} --accept ${digest}`,
    effect: "none",
  });
}

function tooLarge(name: string): RecoverError {
  return new RecoverError("usage", `${quoted(name)} is larger than any request`, {
    remedy: "Name the file that the run wrote when it asked for a second person.",
    place: name,
    effect: "none",
  });
}

function noKey(): never {
  throw new RecoverError("usage", "nothing says which SSH key is yours", {
    remedy:
      "Name it with --sign-with FILE, or as `approvals.key` in the configuration; its public half is enough for an agent.",
    effect: "none",
  });
}

function noPlace(code: string): never {
  throw new RecoverError(
    "usage",
    `request ${code} can be looked for in a lease's place alone, and none is configured`,
    {
      remedy: "Name the request's file, or set `lease` as the operator has it.",
      place: "lease",
      effect: "none",
    },
  );
}

function unwritable(path: string, why: string): RecoverError {
  return new RecoverError("usage", `${quoted(path)} cannot be written: ${why}`, {
    remedy: "Name another file with -o, and sign once more.",
    place: path,
    effect: "none",
  });
}
