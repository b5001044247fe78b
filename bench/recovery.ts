/**
 * The outage of a real recovery on the rig, from the destructive consent to the application's log-in, beside the same
 * right order as a shell script (bench/by-hand.sh). Both take turns on one foundation, each with its own
 * deleted database, so that a busy machine disturbs both alike. The script guards nothing and proves less: it compares names and
 * sizes, and asks for the end of recovery.
 *
 *   bash test/rig/install.sh && npm run build && npx node bench/recovery.ts [ROUNDS]     5     goal: ratio ≤ 1.25
 *
 * The figure is the ratio of the medians. A line per step says what it took both, what it waits for, and the calls of
 * the cf CLI and the object store that began in it in the last round, with the sum of their times.
 */
import { chmod, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { builtProgram } from "../test/rig/cache.ts";
import { type Foundation, ORG, SPACE, startFoundation } from "../test/rig/foundation.ts";
import { recover } from "../test/rig/recovery.ts";
import { baseBackupDone, onlyNode, type Scene } from "../test/rig/scene.ts";
import { cfProgram } from "../test/rig/service-key.ts";
import { SshSession } from "../test/rig/terminal/ssh-session.ts";
import { until } from "../test/rig/until.ts";
import {
  type Call,
  median,
  type Outage,
  outageOf,
  stepLines,
  type StepSeconds,
  stepsOfScript,
} from "./outage-steps.ts";

const GOAL = 1.25;

async function byTool(foundation: Foundation, service: string): Promise<Outage> {
  await foundation.anotherScene(service);
  const cf = await watchedCf(foundation, service);
  const confirm = `${ORG}/${SPACE}/${service}`;
  const { exitCode, events, stderr } = await recover(foundation, { service, confirm, env: { PATH: cf.path } });
  if (exitCode !== 0) throw new Error(`the tool ended with ${exitCode}: ${stderr}`);
  return outageOf(events, [...(await cf.calls()), ...storeCalls(foundation)]);
}

/** Of the tool alone: the container's own have another user agent and go on meanwhile. */
function storeCalls({ rig, credentials }: Foundation): readonly Call[] {
  return rig.objects.requests.all
    .filter(({ accessKey }) => accessKey === credentials.accessKeyId)
    .map(({ api, beganMs, endedMs }) => ({ what: `S3 ${api}`, beganMs, endedMs }));
}

interface WatchedCf {
  readonly path: string;
  calls(): Promise<readonly Call[]>;
}

/** The cf CLI behind a script that notes when each call began and ended. */
async function watchedCf({ directory }: Foundation, service: string): Promise<WatchedCf> {
  const own = join(directory, `watched-cf-${service}`);
  const log = join(own, "calls");
  await mkdir(own);
  await writeFile(log, "");
  const program = join(own, "cf");
  const lines = [
    "#!/bin/bash",
    "began=$EPOCHREALTIME",
    `"${builtProgram("cf")}" "$@"`,
    "code=$?",
    `echo "$1 $began $EPOCHREALTIME" >> "${log}"`,
    "exit $code",
  ];
  await writeFile(program, `${lines.join("\n")}\n`);
  await chmod(program, 0o755);
  return {
    path: [own, dirname(process.execPath), "/usr/bin", "/bin"].join(":"),
    calls: async () => {
      const noted = (await readFile(log, "utf8")).split("\n").filter((line) => line !== "");
      return noted.map((line) => {
        const [name = "", began = "", ended = ""] = line.split(" ");
        return { what: `cf ${name}`, beganMs: Number(began) * 1000, endedMs: Number(ended) * 1000 };
      });
    },
  };
}

async function byHand(foundation: Foundation, service: string): Promise<StepSeconds> {
  const { rig } = foundation;
  const scene = await foundation.anotherScene(service);
  const cf = await cfProgram(foundation, service);
  await cf("create-service", "dingo-postgresql95", "solo", service, "-c", '{"node-count":1}');
  const fresh = await until(`${service} to be created`, 120_000, async () => {
    const guid = (await cf("service", service, "--guid")).trim();
    return rig.broker.instance(guid);
  });
  await baseBackupDone(rig, fresh);
  const session = await SshSession.open(rig);
  const { marks, env } = await variables(foundation, { scene, service, sshConfig: session.configFile, fresh });
  const { stdout } = await execa("bash", ["bench/by-hand.sh"], { env, extendEnv: false });
  await session.close();
  if (stdout.trim() !== String(scene.rows)) throw new Error(`by hand ${stdout} rows came back, not ${scene.rows}`);
  return await stepsOfScript(marks);
}

interface Window {
  readonly scene: Scene;
  readonly service: string;
  readonly sshConfig: string;
  readonly fresh: Scene["old"];
}

async function variables(
  foundation: Foundation,
  window: Window,
): Promise<{ readonly marks: string; readonly env: Record<string, string> }> {
  const { rig, directory } = foundation;
  const { scene, service, sshConfig, fresh } = window;
  const work = await mkdtemp(join(directory, "by-hand-"));
  const { endpoint, bucket, region, credentials } = rig.objects;
  const s3 = [
    `aws-sigv4 = "aws:amz:${region}:s3"`,
    `user = "${credentials.accessKeyId}:${credentials.secretAccessKey}"`,
  ];
  await writeFile(join(work, "s3"), `${s3.join("\n")}\n`, { mode: 0o600 });
  const node = onlyNode(fresh);
  const marks = join(work, "marks");
  const env = {
    PATH: [dirname(builtProgram("cf")), "/usr/bin", "/bin"].join(":"),
    HOME: directory,
    CF_HOME: join(directory, `cf-home-${service}`),
    WORK: work,
    MARKS: marks,
    SSH_CONFIG: sshConfig,
    S3_CONFIG: join(work, "s3"),
    BUCKET: bucket,
    BUCKET_URL: `${endpoint}/${bucket}`,
    ETCD: rig.etcd.hostPort,
    SERVICE: service,
    GUID: fresh.guid,
    CONTAINER: node.container,
    DATA: node.dataDirectory,
    PATRONI: node.api,
    SYSID: scene.sysid,
    OLD: scene.archive,
    NEW: fresh.archive,
  };
  return { marks, env };
}

const sum = (steps: StepSeconds): number => [...steps.values()].reduce((all, each) => all + each, 0);
const shown = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(", ");

const rounds = Number(process.argv[2] ?? "5");
const foundation = await startFoundation();
try {
  const tool: Outage[] = [];
  const hand: StepSeconds[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const scripted = await byHand(foundation, `hand-${round}`);
    const recovered = await byTool(foundation, `tool-${round}`);
    hand.push(scripted);
    tool.push(recovered);
    console.log(`round ${round}: by hand ${shown([sum(scripted)])} s, dingo-recover ${shown([recovered.seconds])} s`);
  }
  for (const line of stepLines(tool, hand)) console.log(line);
  const [own, other] = [tool.map(({ seconds }) => seconds), hand.map(sum)];
  console.log(`by hand s: ${shown(other)}; median ${median(other).toFixed(1)}`);
  console.log(`dingo-recover s: ${shown(own)}; median ${median(own).toFixed(1)}`);
  const withoutKey = hand.map((steps) => sum(steps) - (steps.get("key") ?? 0));
  console.log(`ratio of the medians ${(median(own) / median(other)).toFixed(2)} (goal ≤ ${GOAL})`);
  console.log(`beside a script that has its service key before, too: ${(median(own) / median(withoutKey)).toFixed(2)}`);
} finally {
  await foundation.stop();
}
