/**
 * The two waits of a person: for the first screen of `run` with an empty and with a full state directory, and for the live page after
 * an append to the journal. CPU time stands beside the time on the wall, which a busy machine makes longer. The rest of a
 * first screen goes to Node's own start, the reading of the program's script with its code cache, and the schemas of the runbook's actions.
 *
 *   npm run build && npx node bench/first-screen.ts     goals: first screen ≤ 150 ms, live page ≤ 100 ms after the append
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StateDirectory } from "../src/engine/journal/state-directory.ts";
import { Secrets } from "../src/kit/secrets/secrets.ts";
import { STARTED, step } from "../test/report/journals.ts";

const ROUNDS = 5;
const RUNS = 100;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const { NODE_EXTRA_CA_CERTS: _left, ...env } = process.env;
const path = mkdtempSync(join(tmpdir(), "first-screen-"));
const state = (name: string): StateDirectory =>
  new StateDirectory({ path: join(path, name), secrets: new Secrets(), now: () => new Date() });

/** A pseudo-terminal by Python; prints the milliseconds to the first text, and the CPU milliseconds of the program until then. */
const HOST = `
import os, pty, sys, time
want = sys.argv[1].encode()
began = time.monotonic()
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
said = b""
while want not in said:
    said += os.read(fd, 65536)
wall = (time.monotonic() - began) * 1000
with open("/proc/%d/stat" % pid) as stat:
    fields = stat.read().rsplit(")", 1)[1].split()
cpu = (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")
os.kill(pid, 9)
print("%.1f %.1f" % (wall, cpu))
`;

function toFirst(text: string, words: readonly string[], directory: string): readonly [wall: number, cpu: number] {
  const { stdout } = spawnSync("python3", ["-c", HOST, text, process.execPath, ...words], {
    env: { ...env, DINGO_RECOVER_STATE: directory, TERM: "xterm", ...CONFIGURED },
    encoding: "utf8",
  });
  const [wall = NaN, cpu = NaN] = stdout.trim().split(" ").map(Number);
  return [wall, cpu];
}

const CONFIGURED = {
  CF_API: "https://127.0.0.1:1",
  CF_USERNAME: "u",
  CF_PASSWORD: "a-long-password",
  BOSH_ENVIRONMENT: "https://127.0.0.1:1",
  BOSH_CLIENT: "c",
  BOSH_CLIENT_SECRET: "a-long-secret",
};

const full = state("full");
for (let count = 0; count < RUNS; count += 1) {
  const { journal } = full.create();
  await journal.append(STARTED);
  for (let at = 0; at < 20; at += 1)
    for (const body of step(`step-${at}`, "archive.copy", "create", {})) await journal.append(body);
  await journal.append({ type: "run-ended", outcome: "succeeded" });
  await journal.close();
}

const RUN = ["bundle/bin.cjs", "run", "--input", "archive=s3://bucket/backups/x/wal"];
for (const [what, words, text] of [
  ["node -e", ["-e", "process.stdout.write('Bring back');setTimeout(()=>0,1e4)"], "Bring back"],
  ["first screen of run", RUN, "Bring back"],
  ["its first question", RUN, "Name of the service"],
] as const)
  for (const directory of ["empty", "full"]) {
    const took = Array.from({ length: ROUNDS }, () => toFirst(text, words, join(path, directory)));
    const [wall, cpu] = [median(took.map(([each]) => each)), median(took.map(([, each]) => each))];
    console.log(
      `${what.padEnd(20)} ${directory.padEnd(5)} state: ${wall.toFixed(0)} ms on the wall, ${cpu.toFixed(0)} ms of CPU`,
    );
  }

const served = state("served");
const { run, journal } = served.create();
await journal.append(STARTED);
const server = spawn(
  process.execPath,
  ["bundle/bin.cjs", "serve", run, "--json", "--state-dir", join(path, "served")],
  {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  },
);
const address = await new Promise<string>((resolve) =>
  server.stdout.once("data", (chunk: unknown) => resolve((JSON.parse(String(chunk)) as { address: string }).address)),
);
let heard: () => void = () => undefined;
await new Promise<void>((resolve) => {
  heard = resolve;
  get(`${address}changes`, (response) => response.on("data", () => heard()));
});
const waits: number[] = [];
const bodies = Array.from({ length: 20 }, (_, count) => step(`step-${count}`, "archive.copy", "create", {})).flat();
for (const body of bodies) {
  const told = new Promise<void>((resolve) => (heard = resolve));
  await journal.append(body);
  const began = performance.now();
  await told;
  waits.push(performance.now() - began);
}
console.log(
  `live page after the append: ${median(waits).toFixed(0)} ms, at most ${Math.max(...waits).toFixed(0)} ms (goal ≤ 100 ms)`,
);
server.kill("SIGINT");
await journal.close();
rmSync(path, { recursive: true });
process.exit(0);
