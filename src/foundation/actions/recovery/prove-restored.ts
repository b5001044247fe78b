import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { shown } from "../../../discovery/lines/safe-text.ts";
import { RecoverError, refuse } from "../../../errors.ts";
import {
  dockerCommand,
  dockerStop,
  httpGet,
  printedWithInput,
  psqlSocket,
  printedLogs,
} from "../../../kit/commands/host-commands.ts";
import { unknownLines } from "../../../kit/log-patterns/known-lines.ts";
import { PATRONI_API } from "../../../kit/log-patterns/start-up.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { publishedPort } from "../docker/published-port.ts";
import { guardTarget, openTarget, targetInput, type Target } from "../docker/target-container.ts";
import { together } from "../../../kit/together.ts";
import { said } from "../../../kit/commands/printed-cases.ts";
import { type Look, waitFor } from "../../../kit/wait.ts";
import { type DatabaseLook, lookAtDatabase, type OpenDatabase, reaches } from "./database-look.ts";
import { Doubts, loops } from "./restore-doubts.ts";
import { readRestoreLog, restoredText, type RestoreLog } from "./restore-lines.ts";

/** Fetching a base backup and Patroni's loops; then a second or two per segment of wal-e's own start (real-parts.md §3.4). */
const BASE_DEADLINE_MS = 10 * 60_000;
const SEGMENT_DEADLINE_MS = 5_000;
const POLL_MS = 500;
const STOP_GRACE_SECONDS = 10;
/** Half an answer of Patroni's, or one of another form: the next look asks again. */
const NO_ANSWER: readonly string[] = ["answer-incomplete", "answer-malformed"];
/** A starting Patroni names its state and no role. */
const PATRONI = z.object({ state: z.string(), role: z.string().default("") });
const ADDRESS = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";

const input = z.strictObject({
  ...targetInput,
  started_at: z.string(),
  system_id: z.string(),
  /** Segments from the base backup's start to the last reachable one. */
  segments: z.number().int(),
  last_segment: z.string(),
  base_backup: z.string(),
  /** The old database that was started instead of a restore; "" if segments must be restored. */
  database: z.string().default(""),
});
type Input = z.infer<typeof input>;
const output = z.object({
  recovered_to: z.string(),
  segments_restored: z.number(),
  timeline: z.number().nullable(),
  system_id: z.string(),
  /** Lines of the log that this tool does not know, told once; "" when it knows all. */
  not_known: z.string().default(""),
});
type Output = z.infer<typeof output>;

/**
 * `pg_isready` is not recovered, and PostgreSQL promotes happily over a gap (wal-archives.md §7a): the proof is the
 * database's answer by SQL: its system identifier, the end of its recovery, and the last segment that the archive
 * promised. Log lines only explain: an image of another version may say others.
 */
export const proveRestored = defineAction({
  id: "recovery.prove-restored",
  title: "See the database come back: every segment, its identity, the end of recovery",
  effect: "disrupt",
  input,
  output,
  describe: ({ container, cell, started_at }) => [
    { on: cell, line: `${quote(dockerCommand("logs", "--since", started_at, container))} 2>&1 | tail -n 20` },
    // These commands work on 9.5 too: its system identifier stands in Patroni's answer.
    { on: cell, line: printedWithInput(psqlSocket(container), "SELECT pg_is_in_recovery();") },
    {
      on: cell,
      line: `${quote(httpGet("http://"))}"$ADDRESS":8008/patroni`,
      variables: [
        { name: "ADDRESS", setWith: `ADDRESS=$(${quote(dockerCommand("inspect", "-f", ADDRESS, container))})` },
      ],
    },
    {
      on: cell,
      line: said(
        `only when it is not the database of the archive: ${quote(dockerStop(container, STOP_GRACE_SECONDS))}`,
      ),
    },
  ],
  guard: (context, target) => guardTarget(context, target),
  async run(context, target): Promise<Output> {
    return await awaitRestored(context, target);
  },
  async probe(context, target): Promise<Probe<Output>> {
    const { cell, container } = await openTarget(context, target);
    const { restored } = readRestoreLog(await cell.docker.logs(target.container, target.started_at));
    // Proving again costs nothing, and only a proof is done.
    const evidence = `${container.name} is ${container.status}, ${restored.length} of ${target.segments} segments are restored`;
    return { state: "not-done", evidence };
  },
  /** A person who has watched it come back may be a moment ahead of Patroni. */
  async probeByHand(context, target): Promise<Probe<Output>> {
    const output = await awaitRestored(context, target);
    return { state: "done", output, evidence: proofText(output) };
  },
  /** A container that was started again since holds the same database. */
  async verify(context, target, output) {
    const { cell } = await openTarget(context, target);
    const database = await lookAtDatabase(cell.sql, target.container);
    if (database.is === "silent") return { holds: "unknown", evidence: `it cannot be asked: ${database.why}` };
    return {
      holds: database.is === "open" && database.systemId === output.system_id,
      evidence: database.is === "open" ? proofText(output) : "the database is in recovery",
    };
  },
  undo: { leaves: "a container that was stopped because its restore went wrong stays as it is" },
});

function proofText({ segments_restored, timeline, system_id, recovered_to, not_known }: Output): string {
  const onTimeline = timeline === null ? "" : `, timeline ${timeline}`;
  const last = recovered_to === "" ? "not named" : recovered_to;
  const beside = not_known === "" ? "" : `; ${not_known}`;
  return `${restoredText(segments_restored)}${onTimeline}, system identifier ${system_id}; last transaction ${last}${beside}`;
}

/** One look at the container and at the database in it. */
interface Seen {
  readonly cell: Cell;
  readonly container: Container;
  readonly database: DatabaseLook;
  readonly lines: readonly string[];
  readonly log: RestoreLog;
  /** Explains why the life that runs does not come to its end; undefined when nothing does. */
  readonly failure: string | undefined;
}

async function awaitRestored(context: Context, target: Input): Promise<Output> {
  const doubts = new Doubts(context.ports.clock, target.started_at);
  return await waitFor(context, {
    deadlineMs: BASE_DEADLINE_MS + target.segments * SEGMENT_DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => judge(context, target, { seen: await look(context, target), doubts }),
    tell: ({ log }) => ({
      message: `restored up to ${log.restored.at(-1) ?? "the base backup"}`,
      done: log.restored.length,
      total: target.segments,
      unit: "segments",
    }),
    late: (seen) => tooSlow(seen, target),
  });
}

async function look(context: Context, target: Input): Promise<Seen> {
  const { cell, container } = await openTarget(context, target);
  const [lines, database] = await together([
    cell.docker.logs(target.container, target.started_at),
    container.running
      ? lookAtDatabase(cell.sql, target.container)
      : ({ is: "silent", why: `the container is ${container.status}` } as const),
  ]);
  const log = readRestoreLog(lines);
  return { cell, container, database, lines, log, failure: await failureOf(cell, { container, target, log }) };
}

/** A line of an earlier life explains nothing of this one: somebody may have put it right. In a loop all lives are one. */
async function failureOf(
  cell: Cell,
  { container, target, log }: { readonly container: Container; readonly target: Input; readonly log: RestoreLog },
): Promise<string | undefined> {
  if (container.startedAt === target.started_at || loops(container)) return log.failure;
  return readRestoreLog(await cell.docker.logs(target.container, container.startedAt)).failure;
}

async function judge(
  context: Context,
  target: Input,
  { seen, doubts }: { readonly seen: Seen; readonly doubts: Doubts },
): Promise<Look<Output, Seen>> {
  const { database, failure } = seen;
  const wrong = wrongDatabase(seen, target) ?? doubts.of(seen.container, { database, failure });
  if (wrong !== undefined) throw await stopWrong(context, target, wrong);
  if (database.is !== "open" || !(await leads(seen))) return { instead: seen };
  // It was read beside the database, which has opened meanwhile: its words about the end may have come since.
  const lines = await seen.cell.docker.logs(target.container, target.started_at);
  return { found: outputOf(database, lines) };
}

/** Why the database that answers is not the archive's; undefined while nothing shows that. */
function wrongDatabase({ database, log }: Seen, target: Input): string | undefined {
  if (database.is === "silent") return undefined;
  if (database.systemId !== target.system_id)
    return `the database that runs has system identifier ${database.systemId}, the archive ${target.system_id}`;
  if (database.is === "recovering") return undefined;
  const reached = reaches(database, target.last_segment);
  if (reached.is === "held") return undefined;
  const lost = log.notLocated.find((segment) => segment <= target.last_segment);
  const last = log.restored.at(-1) ?? "the base backup";
  const why = lost === undefined ? "" : `; wal-e did not find ${lost}, and the restore went no further than ${last}`;
  return `${reached.why}, before ${target.last_segment} that the archive holds${why}`;
}

/**
 * Patroni's API: a leader only once the container leads. Releases before 0.8.1 publish only 5432, and an unknown image
 * may answer something else there; a database that is open was promoted by Patroni alone.
 */
async function leads({ cell, container }: Seen): Promise<boolean> {
  const api = publishedPort(cell, container, 8008);
  if (api === undefined) return true;
  try {
    const { leader, running } = PATRONI_API;
    const answer = PATRONI.safeParse(await cell.getJson(`http://${api.host}:${api.port}/patroni`));
    return !answer.success || (leader.says.test(answer.data.role) && running.says.test(answer.data.state));
  } catch (error) {
    if (error instanceof RecoverError && NO_ANSWER.includes(error.code)) return false;
    throw error;
  }
}

function outputOf({ systemId, timeline }: OpenDatabase, lines: readonly string[]): Output {
  const log = readRestoreLog(lines);
  return {
    recovered_to: log.lastTransaction,
    segments_restored: log.restored.length,
    timeline,
    system_id: systemId,
    not_known: notKnownText(lines),
  };
}

/** Lines that an image of another version prints; the proof does not rest on them. */
function notKnownText(lines: readonly string[]): string {
  const unknown = unknownLines(lines);
  const [first] = unknown;
  if (first === undefined) return "";
  const count = unknown.length === 1 ? "one line" : `${unknown.length} lines`;
  return `its log has ${count} that this version does not know, the first: "${shown(first).slice(0, 160)}"; SQL proved the database`;
}

/** Slow is not wrong: the container goes on. */
function tooSlow({ log, database, cell, lines }: Seen, target: Input): RecoverError {
  const state = database.is === "silent" ? `it takes no connections (${database.why})` : `it is ${database.is}`;
  const text = `recovery did not end in time; ${log.restored.length} of ${target.segments} segments were restored; ${state}`;
  const unknown = notKnownText(lines);
  return refuse("deadline-passed", unknown === "" ? text : `${text}; ${unknown}`)
    .at(`${target.container} on ${cell.label}`)
    .advise("The container was left as it is. Read its log, and resume: the proof is waited for again.");
}

/** The error that tells the fault, and the container as it stands after it. Throws the errors of the stop. */
async function stopWrong(context: Context, target: Target, wrong: string): Promise<RecoverError> {
  const { cell, container } = await guardTarget(context, target);
  const state = await stopOnce(context, cell, container);
  return refuse("proof-failed", `the restore went wrong: ${wrong}. ${state}`)
    .at(`${target.container} on ${cell.label}`)
    .advise(
      `The source archive is untouched. Read ${printedLogs(target.container)} on the cell, take this run back with "dingo-recover undo ${context.run.id}", or begin anew with --input new_name=NAME.`,
    );
}

/** Once only: who starts it after that has been told, and is left alone. */
async function stopOnce(
  context: Context,
  cell: Cell,
  { name, running, startedAt, exitCode }: Container,
): Promise<string> {
  if (!running) return `The container has ended by itself (exit code ${exitCode}).`;
  const stopped = context.records("stopped-at-once");
  if (stopped.some(({ life }) => life !== startedAt))
    return `The container runs since ${startedAt}: somebody started it after this run had stopped it.`;
  if (stopped.length === 0) await context.record("stopped-at-once", { life: startedAt });
  await context.beforeEffect();
  await cell.docker.stop(name, STOP_GRACE_SECONDS);
  const now = await cell.docker.inspect(name);
  return now?.running === false
    ? "This run stopped the container, to spare the copied archive."
    : `This run asked for a stop of the container, and it is ${now?.status ?? "gone"}.`;
}
