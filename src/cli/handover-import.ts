import { constants as bufferConstants } from "node:buffer";
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { EXIT, RecoverError } from "../errors.js";
import { errnoOf, reasonOf } from "../journal/durable.js";
import { endOf } from "../journal/entry.js";
import { type HandedRun, readHandover } from "../journal/handover.js";
import type { StateDirectory } from "../journal/state-directory.js";
import { leaseOf } from "../lease/open.js";
import { sha256 } from "../journal/line.js";
import { loginName } from "../login-name.js";
import { quoted } from "../printable.js";
import { quote } from "../shell-quote.js";
import { createOutput } from "../ui/output.js";
import { type Foreign, requireAccepted } from "./accept-foreign.js";
import { isHere } from "./arrival.js";
import { configOf } from "./configuration.js";
import { secrets } from "./failure.js";
import { foreignLines, told } from "./foreign-run.js";
import { useOwnActions } from "./own-actions.js";
import { type ResumeCall, resume } from "./resume.js";
import { judging, openSignatures, signerLine } from "./signing.js";
import { openStateDirectory } from "./state.js";
import { toolVersion } from "./tool-version.js";

export type ImportArguments = Omit<ResumeCall, "from" | "run"> & { readonly file: string };

/** Takes a run in that was handed over elsewhere, and goes on with it. Again: it only goes on. */
export async function handoverImport(given: ImportArguments): Promise<number> {
  const screen = createOutput({ secrets, color: given.color });
  const content = readGiven(given.file);
  const handed = readHandover(content.toString("utf8"), given.file);
  const { run, exportedAt } = handed.document;
  const state = openStateDirectory({ stateDir: given["state-dir"] });
  requireSame(state, run, handed.reading.hashes);
  // A runbook of theirs may name actions that this machine has.
  await useOwnActions(given);
  if (isHere(state, { run, ...handed }))
    screen.error(`run ${run} is here already: it was handed over at ${told(exportedAt)}`);
  else {
    const signed = await signedBy(given, content.toString("utf8"));
    await requireAccepted(given, foreign(given.file, { content, handed, signed }));
  }
  await takeIn(state, handed);
  return await resume({ ...given, run });
}

/** In words that follow the name of the file; what is signed lies beside it. Errors: `signature-refused`. */
async function signedBy(given: ImportArguments, content: string): Promise<string> {
  const beside = `${given.file}.sig`;
  const config = await configOf(given, ["approvals"]);
  if (lstatSync(beside, { throwIfNoEntry: false }) === undefined) return signerLine(undefined, config, given.file);
  const signature = readGiven(beside).toString("utf8");
  const signer = await openSignatures().signer(content, signature, judging(config.approvals));
  return signerLine(signer, config, given.file);
}

interface Given {
  readonly content: Uint8Array;
  readonly handed: HandedRun;
  readonly signed: string;
}

function foreign(file: string, { content, handed, signed }: Given): Foreign {
  const { run, operator, host, exportedAt, open, secrets: needed } = handed.document;
  return {
    what: `the file ${quoted(file)}`,
    sha256: sha256(content),
    lines: [
      `run ${run} was handed over by ${told(operator)} on ${told(host)} at ${told(exportedAt)}, as the file says`,
      signed,
      ...foreignLines({ run, ...handed }),
      ...open.map((matter) => `open: ${told(matter)}`),
      ...needed.map(({ what, from }) => `needed here: ${told(what)}, there from ${told(from)}`),
    ],
    command: `handover import ${quote([file])}`,
    place: file,
  };
}

/**
 * The take-over is written down at once, so that the run is open here whatever happens next. It is not taken up yet: the
 * process that does looks at its target first (`imported`).
 */
async function takeIn(state: StateDirectory, { document, reading, evidence }: HandedRun): Promise<void> {
  const { run } = document;
  state.bring({ run, reading, evidence });
  if (endOf(state.read(run).entries) === undefined) return;
  const { journal } = state.open(run, { takeOver: true, handedOver: true });
  try {
    const lease = leaseOf(reading.entries);
    const who = { operator: loginName(), host: hostname(), toolVersion: toolVersion(), takeOver: true };
    await journal.append({ type: "run-resumed", ...who, ...(lease === undefined ? {} : { lease }) });
    const why = `taken in from ${document.host}, where it was handed over`;
    await journal.append({ type: "run-stopped", why, exitCode: EXIT.stopped });
  } finally {
    await journal.close();
  }
}

/** A journal that is here and says something else is not put aside for a file. */
function requireSame(state: StateDirectory, run: string, hashes: readonly string[]): void {
  if (!state.list().includes(run)) return;
  const here = state.read(run).hashes;
  if (here.every((hash, index) => index >= hashes.length || hash === hashes[index])) return;
  throw new RecoverError("guard-refused", `the journal of run ${run} that is here says something else than the file`, {
    remedy: "Take the file in with another --state-dir, and compare the two with journal verify.",
    place: state.directoryOf(run),
    effect: "none",
  });
}

function readGiven(file: string): Buffer {
  try {
    return readOrdinary(file);
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    throw unreadable(file, reasonOf(thrown));
  }
}

/** A pipe in the place of a file would wait for somebody at its other end. */
function readOrdinary(file: string): Buffer {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile() && !found.isDirectory()) throw unreadable(file, "it is no ordinary file");
    if (found.size > bufferConstants.MAX_STRING_LENGTH) throw unreadable(file, `it has ${found.size} bytes, too many`);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function unreadable(file: string, why: string): RecoverError {
  return new RecoverError("usage", `${quoted(file)} cannot be read: ${why}`, {
    remedy: 'Name the file that "dingo-recover handover export RUN -o FILE" wrote.',
    place: file,
    effect: "none",
  });
}
