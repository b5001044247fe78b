/**
 * What discovery in log files costs beside ripgrep and beside Node itself, every figure of issue 5 next to its goal. All
 * take turns in every round, so that a busy machine disturbs them alike; a figure is the median of the rounds' ratios.
 * Where more programs run than there are processors, believe the column of CPU time: a search of two threads then gets
 * no second processor, and `rg -z`, which is four or more processes, gets more than its share.
 *
 * What binds the figures, by `perf record` with `--perf-basic-prof` and `--cpu-prof` on 1.05 GB (Node 20.20, two cores):
 * - A full search: two fifths of its CPU time are the kernel's copy out of the page cache (Node has no mmap) and the
 *   look at every tenth byte; up to a fifth is V8's optimizing compiler in both threads; the rest is the start of Node
 *   and of the worker, and what is done for each upload line. The first two grow with the logs alone: more logs, better
 *   ratio.
 * - A time hint takes 35 ms of CPU time more than Node itself, of which a tiny log takes 11 too (the code is compiled at
 *   the build): the rest is to read and search two hours and twenty minutes, to learn the clocks, and to judge. Of eight
 *   files the ends of each are read, which takes 25 ms more.
 * - gzip: inflating (1.1 GB/s a core) is half, its CRC-32 (4.8 GB/s, by zlib, with the processor's own instructions) a
 *   tenth. It is not left out: a damaged log proves nothing.
 * - zstd on Node 20 goes through the program zstd: it takes two thirds of what `rg -z` does, and what comes through a
 *   socket in pieces of 64 KiB costs as much again. The decoder in WebAssembly (zstddec) does 0.45 GB/s a core, which is
 *   slower. Node 22 has one of its own.
 *
 * Needs `rg`, `gzip` and `zstd` (Debian: apt install ripgrep gzip zstd), GNU time, and for 2 GB some 8 GB of disk.
 *
 *   npm run build && npx tsx bench/discovery.ts [MEGABYTES] [ROUNDS] [DIRECTORY]     2100 and 7 by default
 *
 * A DIRECTORY keeps the corpus for the next time.
 */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { type Corpus, writeCorpus } from "./corpus.js";

const [megabytes = 2100, rounds = 7] = process.argv.slice(2, 4).map(Number);
const kept = process.argv[4];
const directory = kept ?? mkdtempSync(join(tmpdir(), "discovery-bench-"));
const TOOL = resolve("dist/bin.cjs");
// Reading more certificates costs Node itself far more than what is measured here.
const { NODE_EXTRA_CA_CERTS: _left, ...env } = process.env;

const at = (name: string): string => join(directory, name);
const ROTATED = Array.from({ length: 8 }, (_each, index) => at(`rotated.log.${8 - index}`));
const corpus = prepare();
const target = corpus.deletions[20] ?? { guid: "", node: "", at: new Date(0) };

/** Like a person who knows what the line is called, and then the instance, and then its container. */
const THREE = ["remove-random-node.perform", target.guid, `docker/cf-${target.node}`];
const SIX = [
  "dingo-postgresql-broker.remove-random-node.perform",
  ...corpus.deletions.slice(0, 5).map(({ guid }) => guid),
];

type Command = readonly string[];
interface Case {
  readonly what: string;
  readonly goal: string;
  readonly ours: Command;
  /** One after another. */
  readonly theirs: readonly Command[];
  /** Milliseconds more than theirs, instead of a ratio. */
  readonly difference?: boolean;
}

const NODE = process.execPath;
const node = [NODE, "-e", "0"];
const discover = (...words: string[]): Command => [
  NODE,
  TOOL,
  "discover",
  "--json",
  ...words.flatMap((word) => ["--logs", word]),
];
const around = (...files: string[]): Command => [
  ...discover(...files),
  "--around",
  target.at.toISOString(),
  "--window",
  "1h",
];
const rg = (needles: readonly string[], files: readonly string[], ...flags: string[]): Command => [
  "rg",
  "-F",
  ...flags,
  ...needles.flatMap((needle) => ["-e", needle]),
  ...files,
];
const three = (files: readonly string[]): readonly Command[] => THREE.map((needle) => rg([needle], files));
const six = (file: string): Command => [NODE, "--input-type=module", "-e", SCAN, file, ...SIX];
const packed = (ending: string): string[] => ROTATED.map((file) => `${file}.${ending}`);

/** The scanner alone, printing the lines as ripgrep does. */
const SCAN = `
import { fstatSync, openSync, writeSync } from "node:fs";
import { searchFiles } from ${JSON.stringify(pathToFileURL(resolve("dist/scan/search.js")).href)};
const [file, ...needles] = process.argv.slice(1);
const descriptor = openSync(file, "r");
const open = { descriptor, size: fstatSync(descriptor).size, packing: "plain" };
const lines = [];
await searchFiles([open], { needles }, { found: (_file, { bytes }) => lines.push(Buffer.from(bytes)) });
for (const line of lines) writeSync(1, Buffer.concat([line, Buffer.from("\\n")]));
`;

const { NEEDLES, NEWEST } = (await import(pathToFileURL(resolve("dist/discovery/log-line.js")).href)) as {
  readonly NEEDLES: readonly string[];
  readonly NEWEST: readonly { readonly needle: string }[];
};
const same = [...NEEDLES, ...NEWEST.map(({ needle }) => needle)];

const CASES: readonly Case[] = [
  { what: "time hint, ±1 h, one file / node -e 0", goal: "≤ 1.6", ours: around(at("appended.log")), theirs: [node] },
  { what: "time hint, ±1 h, eight files / node -e 0", goal: "≤ 1.6", ours: around(...ROTATED), theirs: [node] },
  {
    what: "full, one appended file / three rg",
    goal: "≤ 0.35",
    ours: discover(at("appended.log")),
    theirs: three([at("appended.log")]),
  },
  {
    what: "full, one large-folio file / three rg",
    goal: "none",
    ours: discover(at("large.log")),
    theirs: three([at("large.log")]),
  },
  { what: "full, eight rotated files / three rg", goal: "≤ 0.45", ours: discover(...ROTATED), theirs: three(ROTATED) },
  {
    what: "full, one appended file / one rg, same needles",
    goal: "≤ 1.1",
    ours: discover(at("appended.log")),
    theirs: [rg(same, [at("appended.log")])],
  },
  {
    what: "full, eight rotated files / one rg, same needles",
    goal: "≤ 1.1",
    ours: discover(...ROTATED),
    theirs: [rg(same, ROTATED)],
  },
  {
    what: "six needles, appended / rg -F",
    goal: "≤ 0.45",
    ours: six(at("appended.log")),
    theirs: [rg(SIX, [at("appended.log")])],
  },
  {
    what: "six needles, large folios / rg -F",
    goal: "none",
    ours: six(at("large.log")),
    theirs: [rg(SIX, [at("large.log")])],
  },
  {
    what: "full, eight gzip files / rg -z",
    goal: "≤ 0.29",
    ours: discover(...packed("gz")),
    theirs: [rg(SIX, packed("gz"), "-z")],
  },
  {
    what: "full, eight zstd files / rg -z",
    goal: "≤ 0.85",
    ours: discover(...packed("zst")),
    theirs: [rg(SIX, packed("zst"), "-z")],
  },
  { what: "--help − node -e 0", goal: "≤ 3 ms", ours: [NODE, TOOL, "--help"], theirs: [node], difference: true },
  { what: "a tiny log − node -e 0", goal: "≤ 15 ms", ours: discover(at("tiny.log")), theirs: [node], difference: true },
];
/** Peak of discover itself, in MiB. */
const MEMORY: readonly (readonly [what: string, command: Command])[] = [
  ["full, one appended file", discover(at("appended.log"))],
  ["eight gzip files", discover(...packed("gz"))],
  ["a line of 1 GB", discover(at("long-line.log"))],
  ["a gzip bomb of 10 GB", discover(at("bomb.gz"))],
];

interface Spent {
  readonly wall: number;
  /** User and system. */
  readonly cpu: number;
  readonly mebibytes: number;
  readonly status: number | null;
}

function run(command: Command): Spent {
  // A child's peak starts with its parent's: GNU time is a small one.
  const note = at("time.txt");
  const output = openSync(at("output.txt"), "w");
  const words = ["-q", "-o", note, "-f", "%U %S %M", ...command];
  const began = performance.now();
  const { status } = spawnSync("/usr/bin/time", words, { env, stdio: ["ignore", output, "ignore"] });
  const wall = performance.now() - began;
  closeSync(output);
  const [user = 0, system = 0, kilobytes = 0] = readFileSync(note, "utf8").split(" ").map(Number);
  return { wall, cpu: (user + system) * 1000, mebibytes: kilobytes / 1024, status };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const show = (value: number, { difference }: Case): string =>
  difference === true ? `${value.toFixed(1)} ms` : value.toFixed(3);

const measured = CASES.map(() => [] as { ours: Spent; theirs: Spent }[]);
for (let round = -1; round < rounds; round += 1) {
  for (const [index, { ours, theirs }] of CASES.entries()) {
    const others = theirs.map(run);
    const sum = (of: (spent: Spent) => number): number => others.reduce((all, spent) => all + of(spent), 0);
    const together = { wall: sum(({ wall }) => wall), cpu: sum(({ cpu }) => cpu), mebibytes: 0, status: 0 };
    // The first round warms the page cache.
    if (round >= 0) measured[index]?.push({ ours: run(ours), theirs: together });
    else run(ours);
  }
}

console.log(`${(corpus.bytes / 1e9).toFixed(2)} GB of logs, ${rounds} rounds, Node ${process.version}`);
console.log(
  `${"what".padEnd(52)} ${"goal".padEnd(8)} median (quarter to quarter)   CPU time    ours / theirs ms   peak MiB`,
);
for (const [index, each] of CASES.entries()) {
  const pairs = measured[index] ?? [];
  const of = (spent: keyof Spent) =>
    pairs.map(({ ours, theirs }) => {
      const [mine, other] = [Number(ours[spent]), Number(theirs[spent])];
      return each.difference === true ? mine - other : mine / other;
    });
  const walls = of("wall").sort((a, b) => a - b);
  const [low, high] = [0.25, 0.75].map((share) => show(walls[Math.floor(walls.length * share)] ?? Number.NaN, each));
  const milliseconds = (["ours", "theirs"] as const).map((side) =>
    median(pairs.map((pair) => pair[side].wall)).toFixed(0),
  );
  const peak = Math.max(...pairs.map(({ ours }) => ours.mebibytes)).toFixed(0);
  const ended = new Set(pairs.map(({ ours }) => ours.status));
  const strange = [...ended].some((status) => status !== 0) ? `   ended with ${[...ended].join(", ")}` : "";
  console.log(
    `${each.what.padEnd(52)} ${each.goal.padEnd(8)} ${show(median(walls), each)} (${low} to ${high})`.padEnd(92) +
      `${show(median(of("cpu")), each).padEnd(12)}${milliseconds.join(" / ").padEnd(19)}${peak}${strange}`,
  );
}
for (const [what, command] of MEMORY) {
  const { mebibytes, status } = run(command);
  console.log(`peak RSS, ${what}`.padEnd(53) + `${"≤ 80".padEnd(9)}${mebibytes.toFixed(0)} MiB, ended with ${status}`);
}
if (kept === undefined) rmSync(directory, { recursive: true });

function prepare(): Corpus {
  mkdirSync(directory, { recursive: true });
  const made = at("corpus.json");
  if (existsSync(made)) {
    const known = JSON.parse(readFileSync(made, "utf8")) as Corpus;
    return { ...known, deletions: known.deletions.map((each) => ({ ...each, at: new Date(each.at) })) };
  }
  const written = writeCorpus(megabytes * 1e6, [
    [{ path: at("appended.log"), writes: "appended" }],
    [{ path: at("large.log"), writes: "large" }],
    ROTATED.map((path) => ({ path, writes: "appended" })),
  ]);
  for (const words of [
    ["gzip", "-kf6"],
    ["zstd", "-qkf3"],
  ])
    for (const file of ROTATED) spawnSync(words[0] ?? "", [...words.slice(1), file], { stdio: "inherit" });
  writeFileSync(at("tiny.log"), readFileSync(ROTATED[7] ?? "").subarray(0, 100_000));
  writeLongLine(at("long-line.log"));
  writeBomb(at("bomb.gz"));
  writeFileSync(made, JSON.stringify(written));
  return written;
}

function writeLongLine(path: string): void {
  const output = openSync(path, "w");
  const mebibyte = Buffer.alloc(1024 * 1024, "x");
  for (let count = 0; count < 1000; count += 1) writeSync(output, mebibyte);
  closeSync(output);
}

/** Members of 100 MB of zeros. */
function writeBomb(path: string): void {
  const member = gzipSync(Buffer.alloc(100_000_000), { level: 9 });
  writeFileSync(path, Buffer.concat(Array.from({ length: 100 }, () => member)));
}
