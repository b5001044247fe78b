/**
 * The cost of looking at and copying an archive, beside the usual tools. A figure stands next to its goal if it has one.
 * All take turns in every round, so that a busy machine disturbs them alike; a figure is the median of the rounds' ratios.
 * The store is a MinIO on loopback; for copies a proxy before it gives every answer 30 ms later. Needs what
 * test/rig/install.sh builds, the AWS CLI (`pip install awscli`), GNU time, and some 8 GB of disk: 10 MB for each segment.
 *
 *   npm run build && npx node bench/archive.ts [KEYS] [SEGMENTS] [OBJECTS] [ROUNDS] [DIRECTORY]    50000 500 5000 5
 *
 * A DIRECTORY keeps the archives for the next time. Ends with 1 if a command failed. Restoring is measured by bench/restore.ts.
 */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { archiveOf, SEGMENT_BYTES, segmentOf } from "./archive-of.ts";
import { BUCKET, LocalStore, Proxy, S5CMD, storeEnvironment } from "./local-store.ts";

const [keys = 50_000, segments = 500, objects = 5_000, rounds = 5] = process.argv.slice(2, 6).map(Number);
const kept = process.argv[6];
const directory = resolve(kept ?? mkdtempSync(join(tmpdir(), "archive-bench-")));
const TOOL = resolve("bundle/bin.cjs");
const FAR_MS = 30;
const at = (name: string): string => join(directory, name);

type Command = readonly string[];
interface Case {
  readonly what: string;
  readonly goal?: number;
  /** Of ours, in MiB. */
  readonly memory?: number;
  readonly far?: true;
  readonly ours: (round: number) => Command;
  readonly theirs: (round: number) => Command;
}

const archive = (name: string): string => `s3://${BUCKET}/backups/${name}/wal`;
const tool = (...words: readonly string[]): Command => [process.execPath, TOOL, "archive", ...words];
const copyTo = (tool: string, round: number): string => `s3://${BUCKET}/copies/${tool}-${round}/wal`;

const CASES: readonly Case[] = [
  {
    what: `verify, ${keys} keys / aws s3 ls --recursive`,
    goal: 0.6,
    memory: 100,
    ours: () => tool("verify", archive("many")),
    theirs: () => ["aws", "s3", "ls", "--recursive", `${archive("many")}/`],
  },
  {
    what: `verify --deep, ${segments} segments / s5cmd cp to disk`,
    goal: 1,
    ours: () => tool("verify", "--deep", archive("large")),
    theirs: () => [S5CMD, "--log", "error", "cp", `${archive("large")}/*`, at("download/")],
  },
  {
    what: `copy, ${objects} objects, ${FAR_MS} ms / s5cmd cp`,
    far: true,
    ours: (round) => tool("copy", archive("small"), copyTo("ours", round)),
    theirs: (round) => [S5CMD, "--log", "error", "cp", `${archive("small")}/*`, `${copyTo("s5cmd", round)}/`],
  },
  {
    what: `copy, ${objects} objects, ${FAR_MS} ms / aws s3 sync`,
    goal: 0.6,
    far: true,
    ours: (round) => tool("copy", archive("small"), copyTo("again", round)),
    theirs: (round) => ["aws", "s3", "sync", "--quiet", archive("small"), copyTo("aws", round)],
  },
];

interface Spent {
  readonly seconds: number;
  readonly cpu: number;
  readonly mebibytes: number;
  readonly status: number | null;
}

function run(command: Command, env: NodeJS.ProcessEnv): Spent {
  // A child's peak starts with its parent's: GNU time is a small one.
  const note = at("time.txt");
  const output = openSync(at("output.txt"), "w");
  const words = ["-q", "-o", note, "-f", "%U %S %M", ...command];
  const began = performance.now();
  const { status } = spawnSync("/usr/bin/time", words, { env, stdio: ["ignore", output, output] });
  const seconds = (performance.now() - began) / 1000;
  closeSync(output);
  const [user = 0, system = 0, kilobytes = 0] = readFileSync(note, "utf8").split(" ").map(Number);
  if (status !== 0) console.log(`${command.join(" ")} ended with ${status}: ${readFileSync(at("output.txt"), "utf8")}`);
  return { seconds, cpu: user + system, mebibytes: kilobytes / 1024, status };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const verdict = (value: number, goal: number | undefined): string =>
  goal === undefined ? "no goal" : `goal ≤ ${goal}${value <= goal ? "" : ", missed"}`;

/** Both take turns in being the first. */
function measure(each: Case, env: NodeJS.ProcessEnv): boolean {
  const pairs = Array.from({ length: rounds }, (_, round) => {
    const ours = () => run(each.ours(round), env);
    const theirs = () => run(each.theirs(round), env);
    const pair = round % 2 === 0 ? { ours: ours(), theirs: theirs() } : { theirs: theirs(), ours: ours() };
    rmSync(at("download"), { recursive: true, force: true });
    return pair;
  });
  const ratios = pairs.map(({ ours, theirs }) => ours.seconds / theirs.seconds).sort((a, b) => a - b);
  const seconds = (side: "ours" | "theirs", of: "seconds" | "cpu"): string =>
    median(pairs.map((pair) => pair[side][of])).toFixed(2);
  const peak = Math.max(...pairs.map(({ ours }) => ours.mebibytes));
  const ratio = median(ratios);
  console.log(
    `${each.what.padEnd(54)} ${ratio.toFixed(2)} (${ratios.map((one) => one.toFixed(2)).join(" ")}), ${verdict(ratio, each.goal)}`,
  );
  console.log(
    `  ours ${seconds("ours", "seconds")} s, CPU ${seconds("ours", "cpu")} s; theirs ${seconds("theirs", "seconds")} s, ` +
      `CPU ${seconds("theirs", "cpu")} s; peak ${peak.toFixed(0)} MiB${each.memory === undefined ? "" : `, ${verdict(peak, each.memory)}`}`,
  );
  return pairs.every(({ ours, theirs }) => ours.status === 0 && theirs.status === 0);
}

/** Once more each, through a proxy that counts. */
async function count(each: Case, proxy: Proxy): Promise<void> {
  const env = storeEnvironment(proxy.at);
  await proxy.requests();
  run(each.ours(rounds), env);
  const ours = await proxy.requests();
  run(each.theirs(rounds), env);
  console.log(`  requests: ours ${ours}, theirs ${await proxy.requests()}`);
  rmSync(at("download"), { recursive: true, force: true });
}

/** Prints the share of the objects' bytes that a deep look reads. */
function share(): void {
  const { stdout } = spawnSync(process.execPath, [TOOL, "archive", "verify", "--deep", "--json", archive("large")], {
    env: storeEnvironment(),
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  const { cost } = JSON.parse(stdout) as { readonly cost: { readonly bytes: number } };
  const listed = spawnSync(S5CMD, ["du", `${archive("large")}/*`], {
    env: storeEnvironment(),
    encoding: "utf8",
  }).stdout;
  const percent = (100 * cost.bytes) / Number(/^\d+/.exec(listed)?.[0]);
  console.log(`  read by verify --deep: ${cost.bytes} bytes, ${percent.toFixed(4)} %, ${verdict(percent, 0.1)}`);
}

function seed(store: LocalStore): void {
  const random = randomBytes(6 * 1024 * 1024);
  const between = (number: number): number => (4 + ((number * 7) % 20) / 10) * 1024 * 1024;
  // Nobody looks further than at their heads.
  const short = (bytes: number) => (number: number) => segmentOf(number, random.subarray(0, bytes), bytes + 8192);
  const segment = (number: number): Buffer => segmentOf(number, random.subarray(0, between(number)), SEGMENT_BYTES);
  store.seed("backups/many/wal", () => archiveOf(keys, short(0)));
  store.seed("backups/small/wal", () => archiveOf(objects, short(16 * 1024)));
  store.seed("backups/large/wal", () => archiveOf(segments + 4, segment));
}

const store = await LocalStore.start(directory);
const [near, far] = [await Proxy.start(0), await Proxy.start(FAR_MS)];
const whole: boolean[] = [];
try {
  seed(store);
  console.log(`${rounds} rounds, Node ${process.version}`);
  for (const each of CASES) {
    store.remove("copies");
    const done = measure(each, each.far === true ? storeEnvironment(far.at) : storeEnvironment());
    whole.push(done);
    await count(each, near);
    if (each.what.startsWith("verify --deep")) share();
  }
} finally {
  near.stop();
  far.stop();
  await store.stop();
  if (kept === undefined) rmSync(directory, { recursive: true });
}
process.exitCode = whole.every(Boolean) ? 0 : 1;
