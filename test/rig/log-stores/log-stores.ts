/** Real log stores on loopback, as log-stores/install.sh put them together. One at a time: each takes 350 MiB. */
import { type ChildProcess, spawn } from "node:child_process";
import { chownSync, cpSync, mkdirSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "../cache.ts";
import { end, freePort } from "../server.ts";

export const LOG_STORES = [
  "elasticsearch-7.6.1",
  "elasticsearch-8.18.0",
  "elasticsearch-9.0.0",
  "opensearch-1.3.2",
  "opensearch-2.19.1",
  "opensearch-3.1.0",
] as const;
export type LogStoreName = (typeof LOG_STORES)[number];

/** The Java of the distribution is too old for these. */
const ON_JAVA_21: readonly LogStoreName[] = ["elasticsearch-9.0.0", "opensearch-3.1.0"];
/** Their test framework refuses to run as root. */
const OF_TEST_FRAMEWORK: readonly LogStoreName[] = ["elasticsearch-8.18.0", "elasticsearch-9.0.0"];

export interface RealLogStore {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const LIMIT_MS = 600_000;
const NOBODY = 65_534;
const AS_NOBODY = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
/** A test process that is killed takes its server along. */
const WITH_US = ["setpriv", "--pdeathsig", "KILL"];
/** Of 7.6.1: else it says that its flavour is unknown. */
const FLAVOUR = ["-Des.distribution.flavor=default", "-Des.distribution.type=tar"];

export async function startLogStore(name: LogStoreName): Promise<RealLogStore> {
  const directory = await mkdtemp(join(tmpdir(), `rig-${name}-`));
  const ports = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const log = join(directory, "log");
  const child = launch(name, { directory, log, ports });
  const url = `http://127.0.0.1:${ports[0]}`;
  const stop = async (): Promise<void> => {
    await end(child, "SIGKILL");
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilItAnswers(url, child);
  } catch (error) {
    const said = (await readFile(log, "utf8")).slice(0, 2000);
    await stop();
    throw new Error(`${name} did not start: ${said}`, { cause: error });
  }
  return { url, stop };
}

function launch(
  name: LogStoreName,
  { directory, log, ports }: { readonly directory: string; readonly log: string; readonly ports: readonly number[] },
): ChildProcess {
  const cached = join(cacheDirectory, name);
  const home = join(directory, "home");
  const temporary = join(directory, "tmp");
  for (const path of [home, temporary, join(home, "config")]) mkdirSync(path, { recursive: true });
  const unprivileged = OF_TEST_FRAMEWORK.includes(name) && process.getuid?.() === 0;
  // The cache may lie in a home that only its owner enters.
  const reachable = (path: string, copy: string): string => {
    if (!unprivileged) return path;
    cpSync(path, join(directory, copy), { recursive: true, dereference: true });
    return join(directory, copy);
  };
  const base = reachable(cached, "program");
  const runtime = ON_JAVA_21.includes(name)
    ? join(reachable(join(cacheDirectory, "java-21"), "java"), "bin/java")
    : "java";
  if (unprivileged)
    for (const path of [directory, home, temporary, join(home, "config")]) chownSync(path, NOBODY, NOBODY);
  const java = [
    ...["-Xms256m", "-Xmx512m", "-Dtests.security.manager=false", ...FLAVOUR, `-Djava.io.tmpdir=${temporary}`],
    ...["-cp", `${base}/classes:${base}/lib/*`, "Server", ...ports.map(String), home],
  ];
  const out = openSync(log, "a");
  const [program = "java", ...args] = [...WITH_US, ...(unprivileged ? AS_NOBODY : []), runtime, ...java];
  return spawn(program, args, {
    cwd: directory,
    env: { PATH: process.env["PATH"] ?? "", HOME: home },
    stdio: ["ignore", out, out],
  });
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    try {
      const answer = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=5s`);
      if (answer.ok) return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) throw new Error("it does not answer");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
