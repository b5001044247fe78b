/**
 * How long a command takes to its first output, beside `node -e 0` in the same run: the least of several rounds, which other work
 * does not disturb. Installed, it is the bundle of a package; from source, a clone. Both have run before: Node keeps what it has
 * compiled. NAMES are commands of the list.
 *
 *   npx node bench/start.ts [ROUNDS] [NAMES]     15 rounds; goals: installed ≤ 3, from source ≤ 15
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [rounds = "15", ...names] = process.argv.slice(2);
const GOALS = { installed: 3, source: 15 } as const;
const place = mkdtempSync(join(tmpdir(), "start-bench-"));
const log = join(place, "broker.log");
// Reading more certificates costs Node itself far more than what is measured here.
const { NODE_EXTRA_CA_CERTS: _left, ...env } = process.env;
const environment = {
  ...env,
  HOME: place,
  DINGO_RECOVER_STATE: join(place, "state"),
  AWS_EC2_METADATA_DISABLED: "true",
};

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  version: ["--version"],
  help: ["--help"],
  "help of run": ["run", "--help"],
  runs: ["runs"],
  explain: ["explain", "unreachable"],
  show: ["show"],
  schema: ["schema"],
  lint: ["lint", resolve("runbooks/drill.yml")],
  discover: ["discover", "--logs", log, "--name", "x"],
  "config show": ["config", "show"],
  doctor: ["doctor"],
  run: ["run", "--non-interactive", "--input", "service=db"],
  "archive verify": ["archive", "verify", "s3://bucket/backups/x/wal"],
  "rehearse --list": ["rehearse", "--list"],
  rehearse: ["rehearse", "--pace", "max"],
};

/** The directory of what is installed. */
async function installed(): Promise<string> {
  const { makeBundle } = createRequire(import.meta.url)("../build/bundle.mjs") as {
    readonly makeBundle: (directory: string) => Promise<unknown>;
  };
  await makeBundle(join(place, "bundle"));
  for (const name of ["runbooks", "fixtures", "package.json"]) symlinkSync(resolve(name), join(place, name));
  return join(place, "bundle/bin.cjs");
}

/** Milliseconds until the program writes or ends without output. A program that has written is ended. */
function toFirstOutput(words: readonly string[]): Promise<number> {
  return new Promise((done) => {
    const began = performance.now();
    const child = spawn(process.execPath, words, { cwd: place, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let took: number | undefined;
    const heard = (): void => {
      took ??= performance.now() - began;
    };
    for (const stream of [child.stdout, child.stderr]) stream.on("data", heard);
    child.once("close", () => done(took ?? performance.now() - began));
  });
}

mkdirSync(environment.DINGO_RECOVER_STATE);
writeFileSync(log, "2016-03-17T10:00:00Z a line\n");
try {
  const entries = { installed: await installed(), source: resolve("src/bin.cjs") };
  const cases = Object.entries(COMMANDS).filter(([name]) => names.length === 0 || names.includes(name));
  const rows = Object.entries(entries).flatMap(([form, entry]) =>
    cases.map(([name, words]) => ({
      name,
      form: form as keyof typeof GOALS,
      words: [entry, ...words],
      least: Infinity,
    })),
  );
  let node = Infinity;
  for (const { words } of rows) await toFirstOutput(words);
  for (let round = 0; round < Number(rounds); round += 1) {
    node = Math.min(node, await toFirstOutput(["-e", "0"]));
    for (const row of rows) row.least = Math.min(row.least, await toFirstOutput(row.words));
  }
  console.log(`node -e 0: ${node.toFixed(0)} ms, the least of ${rounds} rounds`);
  for (const { name, form, least } of rows) {
    const ratio = least / node;
    const verdict = ratio <= GOALS[form] ? "holds" : "MISSED";
    const row = [form.padEnd(9), name.padEnd(16), least.toFixed(0).padStart(5), "ms", ratio.toFixed(1).padStart(5)];
    console.log(`${row.join(" ")} of ${GOALS[form]}  ${verdict}`);
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}
