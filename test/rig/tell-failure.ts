/**
 * After a failed test of the rig: the last words of the containers, and how far each run came, since nobody can look
 * later.
 */
import { readFile, readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { containerLog, containerState, tryDocker } from "./docker.ts";

const LINES = 60;
/** Older journals are those of other days' rigs. */
const RECENT_MS = 15 * 60_000;

afterEach(async ({ task }) => {
  if (task.result?.state !== "fail") return;
  const errors = (task.result.errors ?? []).map(({ message }) => message);
  const told = [`== "${task.name}" failed`, ...errors, ...(await containers()), ...(await journals())];
  process.stderr.write(`${told.join("\n")}\n`);
});

async function containers(): Promise<readonly string[]> {
  const { stdout } = await tryDocker(["ps", "--all", "--filter", "label=dingo-recover-rig", "--format", "{{.Names}}"]);
  const told: string[] = [];
  for (const name of stdout.split("\n").filter((each) => each.startsWith("cf-"))) {
    const state = await containerState(name);
    if (state === undefined) continue;
    const { status, exitCode, restartCount, startedAt } = state;
    told.push(`-- ${name}: ${status}, exit code ${exitCode}, ${restartCount} restarts, started ${startedAt}`);
    told.push(...(await containerLog(name)).slice(-LINES).map((line) => line.slice(0, 300)));
  }
  return told;
}

async function journals(): Promise<readonly string[]> {
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith("dingo-recover-foundation-"));
  const told: string[] = [];
  for (const folder of folders) {
    const runs = join(tmpdir(), folder, "state", "runs");
    for (const run of await readdir(runs).catch(() => [])) {
      const file = join(runs, run, "journal.jsonl");
      const written = await stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
      if (Date.now() - written > RECENT_MS) continue;
      const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
      told.push(`-- journal of ${run}`, ...lines.slice(-8).map((line) => line.slice(0, 400)));
    }
  }
  return told;
}
