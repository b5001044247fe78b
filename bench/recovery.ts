/**
 * A real recovery on the rig, from the consent to the application's log-in, beside the same steps as a shell script
 * (bench/by-hand.sh). Both take turns on one foundation, each with a deleted database of its own, so that a busy machine
 * disturbs both alike. The script proves less: it compares names and sizes, and asks for the end of recovery.
 *
 *   bash test/rig/install.sh && npm run build && npx tsx bench/recovery.ts [ROUNDS]     goal: ratio of the medians ≤ 1.1
 */
import { mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { RunEvent } from "../src/engine/event.js";
import { builtProgram } from "../test/rig/cache.js";
import { type Foundation, ORG, SPACE, startFoundation } from "../test/rig/foundation.js";
import { recover } from "../test/rig/recovery.js";
import { baseBackupDone, onlyNode, type Scene } from "../test/rig/scene.js";
import { cfProgram } from "../test/rig/service-key.js";
import { SshSession } from "../test/rig/ssh-session.js";
import { until } from "../test/rig/until.js";

const GOAL = 1.1;
/** First and last step of what is measured (runbooks/recover-deleted-service.yml). */
const FROM = "hold";
const TO = "login";

async function byTool(foundation: Foundation, service: string): Promise<number> {
  await foundation.anotherScene(service);
  const { exitCode, events, stderr } = await recover(foundation, { service, confirm: `${ORG}/${SPACE}/${service}` });
  if (exitCode !== 0) throw new Error(`the tool ended with ${exitCode}: ${stderr}`);
  return secondsBetween(events);
}

function secondsBetween(events: readonly RunEvent[]): number {
  const began = events.find((event) => event.type === "step-began" && event.step === FROM);
  const ended = events.findLast((event) => event.type === "step-ended" && event.step === TO);
  if (began === undefined || ended === undefined) throw new Error("the run does not tell when its window was");
  return (Date.parse(ended.time) - Date.parse(began.time)) / 1000;
}

async function byHand(foundation: Foundation, service: string): Promise<number> {
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
  const env = await variables(foundation, { scene, service, sshConfig: session.configFile, fresh });
  const began = performance.now();
  const { stdout } = await execa("bash", ["bench/by-hand.sh"], { env, extendEnv: false });
  const seconds = (performance.now() - began) / 1000;
  await session.close();
  if (stdout.trim() !== String(scene.rows)) throw new Error(`by hand ${stdout} rows came back, not ${scene.rows}`);
  return seconds;
}

interface Window {
  readonly scene: Scene;
  readonly service: string;
  readonly sshConfig: string;
  readonly fresh: Scene["old"];
}

async function variables(foundation: Foundation, window: Window): Promise<Record<string, string>> {
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
  return {
    PATH: [dirname(builtProgram("cf")), "/usr/bin", "/bin"].join(":"),
    HOME: directory,
    CF_HOME: join(directory, `cf-home-${service}`),
    WORK: work,
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
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const shown = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(", ");

const rounds = Number(process.argv[2] ?? "3");
const foundation = await startFoundation();
try {
  const tool: number[] = [];
  const hand: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    hand.push(await byHand(foundation, `hand-${round}`));
    tool.push(await byTool(foundation, `tool-${round}`));
    console.log(`round ${round}: by hand ${shown(hand.slice(-1))} s, dingo-recover ${shown(tool.slice(-1))} s`);
  }
  console.log(`by hand s: ${shown(hand)}`);
  console.log(`dingo-recover s: ${shown(tool)}`);
  console.log(`ratio of the medians ${(median(tool) / median(hand)).toFixed(2)} (goal ≤ ${GOAL})`);
} finally {
  await foundation.stop();
}
