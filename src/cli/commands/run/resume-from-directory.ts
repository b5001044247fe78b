/** `resume --from DIRECTORY`: a run whose directory was copied here, or lies within reach, is taken in. */
import { hostname } from "node:os";
import { resolve } from "node:path";
import { asRecoverError, EXIT, type RecoverError, refuse } from "../../../errors.ts";
import { replay } from "../../../engine/state/replay.ts";
import { type CopiedRun, markMoved, readCopied } from "../../../engine/journal/copied-run.ts";
import { endOf } from "../../../engine/journal/entry.ts";
import type { StateDirectory } from "../../../engine/journal/state-directory.ts";
import { leaseOf } from "../../../engine/lease/open.ts";
import { loginName } from "../../../kit/process/login-name.ts";
import { realPath } from "../../../kit/process/real-path.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { requireAccepted } from "./accept-foreign.ts";
import { type Arrived, type ResumeFromRequest, isHere } from "./resume-from-request.ts";
import { refuseTwoSignatures } from "./two-signatures.ts";
import { secrets } from "../../process/failure.ts";
import { foreignLines } from "./foreign-run.ts";
import { useOwnActions } from "../../session/own-actions.ts";
import { readRehearsalMode } from "../../process/rehearsal-mode.ts";
import { toolVersion } from "../../process/tool-version.ts";

/** Errors: as `readCopied` and `markMoved`; `usage`, `run-ended`, `import-not-accepted`, `stopped-by-operator`. */
export async function bringCopied(request: Omit<ResumeFromRequest, "accept">): Promise<Arrived> {
  const { given, from, run: prefix, state, takeOver, say } = request;
  const copied = readCopied(resolve(from), secrets);
  const { run } = copied;
  if (prefix !== undefined && !run.startsWith(prefix))
    throw refuse("usage", `${quoted(copied.directory)} holds run ${copied.run}, and not ${quoted(prefix)}`)
      .at(copied.directory)
      .advise("Name the run that lies there, or none.");
  requireMovable(copied, state);
  // A runbook of theirs may name actions that this machine has.
  await useOwnActions(given);
  if (!isHere(state, copied))
    await requireAccepted(given, {
      what: `the journal of run ${run} in ${quoted(copied.directory)}`,
      head: copied.head,
      lines: [`run ${run} lies in ${quoted(copied.directory)}`, ...foreignLines(copied)],
      command: `resume --from ${quote([from])}${takeOver ? " --take-over" : ""}`,
      place: copied.directory,
    });
  const moved = await marked(copied, { takeOver, say });
  const arrival = state.bring(moved);
  await takeUp(state, run);
  say(`took in ${moved.reading.entries.length} lines of the journal of run ${run}, head ${copied.head}`);
  if (arrival === "parted")
    say("the journal that was here had parted from it: what it said is kept beside it as journal.parted-N");
  return { run, epoch: 0 };
}

/** A read-only original cannot be marked: a person must tell the first machine. */
async function marked(
  copied: CopiedRun,
  { takeOver, say }: Pick<ResumeFromRequest, "takeOver" | "say">,
): Promise<CopiedRun> {
  try {
    const moved = await markMoved(copied, { secrets, now: () => new Date(), takeOver });
    say(`${quoted(copied.directory)} says from now on that run ${copied.run} was moved`);
    return moved;
  } catch (thrown) {
    const { code, message } = asRecoverError(thrown);
    if (code !== "state-dir-unusable" && code !== "journal-write-failed") throw thrown;
    say(`${quoted(copied.directory)} could not be marked as moved: ${message}; nobody may resume it there`);
    return copied;
  }
}

/**
 * Writes down at once that the run is here, so that it is open here even if this process dies. The process that takes
 * it up looks at its target first (`imported`).
 */
async function takeUp(state: StateDirectory, run: string): Promise<void> {
  const { entries } = state.read(run);
  if (endOf(entries) === undefined) return;
  const { journal } = state.open(run, { takeOver: true, handedOver: true });
  try {
    const lease = leaseOf(entries);
    const who = { operator: loginName(), host: hostname(), toolVersion: toolVersion(), takeOver: true };
    await journal.append({ type: "run-resumed", ...who, ...(lease === undefined ? {} : { lease }) });
    await journal.append({ type: "run-stopped", why: "taken in from elsewhere", exitCode: EXIT.stopped });
  } finally {
    await journal.close();
  }
}

function requireMovable(copied: CopiedRun, state: StateDirectory): void {
  const { run, directory, reading } = copied;
  if (realPath(state.directoryOf(run)) === realPath(directory))
    throw refused(copied, "lies in this state directory itself", `dingo-recover resume ${run} goes on with it.`);
  const outcome = endOf(reading.entries)?.outcome;
  if (outcome !== undefined && outcome !== "handed-over")
    throw refused(copied, `has ended (${outcome})`, "Read its report where it was carried last.");
  if (replay(reading.entries).rehearsal && readRehearsalMode(process.env) === undefined)
    throw refused(copied, "is a rehearsal", "Its foundation is on the machine where it was begun: go on there.");
  refuseTwoSignatures(run, reading.entries);
}

function refused({ run, directory }: CopiedRun, why: string, remedy: string): RecoverError {
  return refuse("run-ended", `run ${run} ${why}: there is nothing to take in`).at(directory).advise(remedy);
}
