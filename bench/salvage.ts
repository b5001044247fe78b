/**
 * The read-only look at 200 volumes on the bench's own Docker engine, beside what `docker` itself takes: the very commands of a
 * look typed once more with nothing of ours in between, and as many containers that do nothing. All take turns, so that a busy
 * machine disturbs them alike. Of the volumes 40 hold PostgreSQL with its catalogues, 20 Redis, 20 MySQL, 60 something else,
 * and 60 nothing; each is looked at through a read-only mount, and the bench fails if a file's time of access has changed.
 *
 *   npm run build && npx node bench/salvage.ts [VOLUMES] [ROUNDS]     200 and 7 by default; as root, with /usr/sbin/dockerd
 *
 * Goal: ≤ 3 s for 200 volumes. Of the time nearly all is the engine's: for each 200 volumes it starts a container that looks, one that
 * searches, and one that looks for the table.
 */
import { once } from "node:events";
import { chmod, mkdir, utimes, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { execa } from "execa";
import { findCandidates } from "../src/docker/actions/salvage/find-candidates.ts";
import { type ProgramCall, runProgram } from "../src/kit/spawn/spawn.ts";
import { databaseFiles } from "../src/rehearsal/docker-engine/catalogue-files.ts";
import { file, type TreeNode } from "../src/rehearsal/docker-engine/tree.ts";
import { hostsOf } from "../test/rig/engine/engine-hosts.ts";
import { OwnEngine } from "../test/rig/engine/own-engine.ts";

const [count = 200, rounds = 7] = process.argv.slice(2).map(Number);
const GOAL_S = 3;
const HOUR = 3_600_000;
const NOW = Date.now();
/** As one without the engine's machine at hand: by mounts alone. */
const NOBODY = { uid: 65_534, gid: 65_534 };

type Files = Readonly<Record<string, TreeNode>>;

function contentOf(index: number): Files {
  const kind = index % 10;
  if (kind < 2)
    return databaseFiles({
      major: index % 4 < 2 ? "13" : "16",
      systemId: 7_600_000_000_000_000_000n + BigInt(index),
      inProduction: kind === 0,
      checkpointAt: NOW - index * HOUR,
      role: "shop",
      databases: index === 0 ? { postgres: {}, shop: { orders: 1 } } : { postgres: {} },
    });
  if (kind === 2) return { "dump.rdb": file("REDIS0009") };
  if (kind === 3) return { ibdata1: file("x".repeat(512)), "auto.cnf": file("[auto]\n"), "mysql/user.MYD": file("x") };
  if (kind < 7) return Object.fromEntries(Array.from({ length: 30 }, (_, each) => [`upload-${each}.png`, file("x")]));
  return {};
}

/** An hour before all that looks: a time of access that a look changes is seen. */
async function fill(root: string, files: Files): Promise<void> {
  const then = new Date(NOW - HOUR);
  for (const [path, node] of Object.entries(files)) {
    const at = join(root, path);
    await mkdir(node.kind === "directory" ? at : dirname(at), { recursive: true });
    if (node.kind !== "file") continue;
    await writeFile(at, Buffer.from(node.start, "base64"));
    await utimes(at, then, then);
  }
}

/** Without a program for each, which is not what is measured. */
async function madeVolume(): Promise<string> {
  const asked = request({ socketPath: engine.socket, method: "POST", path: "/volumes/create" });
  asked.setHeader("content-type", "application/json");
  asked.end("{}");
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return (JSON.parse(await text(answer)) as { readonly Name: string }).Name;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

async function accessTimes(engine: OwnEngine): Promise<string> {
  const find = ["-type", "f", "-printf", "%p %A@ %T@ %C@\\n"];
  const { stdout } = await execa("find", [join(engine.directory, "data", "volumes"), ...find]);
  return stdout
    .split("\n")
    .filter((line) => line.includes("/_data/"))
    .sort()
    .join("\n");
}

const engine = await OwnEngine.start();
try {
  await measure();
} finally {
  await engine.stop();
}

async function measure(): Promise<void> {
  await engine.image("bench/plain:1", []);
  for (let index = 0; index < count; index += 1) {
    const name = await madeVolume();
    await fill(join(engine.directory, "data", "volumes", name, "_data"), contentOf(index));
  }
  const before = await accessTimes(engine);
  await chmod(engine.socket, 0o666);
  const ways = [
    { who: "root, on the engine's machine", as: undefined },
    { who: "somebody with the socket alone", as: NOBODY },
  ];
  for (const { who, as } of ways) {
    const calls: ProgramCall[] = [];
    const run = (call: ProgramCall) => {
      calls.push(call);
      return runProgram(as === undefined ? call : { ...call, as });
    };
    const look = () => lookOnce(run);
    await engine.docker("version");
    await look();
    const asked = calls.splice(0);
    const containers = asked.filter(({ args }) => args.includes("run")).length;
    const took = { ours: [] as number[], typed: [] as number[], idle: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      took.ours.push(await timed(look));
      took.typed.push(
        await timed(async () => {
          for (const call of asked) await runProgram(as === undefined ? call : { ...call, as });
        }),
      );
      took.idle.push(
        await timed(async () => {
          for (let each = 0; each < containers; each += 1)
            await engine.docker("run", "--rm", "--network", "none", "bench/plain:1", "true");
        }),
      );
    }
    const [ours, typed, idle] = [median(took.ours), median(took.typed), median(took.idle)];
    console.log(
      [
        `${count} volumes, ${who}: ${ours.toFixed(2)} s (goal ≤ ${GOAL_S} s)`,
        `  its ${asked.length} commands typed one after another: ${typed.toFixed(2)} s`,
        `  ${containers} containers that do nothing, one after another: ${idle.toFixed(2)} s`,
      ].join("\n"),
    );
  }
  if ((await accessTimes(engine)) !== before) throw new Error("a look has changed a time of a file");
  console.log("no time of any file has changed");
}

async function lookOnce(run: (call: ProgramCall) => ReturnType<typeof runProgram>): Promise<void> {
  const hosts = hostsOf(engine, run);
  const host = await hosts.open({ host: "", sudo: false });
  const wanted = { database: "shop", table: "orders", time: new Date(NOW).toISOString() };
  const found = await findCandidates(host, wanted, () => undefined);
  const [first] = found.candidates;
  if (found.candidates.length !== Math.ceil(count / 5) || first?.databases.includes("shop") !== true)
    throw new Error(`it found ${found.candidates.length}, the first of them ${JSON.stringify(first)}`);
  await hosts.close();
}
