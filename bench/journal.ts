/**
 * A durable journal append beside a durable SQLite insert (journal_mode=WAL, synchronous=FULL, Python's sqlite3) of a
 * row of the same size on the same disk, with secrets to mask as a run has them. Both take turns in small rounds, so
 * that a busy machine disturbs both alike; how far the rounds lie apart says how much it did. On a disk that others keep
 * busy SQLite waits longer, because its log grows with every insert: that is what is compared. After some 1,000 pages
 * SQLite begins to write its log over from the start, and then an insert costs about what an append does; a run has a
 * few hundred appends.
 *
 *   npx node bench/journal.ts [DIRECTORY]     goal: ratio of the medians ≤ 0.7
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { EntryBody } from "../src/engine/journal/entry.ts";
import { StateDirectory } from "../src/engine/journal/state-directory.ts";
import { Secrets } from "../src/kit/secrets/secrets.ts";

const ROUNDS = 30;
const PER_ROUND = 25;
const LINE_BYTES = 500;

const SQLITE = `
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("pragma journal_mode=WAL")
db.execute("pragma synchronous=FULL")
db.execute("create table journal(id integer primary key, line text)")
line = "x" * int(sys.argv[2])
for count in sys.stdin:
    spent = []
    for _ in range(int(count)):
        began = time.perf_counter()
        db.execute("insert into journal(line) values (?)", (line,))
        spent.append(str((time.perf_counter() - began) * 1e6))
    print(" ".join(spent), flush=True)
`;

const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), "dingo-recover-bench-"));
const secrets = new Secrets();
for (const name of ["cf", "bosh", "s3", "superuser", "appuser"]) secrets.register(`the-${name}-password-of-a-bench`);
const state = new StateDirectory({ path: directory, secrets, now: () => new Date() });
const { journal } = state.create();

/** An entry whose line has about LINE_BYTES bytes: the header takes some 250. */
const body: EntryBody = {
  type: "step-recorded",
  step: "copy-archive",
  attempt: 1,
  kind: "copied",
  data: { text: "x".repeat(LINE_BYTES - 300) },
};

async function appendRound(): Promise<number[]> {
  const spent: number[] = [];
  for (let count = 0; count < PER_ROUND; count += 1) {
    const began = process.hrtime.bigint();
    await journal.append(body);
    spent.push(Number(process.hrtime.bigint() - began) / 1000);
  }
  return spent;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

const python = spawn("python3", ["-c", SQLITE, join(directory, "bench.db"), String(LINE_BYTES)], {
  stdio: ["pipe", "pipe", "inherit"],
});
const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();

async function insertRound(): Promise<number[]> {
  python.stdin.write(`${PER_ROUND}\n`);
  const { value } = (await answers.next()) as { value: string };
  return value.split(" ").map(Number);
}

const appends: number[] = [];
const inserts: number[] = [];
const ratios: number[] = [];
for (let round = -3; round < ROUNDS; round += 1) {
  const [append, insert] = [await appendRound(), await insertRound()];
  if (round < 0) continue;
  appends.push(...append);
  inserts.push(...insert);
  ratios.push(quantile(append, 0.5) / quantile(insert, 0.5));
}
python.stdin.end();
await journal.close();
rmSync(directory, { recursive: true, force: true });

const micros = (values: readonly number[]): string =>
  [0.5, 0.95].map((share) => quantile(values, share).toFixed(0)).join(" / ");
const ratio = quantile(appends, 0.5) / quantile(inserts, 0.5);
process.stdout.write(`journal append   p50 / p95 µs: ${micros(appends)}\n`);
process.stdout.write(`sqlite insert    p50 / p95 µs: ${micros(inserts)}\n`);
const [low, high] = [0.25, 0.75].map((share) => quantile(ratios, share).toFixed(2));
process.stdout.write(`ratio of medians: ${ratio.toFixed(2)} (goal ≤ 0.70); half of the rounds: ${low} to ${high}\n`);
