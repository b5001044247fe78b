import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { EXIT, RecoverError } from "../errors.js";
import { errnoOf, reasonOf } from "../journal/durable.js";
import { endOf } from "../journal/entry.js";
import { type HandedRun, readHandover } from "../journal/handover.js";
import type { StateDirectory } from "../journal/state-directory.js";
import { leaseOf } from "../lease/open.js";
import { printable, quoted } from "../printable.js";
import { createOutput } from "../ui/output.js";
import { secrets } from "./failure.js";
import { type ResumeCall, resume } from "./resume.js";
import { openStateDirectory } from "./state.js";
import { toolVersion } from "./tool-version.js";

export type ImportArguments = Omit<ResumeCall, "from" | "run"> & { readonly file: string };

/** Takes a run in that was handed over elsewhere, and goes on with it. Again: it only goes on. */
export async function handoverImport(given: ImportArguments): Promise<number> {
  const screen = createOutput({ secrets, color: given.color });
  const handed = readHandover(readGiven(given.file), given.file);
  const { run, operator, host, exportedAt, open, secrets: needed } = handed.document;
  const state = openStateDirectory({ stateDir: given["state-dir"] });
  await takeIn(state, handed);
  const say = (line: string): void => screen.error(printable(line));
  say(`run ${run} was handed over by ${operator} on ${host} at ${exportedAt}`);
  for (const matter of open) say(matter);
  for (const { what, from } of needed) say(`needed here: ${what}, there from ${from}`);
  return await resume({ ...given, run });
}

/** The take-over is written down at once, so that the run is open here whatever happens next. */
async function takeIn(state: StateDirectory, { document, reading, evidence }: HandedRun): Promise<void> {
  const { run } = document;
  requireSame(state, run, reading.hashes);
  state.bring({ run, reading, evidence });
  if (endOf(state.read(run).entries) === undefined) return;
  const { journal } = state.open(run, { takeOver: true, handedOver: true });
  try {
    const lease = leaseOf(reading.entries);
    const who = { operator: userInfo().username, host: hostname(), toolVersion: toolVersion(), takeOver: true };
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

function readGiven(file: string): string {
  try {
    return readOrdinary(file);
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    throw unreadable(file, reasonOf(thrown));
  }
}

/** A pipe in the place of a file would wait for somebody at its other end. */
function readOrdinary(file: string): string {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile() && !found.isDirectory()) throw unreadable(file, "it is no ordinary file");
    return readFileSync(descriptor, "utf8");
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
