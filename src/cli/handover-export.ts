import { lstatSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { secretsNeeded } from "../config/secrets-needed.js";
import { replay } from "../engine/replay.js";
import { type RunState, stateOf } from "../engine/state.js";
import { EXIT, RecoverError } from "../errors.js";
import { errnoOf, reasonOf } from "../journal/durable.js";
import { type Entry, endOf } from "../journal/entry.js";
import type { FileJournal } from "../journal/file-journal.js";
import { evidenceOf, type Handover } from "../journal/handover.js";
import type { OpenRun, StateDirectory } from "../journal/state-directory.js";
import { leaseOf } from "../lease/open.js";
import { optional } from "../optional.js";
import { quoted } from "../printable.js";
import { createOutput, type Output } from "../ui/output.js";
import { configOf } from "./configuration.js";
import { begunRunbook } from "./begun-runbook.js";
import { secrets } from "./failure.js";
import { leasePlace, leaseTerms } from "./lease-terms.js";
import { NewFile } from "./new-file.js";
import type { GlobalArguments } from "./options.js";
import { readRehearsalMode } from "./rehearsal-mode.js";
import { useOwnActions } from "./own-actions.js";
import { openStateDirectory } from "./state.js";
import { Tenure } from "./tenure.js";
import { withPorts } from "./with-ports.js";

export type ExportArguments = GlobalArguments & { readonly run: string; readonly output: string };

/**
 * Writes a run into one file and lets go of it for good: from then on it goes on only where the file is taken in. The
 * fence comes first; a file that was not written then is written by the same command again.
 */
export async function handoverExport(given: ExportArguments): Promise<number> {
  const screen = createOutput({ secrets, color: given.color });
  const state = openStateDirectory({ stateDir: given["state-dir"] });
  const run = state.find(given.run);
  requireHandable(run, state.read(run).entries);
  const file = reserve(given.output);
  try {
    tell(screen, given, await exportInto(file, { given, screen, state, run }));
    return EXIT.done;
  } finally {
    file.close();
  }
}

interface Export {
  readonly given: ExportArguments;
  readonly screen: Output;
  readonly state: StateDirectory;
  readonly run: string;
}

async function exportInto(file: NewFile, { given, screen, state, run }: Export): Promise<Handover> {
  const opened = state.open(run, { takeOver: false, handedOver: true });
  try {
    if (endOf(opened.journal.entries) === undefined) await fence(given, opened, screen);
    const document = await compose(given, opened);
    inPlace(given.output, () => {
      file.fill(`${JSON.stringify(document, null, 1)}\n`);
      file.publish();
    });
    return document;
  } finally {
    await opened.journal.close();
  }
}

/** The end stands in the journal, and in the lease where there is one, before the file leaves this machine. */
async function fence(given: ExportArguments, opened: OpenRun, screen: Output): Promise<void> {
  const { journal, locks } = opened;
  const at = leasePlace(journal.run, journal.entries, configOf(given));
  const handOver = async (to: Pick<FileJournal, "append">): Promise<void> => {
    await to.append({ type: "run-ended", outcome: "handed-over" });
  };
  if (at === undefined) return handOver(journal);
  const tenure = new Tenure(journal, locks);
  const now = (): Date => new Date();
  const { lease } = leaseTerms(at, opened, { takeOver: false, now });
  await withPorts(given, ["s3"], async (wired) => {
    const who = { operator: userInfo().username, host: hostname(), toolVersion: "", rehearsal: false };
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
  const config = configOf(given);
  return {
    schema: "dingo-recover/handover@1",
    run: journal.run,
    runbook: state.runbook,
    target: state.target ?? "",
    exportedAt: new Date().toISOString(),
    operator: userInfo().username,
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

/** Of a step with items, that of the one which is furthest from done. */
function standing(state: RunState, step: string): string {
  const items = [...state.units].filter(([name]) => name.startsWith(`${step}[`)).map(([, { kind }]) => kind);
  return items.find((kind) => kind !== "succeeded") ?? items[0] ?? stateOf(state, { step }).kind;
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

function tell(screen: Output, given: ExportArguments, { run, head, open }: Handover): void {
  if (given.json) return screen.json({ schema: "dingo-recover/handover-export@1", run, head, file: given.output });
  screen.line(`run ${run} is handed over and does not go on here any more`, "good");
  for (const matter of open) screen.line(matter);
  screen.line(`journal head: ${head}`);
  screen.line(`elsewhere it goes on with: dingo-recover handover import ${given.output}`);
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
