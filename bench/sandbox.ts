/**
 * The time that a sandbox adds to the test of a backup. Server and clients run on a copy: without a sandbox, in bubblewrap, and in
 * a container. All take turns, so that a busy machine disturbs them alike.
 *
 *   sudo npx node bench/sandbox.ts     goal: bubblewrap ≤ 0.3 s more; needs test/rig/install.sh
 */
import { setTimeout as pause } from "node:timers/promises";
import { Unsandboxed } from "../src/archive/adapters/sandbox/unsandboxed.ts";
import type { OpenSandbox } from "../src/archive/adapters/scratch/programs.ts";
import { withRealClients } from "../test/contract/scratch-on-archive.ts";
import type { ScratchFixture } from "../test/contract/scratch-database.ts";
import { sandboxOfKind } from "../test/rig/hostile/sandboxes.ts";

const ROUNDS = 7;
const GOAL_MS = 300;
const RUN = "20261121-030000-aaaa";
const KINDS: Readonly<Record<string, OpenSandbox>> = {
  none: () => Promise.resolve(new Unsandboxed("for comparison")),
  bubblewrap: sandboxOfKind("bubblewrap"),
  container: sandboxOfKind("container"),
};

/** From the look at the programs to the stopped server, without the restore: milliseconds. */
async function life(fixture: ScratchFixture): Promise<number> {
  const { place, programs, copy, table } = fixture;
  const scratch = fixture.open();
  const server = { place, programs };
  await scratch.restore({ ...copy, run: RUN, place, signal: new AbortController().signal, progress: () => undefined });
  const began = performance.now();
  await scratch.programs(programs);
  await scratch.start(server);
  while ((await scratch.standing(server)) !== "accepting") await pause(20);
  const count = `SELECT count(*) FROM "${table.schema}"."${table.table}";`;
  for (let query = 0; query < 3; query += 1) await scratch.sql(server, "postgres", count);
  await scratch.stop(server, "fast");
  while ((await scratch.standing(server)) !== "down") await pause(20);
  const took = performance.now() - began;
  await scratch.remove(place, RUN);
  return took;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

const took = new Map(Object.keys(KINDS).map((kind): [string, number[]] => [kind, []]));
for (let round = 0; round < ROUNDS; round += 1)
  for (const [kind, open] of Object.entries(KINDS)) {
    const fixture = await withRealClients(open);
    try {
      took.get(kind)?.push(await life(fixture));
    } finally {
      await fixture.close();
    }
  }

const plain = median(took.get("none") ?? []);
for (const [kind, values] of took)
  console.log(`${kind.padEnd(11)} ${median(values).toFixed(0)} ms, ${(median(values) - plain).toFixed(0)} ms more`);
console.log(`goal: bubblewrap ≤ ${GOAL_MS} ms more`);
