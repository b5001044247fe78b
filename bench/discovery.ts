/**
 * The cost of discovery in log files beside ripgrep, each figure next to its goal. All
 * take turns in every round, so that a busy machine disturbs them alike; a figure is the median of the rounds' ratios.
 * If more programs run than there are processors, believe the column of CPU time: a search of two threads then gets
 * no second processor, and `rg -z`, which is four or more processes, gets more than its share.
 *
 * The limits of the figures, by `perf record` on 2.1 GB, with `--perf-basic-prof` and without (Node 20.20, two cores):
 * - A full search: two fifths of its CPU time are the kernel's copy out of the page cache (Node has no mmap), a quarter
 *   is the look at every tenth byte with what it meets, a fifteenth the count of lines. These grow with the logs. The
 *   rest is the start of Node and of the worker (30 ms of CPU time each, in any search), and the judgement of each find.
 * - The rows "only read" are the cost of the copy and the two starts alone: no search by Node takes less. With six
 *   needles that is 0.39 of what `rg -F` takes for all, and what it leaves of the goal, 20 ms, is a third of what the
 *   look at 2.1 GB takes. Of eight files `rg` reads two at a time: there too the copy leaves less of the goal than the
 *   look takes.
 * - gzip: Node's zlib inflates 0.9 GB/s a core and makes the CRC-32 of 4.8 GB/s; these alone, in two threads, are a row,
 *   and take as much as the goal. The CRC-32 is not left out: a damaged log proves nothing. libdeflate, native, is a
 *   fifth faster on these files. An inflater in WebAssembly gains nothing: one of libdeflate's design (a bit buffer of
 *   64 bits, tables of 9, 10 or 11 bits with subtables, copies of 16 bytes, no CRC-32) took 1.00 to 1.09 of zlib's CPU
 *   time. Of these files 19 bytes come out of a match and its two literals, and a block, for which tables are made,
 *   ends after 25 KB.
 * - zstd is unpacked by Node's decoder in its own threads, two files at a time. Two programs zstd that write to nowhere take two
 *   thirds of what `rg -z` takes, and two whose pipes are read and thrown away take all of it: rows show both. With a time
 *   hint the first lines of each file are unpacked, and all of those files alone that the window lies in.
 * - These helped a full search: a branch for each look instead of one for four, and a filter of 2^16 instead of 2^14,
 *   took the kernel's `find` from 133 to 99 microseconds a mebibyte of this corpus, 64 bytes a turn its `newlines` from
 *   25 to 20 (each the least of 200, which other work does not disturb). Beside one another on a calmer machine: needles
 *   known by grams that most lines do not hold (`COMMON`), and the key of an upload line looked for sixteen bytes at a
 *   time, take it from 78 to 64 microseconds, places that stand in the code for a stride of ten to 59: 430 instead of
 *   750 true grams a mebibyte pass the filter, and 160 false ones. The last bytes of each read are not kept if nobody
 *   asks for them: 4 microseconds more.
 * - These do not help a full search, by CPU time: a second filter of eight bytes for what passes the first (what that
 *   costs is the branch, and not what is looked up after it); needles of 15 bytes instead of 13;
 *   of a needle the grams that the fewest others share (`find` took a fifth more); to read 256 or 512 KiB at once (a
 *   twentieth to a tenth more), or to unpack 64 to 256 KiB (up to a fifth more). Nor does anything that `new Worker`
 *   takes: the parent's environment, no watch over descriptors, no limits, its source as text.
 *
 * Needs `rg`, `gzip` and `zstd` (Debian: apt install ripgrep gzip zstd), GNU time, and for 2 GB some 8 GB of disk.
 *
 *   npm run build && npx node bench/discovery.ts [MEGABYTES] [ROUNDS] [DIRECTORY]     2100 and 7 by default
 *
 * A DIRECTORY keeps the corpus for the next time, when its files are written anew.
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
import { gzipSync } from "node:zlib";
import { NEEDLES, NEWEST } from "../src/discovery/lines/log-line.ts";
import { type Corpus, type CorpusFile, writeAnew, writeCorpus } from "./corpus.ts";

const [megabytes = 2100, rounds = 7] = process.argv.slice(2, 4).map(Number);
const kept = process.argv[4];
const directory = kept ?? mkdtempSync(join(tmpdir(), "discovery-bench-"));
const TOOL = resolve("bundle/bin.cjs");
// Reading more certificates costs Node itself far more than what is measured here.
const { NODE_EXTRA_CA_CERTS: _left, ...env } = process.env;

for (const [program = "", ...words] of [
  ["rg", "--version"],
  ["gzip", "--version"],
  ["zstd", "--version"],
  ["/usr/bin/time", "true"],
])
  if (spawnSync(program, words).status !== 0) throw new Error(`${program} is missing, which the figures are beside`);

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
}

/** As many as no foundation has: the cost is that of what is asked. */
const CROWD = { instances: 70_000, deletions: 60_000 };

const NODE = process.execPath;
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
const six = (file: string): Command => [NODE, at("scan.cjs"), resolve("src"), file, ...SIX];
const packed = (ending: string): string[] => ROTATED.map((file) => `${file}.${ending}`);

/** The scanner alone, printing the lines as ripgrep does: without numbers. */
const SCAN = `
const { fstatSync, openSync, writeSync } = require("node:fs");
const [directory, file, ...needles] = process.argv.slice(2);
const descriptor = openSync(file, "r");
const { size } = fstatSync(descriptor);
const open = { descriptor, size, packing: "plain", section: { from: 0, to: size } };
const lines = [];
import(directory + "/scan/search.ts")
  .then(({ searchFiles }) => searchFiles([open], { needles }, { found: (_file, { bytes }) => lines.push(Buffer.from(bytes)) }))
  .then(() => {
    for (const line of lines) writeSync(1, Buffer.concat([line, Buffer.from("\\n")]));
  });
`;
writeFileSync(at("scan.cjs"), SCAN);

/** The floor for a search of gzip files: zlib's inflating and CRC-32 in two threads, without a look at the text. */
const INFLATE = `
const { openSync, readSync } = require("node:fs");
const { crc32, createInflateRaw } = require("node:zlib");
const { isMainThread, Worker, workerData } = require("node:worker_threads");
const files = isMainThread ? process.argv.slice(1) : workerData;
if (isMainThread) new Worker(SOURCE, { eval: true, workerData: files.splice(files.length / 2) });
const input = Buffer.alloc(1 << 18);
const output = Buffer.alloc(1 << 20);
for (const file of files) {
  const descriptor = openSync(file, "r");
  const { _handle: handle, _writeState: state } = createInflateRaw();
  let end = readSync(descriptor, input);
  // The header of one that gzip has written ends with the file's name.
  let at = input.indexOf(0, 10) + 1;
  for (let check = 0, ended = false; !ended; ) {
    if (at === end) [at, end] = [0, readSync(descriptor, input)];
    handle.writeSync(0, input, at, end - at, output, 0, output.length);
    const [room, left] = state;
    at = end - left;
    ended = end === 0 || (room > 0 && left > 0);
    check = crc32(output.subarray(0, output.length - room), check);
  }
}`;
const inflate = (...files: string[]): Command => [
  NODE,
  "-e",
  INFLATE.replace("SOURCE", () => JSON.stringify(INFLATE)),
  ...files,
];

/** The same of zstd files: the program zstd, one for each processor, to nowhere and to a pipe that is read. */
const unpack = (target: string): Command => [
  "sh",
  "-c",
  `zstd -dcq "$1" "$2" "$3" "$4" ${target} & zstd -dcq "$5" "$6" "$7" "$8" ${target}; wait`,
  "sh",
  ...packed("zst"),
];

/** Copies the files out of the page cache in two threads, as the scanner does, and looks at nothing. */
const FLOOR = `
const { fstatSync, openSync, readSync } = require("node:fs");
const { Worker, isMainThread, workerData } = require("node:worker_threads");
const RANGE = 64 * 1024 * 1024;
const { files, next } = isMainThread ? { files: process.argv.slice(2), next: new SharedArrayBuffer(4) } : workerData;
if (isMainThread) new Worker(__filename, { workerData: { files, next } });
const ranges = files.flatMap((file) => {
  const descriptor = openSync(file, "r");
  const { size } = fstatSync(descriptor);
  return Array.from({ length: Math.ceil(size / RANGE) }, (_each, index) => [descriptor, index * RANGE, size]);
});
const buffer = Buffer.alloc(1024 * 1024 + 32).subarray(32);
for (let index = 0; (index = Atomics.add(new Int32Array(next), 0, 1)) < ranges.length; ) {
  const [descriptor, from, size] = ranges[index];
  const to = Math.min(size, from + RANGE);
  for (let at = from; at < to; ) at += readSync(descriptor, buffer, 0, Math.min(buffer.length, to - at), at);
}
`;
const floor = (...files: string[]): Command => [NODE, at("floor.cjs"), ...files];
writeFileSync(at("floor.cjs"), FLOOR);

const same = [...NEEDLES, NEWEST.needle];

const CASES: readonly Case[] = [
  {
    what: "full, one appended file / three rg",
    goal: "≤ 0.35",
    ours: discover(at("appended.log")),
    theirs: three([at("appended.log")]),
  },
  {
    what: "floor: only read, 2 threads of Node / three rg",
    goal: "",
    ours: floor(at("appended.log")),
    theirs: three([at("appended.log")]),
  },
  {
    what: "time hint, ±1 h, 60,000 deletions / without them",
    goal: "≤ 1.3",
    ours: around(at("crowded.log")),
    theirs: [around(at("appended.log"))],
  },
  {
    what: "full, 60,000 deletions / without them",
    goal: "≤ 1.3",
    ours: discover(at("crowded.log")),
    theirs: [discover(at("appended.log"))],
  },
  {
    what: "full, one large-folio file / three rg",
    goal: "none",
    ours: discover(at("large.log")),
    theirs: three([at("large.log")]),
  },
  { what: "full, eight rotated files / three rg", goal: "≤ 0.45", ours: discover(...ROTATED), theirs: three(ROTATED) },
  {
    what: "floor: only read, 2 threads of Node / three rg",
    goal: "",
    ours: floor(...ROTATED),
    theirs: three(ROTATED),
  },
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
    what: "floor: only read, 2 threads of Node / rg -F",
    goal: "",
    ours: floor(at("appended.log")),
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
    what: "floor: inflate and CRC-32, 2 threads of Node / rg -z",
    goal: "",
    ours: inflate(...packed("gz")),
    theirs: [rg(SIX, packed("gz"), "-z")],
  },
  {
    what: "full, eight zstd files / rg -z",
    goal: "≤ 0.85",
    ours: discover(...packed("zst")),
    theirs: [rg(SIX, packed("zst"), "-z")],
  },
  {
    what: "time hint, ±1 h, eight zstd files / rg -z",
    goal: "none",
    ours: around(...packed("zst")),
    theirs: [rg(SIX, packed("zst"), "-z")],
  },
  {
    what: "floor: two zstd -dc > /dev/null / rg -z",
    goal: "",
    ours: unpack("> /dev/null"),
    theirs: [rg(SIX, packed("zst"), "-z")],
  },
  {
    what: "floor: two zstd -dc | cat > /dev/null / rg -z",
    goal: "",
    ours: unpack("| cat > /dev/null"),
    theirs: [rg(SIX, packed("zst"), "-z")],
  },
];
/** Peak of discover itself, in MiB. */
const MEMORY: readonly (readonly [what: string, command: Command, goal?: number])[] = [
  ["an hour of 60,000 deletions and 70,000 instances", around(at("crowded.log")), 150],
  ["all 60,000 deletions and 70,000 instances", discover(at("crowded.log")), 150],
  ["full, one appended file", discover(at("appended.log"))],
  ["full, eight rotated files", discover(...ROTATED)],
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
const show = (value: number): string => value.toFixed(3);

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
  const of = (spent: keyof Spent) => pairs.map(({ ours, theirs }) => Number(ours[spent]) / Number(theirs[spent]));
  const walls = of("wall").sort((a, b) => a - b);
  const [low, high] = [0.25, 0.75].map((share) => show(walls[Math.floor(walls.length * share)] ?? Number.NaN));
  const milliseconds = (["ours", "theirs"] as const).map((side) =>
    median(pairs.map((pair) => pair[side].wall)).toFixed(0),
  );
  const peak = Math.max(...pairs.map(({ ours }) => ours.mebibytes)).toFixed(0);
  const ended = new Set(pairs.map(({ ours }) => ours.status));
  const strange = [...ended].some((status) => status !== 0 && status !== 20)
    ? `   ended with ${[...ended].join(", ")}`
    : "";
  console.log(
    `${each.what.padEnd(52)} ${each.goal.padEnd(8)} ${show(median(walls))} (${low} to ${high})`.padEnd(92) +
      `${show(median(of("cpu"))).padEnd(12)}${milliseconds.join(" / ").padEnd(19)}${peak}${strange}`,
  );
}
for (const [what, command, goal = 80] of MEMORY) {
  const { mebibytes, status } = run(command);
  console.log(
    `peak RSS, ${what}`.padEnd(53) + `${`≤ ${goal}`.padEnd(9)}${mebibytes.toFixed(0)} MiB, ended with ${status}`,
  );
}
if (kept === undefined) rmSync(directory, { recursive: true });

function prepare(): Corpus {
  mkdirSync(directory, { recursive: true });
  const made = at("corpus.json");
  const appended: CorpusFile = { path: at("appended.log"), writes: "appended" };
  const large: CorpusFile = { path: at("large.log"), writes: "large" };
  const rotated = ROTATED.map((path): CorpusFile => ({ path, writes: "appended" }));
  const crowded: CorpusFile = { path: at("crowded.log"), writes: "appended" };
  if (existsSync(made)) {
    for (const file of [appended, large, crowded, ...rotated]) writeAnew(file);
    const known = JSON.parse(readFileSync(made, "utf8")) as Corpus;
    return { ...known, deletions: known.deletions.map((each) => ({ ...each, at: new Date(each.at) })) };
  }
  const written = writeCorpus(megabytes * 1e6, [[appended], [large], rotated]);
  writeCorpus(megabytes * 1e6, [[crowded]], CROWD);
  for (const words of [
    ["gzip", "-kf6"],
    ["zstd", "-qkf3"],
  ])
    for (const file of ROTATED) spawnSync(words[0] ?? "", [...words.slice(1), file], { stdio: "inherit" });
  writeLongLine(at("long-line.log"));
  writeBomb(at("bomb.gz"));
  writeFileSync(made, JSON.stringify(written));
  return written;
}

function writeLongLine(path: string): void {
  const output = openSync(path, "w");
  for (let count = 0; count < 1000; count += 1) writeSync(output, Buffer.alloc(1024 * 1024, "x"));
  closeSync(output);
}

/** Members of 100 MB of zeros. */
function writeBomb(path: string): void {
  writeFileSync(path, Buffer.concat(new Array<Buffer>(100).fill(gzipSync(Buffer.alloc(100_000_000), { level: 9 }))));
}
