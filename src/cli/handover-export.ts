import { lstatSync } from "node:fs";
import { hostname } from "node:os";
import { secretsNeeded } from "../config/secrets-needed.js";
import { replay } from "../engine/replay.js";
import type { RunState } from "../engine/state.js";
import { EXIT, RecoverError } from "../errors.js";
import { errnoOf, reasonOf } from "../journal/durable.js";
import { type Entry, endOf } from "../journal/entry.js";
import type { FileJournal } from "../journal/file-journal.js";
import { evidenceOf, type Handover } from "../journal/handover.js";
import { sha256 } from "../journal/line.js";
import type { OpenRun, StateDirectory } from "../journal/state-directory.js";
import { leaseOf } from "../lease/open.js";
import { loginName } from "../login-name.js";
import { optional } from "../optional.js";
import { quoted } from "../printable.js";
import { createOutput, type Output } from "../ui/output.js";
import { configOf } from "./configuration.js";
import { begunRunbook } from "./begun-runbook.js";
import { secrets } from "./failure.js";
import { leasePlace, leaseTerms } from "./lease-terms.js";
import { NewFile } from "./new-file.js";
import type { GlobalArguments, SignArguments } from "./options.js";
import { readRehearsalMode } from "./rehearsal-mode.js";
import { useOwnActions } from "./own-actions.js";
import { openSignatures } from "./signing.js";
import { openStateDirectory } from "./state.js";
import { standing } from "./step-standing.js";
import { Tenure } from "./tenure.js";
import { withPorts } from "./with-ports.js";

export type ExportArguments = GlobalArguments &
  SignArguments & { readonly run: string; readonly output: string; readonly unsigned: boolean };

/**
 * Writes a run into one file and lets go of it for good: from then on it goes on only where the file is taken in. The
 * fence comes first; a file that was not written then is written by the same command again.
 */
export async function handoverExport(given: ExportArguments): Promise<number> {
  const screen = createOutput({ secrets, color: given.color });
  const state = openStateDirectory({ stateDir: given["state-dir"] });
  const run = state.find(given.run);
  requireHandable(run, state.read(run).entries);
  const key = await signingKey(given);
  const file = reserve(given.output);
  const signature = key === undefined ? undefined : { key, file: reserve(`${given.output}.sig`) };
  try {
    tell(screen, given, await exportInto({ file, signature }, { given, screen, state, run }));
    return EXIT.done;
  } finally {
    file.close();
    signature?.file.close();
  }
}

/** A key that cannot be read is said before the run is fenced; one that does not sign, after it. Undefined: it is not signed. */
async function signingKey(given: ExportArguments): Promise<string | undefined> {
  if (given.unsigned) return undefined;
  const key = given["sign-with"] ?? (await configOf(given, ["approvals"])).approvals?.key;
  if (key !== undefined) await openSignatures().fingerprint(key);
  return key;
}

interface Reserved {
  readonly file: NewFile;
  readonly signature: { readonly key: string; readonly file: NewFile } | undefined;
}

interface Export {
  readonly given: ExportArguments;
  readonly screen: Output;
  readonly state: StateDirectory;
  readonly run: string;
}

interface Written {
  readonly document: Handover;
  /** Of the file, in hexadecimal: whoever takes it in compares it. */
  readonly sha256: string;
  readonly isSigned: boolean;
}

async function exportInto({ file, signature }: Reserved, { given, screen, state, run }: Export): Promise<Written> {
  const opened = state.open(run, { takeOver: false, handedOver: true });
  try {
    if (endOf(opened.journal.entries) === undefined) await fence(given, opened, screen);
    const document = await compose(given, opened);
    const text = `${JSON.stringify(document, null, 1)}\n`;
    const signed = signature === undefined ? undefined : await signedText(text, signature.key);
    inPlace(given.output, () => {
      file.fill(text);
      signature?.file.fill(signed ?? "");
      signature?.file.publish();
      file.publish();
    });
    return { document, sha256: sha256(text), isSigned: signed !== undefined };
  } finally {
    await opened.journal.close();
  }
}

/** The run is fenced by then, and its file not written yet. */
async function signedText(text: string, key: string): Promise<string> {
  try {
    return await openSignatures().sign(text, key);
  } catch (thrown) {
    if (!(thrown instanceof RecoverError)) throw thrown;
    throw thrown.with({
      remedy: `${thrown.remedy} The run is handed over, and its file is not written: the same command writes it, with --unsigned too.`,
    });
  }
}

/** The end stands in the journal, and in the lease where there is one, before the file leaves this machine. */
async function fence(given: ExportArguments, opened: OpenRun, screen: Output): Promise<void> {
  const { journal, locks } = opened;
  const at = leasePlace(journal.run, journal.entries, await configOf(given));
  const handOver = async (to: Pick<FileJournal, "append">): Promise<void> => {
    await to.append({ type: "run-ended", outcome: "handed-over" });
  };
  if (at === undefined) return handOver(journal);
  const tenure = new Tenure(journal, locks);
  const now = (): Date => new Date();
  const { lease } = leaseTerms(at, opened, { takeOver: false, now });
  await withPorts(given, ["s3"], async (wired) => {
    const who = { operator: loginName(), host: hostname(), toolVersion: "", rehearsal: false };
    const weakness = lease === undefined ? undefined : await tenure.take(wired, lease, who);
    await handOver(tenure.journal);
    for (const text of [weakness, await tenure.letGo("handed-over")])
      if (text !== undefined && !text.startsWith("elsewhere")) screen.error(text);
  });
}

async function compose(given: ExportArguments, { journal, directory }: OpenRun): Promise<Handover> {
  const state = replay(journal.entries);
  await useOwnActions(given);
  const { steps } = begunRunbook(directory, journal.entries);
  const config = await configOf(given);
  return {
    schema: "dingo-recover/handover@1",
    run: journal.run,
    runbook: state.runbook,
    target: state.target ?? "",
    exportedAt: new Date().toISOString(),
    operator: loginName(),
    host: hostname(),
    head: journal.head,
    plan: steps.map(({ id, title }) => ({ step: id, title, state: standing(state, id) })),
    open: openMatters(state, journal.entries),
    secrets: [...secretsNeeded(config)],
    journal: [...journal.lines],
    evidence: await evidenceOf(journal.entries, (reference) => journal.recall(reference)),
    ...optional("lease", leaseOf(journal.entries)),
  };
}

function openMatters(state: RunState, entries: readonly Entry[]): string[] {
  const unsettled = [...state.units].flatMap(([name, { kind }]) =>
    ["running", "waiting", "in-doubt", "failed", "reopened"].includes(kind)
      ? [`step ${name} is ${kind}: it is looked at first`]
      : [],
  );
  const asked = entries.filter((entry) => entry.type === "asked");
  const answered = new Set(entries.flatMap((entry) => (entry.type === "answered" ? [entry.question] : [])));
  const last = asked.at(-1);
  const question = last === undefined || answered.has(last.question) ? [] : [`not answered: ${last.prompt}`];
  return [...unsettled, ...question];
}

function tell(screen: Output, given: ExportArguments, written: Written): void {
  const { document, sha256, isSigned } = written;
  const { run, head, open } = document;
  const file = given.output;
  const signature = isSigned ? `${file}.sig` : undefined;
  if (given.json)
    return screen.json({
      ...{ schema: "dingo-recover/handover-export@1", run, head, file, sha256 },
      ...optional("signature", signature),
    });
  screen.line(`run ${run} is handed over and does not go on here any more`, "good");
  for (const matter of open) screen.line(matter);
  screen.line(`journal head: ${head}`);
  screen.line(`SHA-256 of the file: ${sha256}`);
  screen.line("tell it to whoever takes the file in, by another way than the file goes");
  if (signature !== undefined) screen.line(`its signature is ${signature}, and goes with it`);
  screen.line(`elsewhere it goes on with: dingo-recover handover import ${file}`);
}

function requireHandable(run: string, entries: readonly Entry[]): void {
  const end = endOf(entries);
  const { startedAt, rehearsal } = replay(entries);
  const lives = rehearsal && readRehearsalMode(process.env) === undefined;
  const why =
    startedAt === ""
      ? "was killed before its first entry"
      : lives
        ? "is a rehearsal, whose foundation is on this machine"
        : end !== undefined && end.outcome !== "handed-over"
          ? `has ended (${end.outcome})`
          : undefined;
  if (why === undefined) return;
  throw new RecoverError("run-ended", `run ${run} ${why}: there is nothing to hand over`, {
    remedy: "dingo-recover runs lists all.",
    place: run,
    effect: "none",
  });
}

/** What cannot be written is said before the run is fenced. */
function reserve(file: string): NewFile {
  return inPlace(file, () => {
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) throw unwritable(file, "it is there already");
    return new NewFile(file);
  });
}

function inPlace<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    throw unwritable(file, reasonOf(thrown));
  }
}

function unwritable(file: string, why: string): RecoverError {
  return new RecoverError("usage", `${quoted(file)} cannot be written: ${why}`, {
    remedy: "Name another file with -o; a run that is handed over already can be exported again.",
    place: file,
    effect: "none",
  });
}
