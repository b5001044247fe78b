/**
 * What `--help` costs beside Node itself: of the package, and of the single executable where one was made. All take turns, so that
 * a busy machine disturbs them alike.
 *
 *   npm run build:executable && npx tsx bench/start.ts     goal: --help ≤ Node + 3 ms, and a ratio of the medians ≤ 1.25
 *
 * What Node itself costs inside an executable is told by an empty one, of the same Node and with no asset.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROUNDS = 40;
const GOAL = 1.25;
const EXECUTABLE = `release/dingo-recover-${process.platform}-${process.arch}`;

// Reading more certificates costs Node itself far more than what is measured here.
const { NODE_EXTRA_CA_CERTS: _left, ...env } = process.env;

function milliseconds(file: string, words: readonly string[]): number {
  const began = performance.now();
  const { status } = spawnSync(file, words, { env, stdio: "ignore" });
  if (status !== 0) throw new Error(`${file} ${words.join(" ")} ended with ${status ?? "a signal"}`);
  return performance.now() - began;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

const place = mkdtempSync(join(tmpdir(), "start-"));
const empty = await emptyExecutable();
const started: Readonly<Record<string, readonly [file: string, words: readonly string[]]>> = {
  "node -e 0": [process.execPath, ["-e", "0"]],
  "bundle/bin.cjs --help": [process.execPath, ["bundle/bin.cjs", "--help"]],
  ...(empty === undefined ? {} : { "an empty executable": [empty, []], "executable --help": [EXECUTABLE, ["--help"]] }),
  ...(empty === undefined ? {} : { "executable --version": [EXECUTABLE, ["--version"]] }),
  "bundle/bin.cjs --version": [process.execPath, ["bundle/bin.cjs", "--version"]],
};
const took = new Map(Object.keys(started).map((name): [string, number[]] => [name, []]));
for (let round = 0; round < ROUNDS; round++)
  for (const [name, [file, words]] of Object.entries(started)) took.get(name)?.push(milliseconds(file, words));
rmSync(place, { recursive: true });

const of = (name: string): number => median(took.get(name) ?? []);
for (const name of took.keys()) console.log(`${name.padEnd(26)} ${of(name).toFixed(1)} ms`);
const [node, help] = [of("node -e 0"), of("bundle/bin.cjs --help")];
console.log(
  `--help of the package: node + ${(help - node).toFixed(1)} ms, ratio ${(help / node).toFixed(2)} (goal ≤ ${GOAL})`,
);
if (empty !== undefined) {
  const more = of("executable --help") - of("an empty executable");
  console.log(`--help of the executable: its own Node + ${more.toFixed(1)} ms (goal ≤ 3)`);
  console.log(`the executable has ${(statSync(EXECUTABLE).size / 1e6).toFixed(1)} MB`);
} else console.log("no single executable was made: npm run build:executable");

async function emptyExecutable(): Promise<string | undefined> {
  if (!existsSync(EXECUTABLE)) return undefined;
  const { withNote } = (await import(new URL("../build/elf-note.mjs", import.meta.url).href)) as ElfNote;
  const [main, output, config, made] = ["main.cjs", "blob", "config.json", "empty"].map((name) => join(place, name));
  if (main === undefined || output === undefined || config === undefined || made === undefined) return undefined;
  writeFileSync(main, "");
  writeFileSync(config, JSON.stringify({ main, output, disableExperimentalSEAWarning: true }));
  spawnSync(process.execPath, ["--experimental-sea-config", config]);
  writeFileSync(made, withNote(readFileSync(process.execPath), readFileSync(output)), { mode: 0o755 });
  return made;
}

interface ElfNote {
  readonly withNote: (elf: Buffer, blob: Buffer) => Buffer;
}
