import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../action.js";
import { RecoverError } from "../../errors.js";
import { dockerCommand, dockerStop, httpGet } from "../../host-commands.js";
import type { Cell, Container } from "../../ports/cells.js";
import { quote } from "../../shell-quote.js";
import { publishedPort } from "../docker/published-port.js";
import { guardTarget, openTarget, targetInput } from "../docker/target-container.js";
import { type Look, waitFor } from "../wait.js";
import { readRestoreLog, type RestoreLog } from "./restore-lines.js";

/** Fetching a base backup and Patroni's loops; then a second or two per segment of wal-e's own start (real-parts.md §3.4). */
const BASE_DEADLINE_MS = 10 * 60_000;
const SEGMENT_DEADLINE_MS = 5_000;
const POLL_MS = 500;
const GRACE_SECONDS = 10;
const LEADS = "promoted self to leader";
const ADDRESS = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";

const input = z.strictObject({
  ...targetInput,
  started_at: z.string(),
  system_id: z.string(),
  /** Segments from the base backup's start to the last reachable one. */
  segments: z.number().int(),
  last_segment: z.string(),
  base_backup: z.string(),
  /** The old database that was started instead of a restore; "" where segments must be restored. */
  database: z.string().default(""),
});
type Input = z.infer<typeof input>;
const output = z.object({
  recovered_to: z.string(),
  segments_restored: z.number(),
  timeline: z.number().nullable(),
  system_id: z.string(),
});
type Output = z.infer<typeof output>;

/**
 * `pg_isready` is not recovered, and PostgreSQL promotes happily over a gap (wal-archives.md §7a): the proof is the
 * end of recovery, the system identifier, the last segment that the archive promised, and no restart on the way.
 * Where it fails the container is stopped at once: a database that is not the right one archives over the copy.
 */
export const proveRestored = defineAction({
  id: "recovery.prove-restored",
  title: "See the database come back: every segment, its identity, the end of recovery",
  effect: "disrupt",
  input,
  output,
  describe: ({ container, cell, started_at, database }) => [
    ...(database === "" ? ["archive recovery complete", LEADS] : [LEADS]).map((text) => ({
      on: cell,
      line: `${quote(dockerCommand("logs", "--since", started_at, "-f", container))} 2>&1 | ${quote(["grep", "-m", "1", text])}`,
    })),
    {
      on: cell,
      line: `${quote(httpGet("http://"))}"$ADDRESS":8008/patroni`,
      variables: [
        { name: "ADDRESS", setWith: `ADDRESS=$(${quote(dockerCommand("inspect", "-f", ADDRESS, container))})` },
      ],
    },
    { on: cell, line: `# only where the restore went wrong: ${quote(dockerStop(container, GRACE_SECONDS))}` },
  ],
  guard: async (context, target) => {
    await guardTarget(context, target);
  },
  async run(context, target): Promise<Output> {
    try {
      return await awaitRestored(context, target);
    } catch (error) {
      if (error instanceof RecoverError && error.code === "proof-failed") await stopAtOnce(context, target);
      throw error;
    }
  },
  async probe(context, target): Promise<Probe<Output>> {
    const { cell, container } = await openTarget(context, target);
    const { restored } = readRestoreLog(await cell.docker.logs(target.container, target.started_at));
    // Proving again costs nothing, and only a proof is done.
    const evidence = `${container.name} is ${container.status}, ${restored.length} of ${target.segments} segments are restored`;
    return { state: "not-done", evidence };
  },
  /** Whoever has watched it come back may be a moment ahead of Patroni. */
  async probeByHand(context, target): Promise<Probe<Output>> {
    const output = await awaitRestored(context, target);
    return { state: "done", output, evidence: proofText(output) };
  },
  async verify(context, target, output) {
    const { cell, container } = await openTarget(context, target);
    const log = readRestoreLog(await cell.docker.logs(target.container, target.started_at));
    const master = await readMaster(cell, container, log);
    const holds = master?.systemId === output.system_id && container.startedAt === target.started_at;
    return { holds, evidence: master === undefined ? "Patroni shows no running master" : proofText(output) };
  },
  undo: { leaves: "a container that was stopped because its restore went wrong stays as it is" },
});

function proofText({ segments_restored, timeline, system_id, recovered_to }: Output): string {
  const onTimeline = timeline === null ? "" : `, timeline ${timeline}`;
  const last = recovered_to === "" ? "not named" : recovered_to;
  return `${segments_restored} segments restored${onTimeline}, system identifier ${system_id}; last transaction ${last}`;
}

async function awaitRestored(context: Context, target: Input): Promise<Output> {
  return await waitFor(context, {
    deadlineMs: BASE_DEADLINE_MS + target.segments * SEGMENT_DEADLINE_MS,
    pollMs: POLL_MS,
    look: () => lookAtRestore(context, target),
    tell: ({ log }) => ({
      message: `restored up to ${log.restored.at(-1) ?? "the base backup"}`,
      done: log.restored.length,
      total: target.segments,
      unit: "segments",
    }),
    late: ({ log, cell }) => tooSlow(log, target, cell),
  });
}

async function lookAtRestore(
  context: Context,
  target: Input,
): Promise<Look<Output, { readonly log: RestoreLog; readonly cell: Cell }>> {
  const { cell, container } = await openTarget(context, target);
  refuseRestarts(container, target, cell);
  const log = readRestoreLog(await cell.docker.logs(target.container, target.started_at));
  const failure = log.failure ?? lostSegment(log, target);
  if (failure !== undefined) throw failed(failure, target, cell);
  const master = await readMaster(cell, container, log);
  if (master !== undefined && master.systemId !== target.system_id)
    throw failed(
      `the database that runs has system identifier ${master.systemId}, the archive ${target.system_id}`,
      target,
      cell,
    );
  if (master === undefined || !log.complete || !log.promoted) return { instead: { log, cell } };
  return { found: await conclude(cell, target, log) };
}

/** Once only: whoever starts it again after that has been told. */
async function stopAtOnce(context: Context, target: Input): Promise<void> {
  const { cell, container } = await guardTarget(context, target);
  if (!container.running || container.startedAt !== target.started_at) return;
  await context.record("stopped-at-once", { life: container.startedAt });
  await context.beforeEffect();
  await cell.docker.stop(target.container, GRACE_SECONDS);
}

/**
 * A segment that the archive holds and wal-e did not find. It says complete all the same (dingo.md §2.6), and what
 * follows is a promotion. Across timelines a name is asked for in each of them, so that only one timeline can be judged.
 */
function lostSegment(log: RestoreLog, { base_backup, last_segment: last, database }: Input): string | undefined {
  if (database !== "" || last === "" || !base_backup.startsWith(`base_${last.slice(0, 8)}`)) return undefined;
  const lost = log.notLocated.find((segment) => segment.startsWith(last.slice(0, 8)) && segment <= last);
  if (lost === undefined) return undefined;
  return `recovery ended at ${log.restored.at(-1) ?? "the base backup"}: ${lost} was not found, although the archive holds it`;
}

async function conclude(cell: Cell, target: Input, log: RestoreLog): Promise<Output> {
  const rows = await cell.sql.socket(target.container, "SELECT pg_is_in_recovery();");
  if (rows[0]?.[0] !== "f") throw failed("PostgreSQL says that it is still in recovery", target, cell);
  if (target.database === "" && target.last_segment !== "" && !log.restored.includes(target.last_segment)) {
    throw failed(
      `recovery ended at ${log.restored.at(-1) ?? "the base backup"}, before ${target.last_segment} that the archive holds`,
      target,
      cell,
    );
  }
  return {
    recovered_to: log.lastTransaction,
    segments_restored: log.restored.length,
    timeline: log.timeline ?? null,
    system_id: target.system_id,
  };
}

function refuseRestarts(container: Container, target: Input, cell: Cell): void {
  if (container.running && container.startedAt === target.started_at && container.restartCount === 0) return;
  throw failed(
    `the container is ${container.status}, started ${container.startedAt}, restarted ${container.restartCount} times`,
    target,
    cell,
  );
}

/** Slow is not wrong: the container goes on. */
function tooSlow(log: RestoreLog, target: Input, cell: Cell): RecoverError {
  const text = `recovery did not end in time; ${log.restored.length} of ${target.segments} segments were restored`;
  return new RecoverError("deadline-passed", text, {
    remedy: "The container goes on. Read its log, and resume: the proof is waited for again.",
    place: `${target.container} on ${cell.label}`,
    effect: "none",
  });
}

function failed(message: string, target: Input, cell: Cell): RecoverError {
  return new RecoverError("proof-failed", `the restore went wrong: ${message}`, {
    remedy:
      "The container was stopped at once, to spare the copied archive; the source archive is untouched. Read the container's log, then begin anew with --input new_name=NAME.",
    place: `${target.container} on ${cell.label}`,
    effect: "none",
  });
}

/** Patroni's API: master only once it leads; the system identifier comes as text (real-parts.md §3.4). */
async function readMaster(
  cell: Cell,
  container: Container,
  log: RestoreLog,
): Promise<{ systemId: string } | undefined> {
  const api = publishedPort(cell, container, 8008);
  if (api === undefined) return await readMasterBySql(cell, container.name, log);
  const answer = await cell.getJson(`http://${api.host}:${api.port}/patroni`);
  const parsed = z
    .object({ role: z.string(), state: z.string(), database_system_identifier: z.string().optional() })
    .safeParse(answer);
  if (!parsed.success || parsed.data.role !== "master" || parsed.data.state !== "running") return undefined;
  const systemId = parsed.data.database_system_identifier;
  return systemId === undefined ? await readMasterBySql(cell, container.name, log) : { systemId };
}

/**
 * Releases before 0.8.1 publish only 5432, and Patroni before 0.90 shows no identifier: the database is asked itself,
 * and before PostgreSQL 9.6, which has no function for it, the container's own pg_controldata in its log.
 */
async function readMasterBySql(
  cell: Cell,
  container: string,
  log: RestoreLog,
): Promise<{ systemId: string } | undefined> {
  try {
    const rows = await cell.sql.socket(container, "SELECT pg_is_in_recovery();");
    if (rows[0]?.[0] !== "f") return undefined;
    if (log.systemId !== undefined) return { systemId: log.systemId };
    const named = await cell.sql.socket(container, "SELECT system_identifier FROM pg_control_system();");
    const systemId = named[0]?.[0];
    return systemId === undefined ? undefined : { systemId };
  } catch (error) {
    // Not up yet. A connection to the cell that broke shows again at the next look, which is not through SQL.
    if (error instanceof RecoverError) return undefined;
    throw error;
  }
}
