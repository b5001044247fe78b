/**
 * The lives of a container, phase by phase, on real parts: its lines from one quiet moment to the next. At such a
 * moment only repeated lines are printed, so that a phase has all its lines and no line of another one.
 */
import { randomUUID } from "node:crypto";
import { appendFile, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Phase, Release } from "./phases.ts";
import { docker } from "../rig/docker.ts";
import type { PostgresNode } from "../rig/postgres-node.ts";
import type { Rig } from "../rig/rig.ts";
import { baseBackupDone, makeScene, onlyNode } from "../rig/scene.ts";
import { until } from "../rig/until.ts";

export type Lives = Readonly<Partial<Record<Phase, readonly string[]>>>;

export interface Through {
  readonly lives: Lives;
  /** Name of the container's first process, and its exit after a `docker stop`. */
  readonly init: string;
  readonly stopped: number;
}

/** All phases of one image, which takes about as long as the longest of three lives beside each other. */
export async function liveThrough(rig: Rig, release: Release): Promise<Through> {
  const [{ lives, init, stopped }, restored, together] = await Promise.all([
    liveAlone(rig, release),
    liveRestored(rig, release),
    liveTogether(rig, release),
  ]);
  return { lives: { ...lives, ...restored, ...together }, init, stopped };
}

/** The lines that a container printed since the last call. */
class Transcript {
  private read = 0;

  readonly node: PostgresNode;

  constructor(node: PostgresNode) {
    this.node = node;
  }

  private async rest(): Promise<readonly string[]> {
    const lines = await this.node.log();
    // The engine ends the log with a line feed.
    return lines.slice(this.read, lines.at(-1) === "" ? -1 : undefined);
  }

  /** Waits for a line of each kind, one after another. */
  async says(...lines: readonly RegExp[]): Promise<void> {
    await until(`${this.node.container} to say ${lines.map(String).join(", then ")}`, 240_000, async () => {
      let from = 0;
      const said = await this.rest();
      return lines.every((line) => {
        const at = said.findIndex((text, index) => index >= from && line.test(text));
        from = at + 1;
        return at >= 0;
      });
    });
  }

  async cut(): Promise<readonly string[]> {
    const lines = await this.rest();
    this.read += lines.length;
    return lines;
  }
}

/** The base backup of this start is complete, and the list that is printed every half minute has it. */
const LISTED = [/NOTICE: {2}pg_stop_backup complete/, /backup> base_[0-9A-F]{24}_/] as const;
const FOLLOWS = /i am a secondary and i am following a leader/;
/** Seconds. A clean stop takes one or two: on a busy machine ten would cut it, and the next start would be one after a kill. */
const STOP_GRACE = 60;

/** One node from its first start on: rows, a stop, a start, a kill, a start. */
async function liveAlone(rig: Rig, release: Release): Promise<Through> {
  const instance = await rig.broker.provision(randomUUID(), { release });
  const node = onlyNode(instance);
  const log = new Transcript(node);
  await log.says(...LISTED);
  const firstStart = await log.cut();

  await node.sql("create table visits (id serial primary key, batch int not null)");
  for (const batch of [1, 2]) {
    const [segment = ""] = await node.sql(
      `insert into visits (batch) select ${batch} from generate_series(1, 20)`,
      "select pg_xlogfile_name(pg_switch_xlog())",
    );
    await log.says(new RegExp(`action=push-wal .* seg=${segment} state=complete`));
  }
  const archiving = await log.cut();

  await node.sql("insert into visits (batch) values (3)");
  const init = await docker(["exec", node.container, "cat", "/proc/1/comm"]);
  await node.stop(STOP_GRACE);
  const { exitCode: stopped } = await node.state();
  const sigterm = await log.cut();

  await node.start();
  await log.says(...LISTED);
  const startAfterStop = await log.cut();

  await node.kill();
  await node.start();
  await log.says(...LISTED);
  const startAfterKill = await log.cut();
  await rig.broker.deprovision(instance.guid, "kill");
  const lives = {
    "first-start": firstStart,
    archiving,
    sigterm,
    "start-after-stop": startAfterStop,
    "start-after-kill": startAfterKill,
  };
  return { lives, init, stopped };
}

/** A new instance on a deleted one's archive: under its own system identifier first, then under the archive's. */
async function liveRestored(rig: Rig, release: Release): Promise<Lives> {
  const scene = await makeScene(rig, { release });
  const fresh = await rig.broker.provision(randomUUID(), { release });
  await baseBackupDone(rig, fresh);
  const node = onlyNode(fresh);
  const log = new Transcript(node);
  await node.stop(STOP_GRACE);
  await log.cut();

  for (const { key } of await rig.objects.list(`${fresh.archive}/`)) await rig.objects.remove(key);
  for (const { key } of scene.listing) await rig.objects.copy(key, fresh.archive + key.slice(scene.archive.length));
  await emptied(node, "first");
  await node.start();
  await log.says(/system ID mismatch/, /local database exists/, /system ID mismatch/);
  await docker(["update", "--restart=no", node.container]);
  await until(`${node.container} to end`, 60_000, async () => !(await node.state()).running);
  const restartLoop = await log.cut();

  await emptied(node, "second");
  await rig.etcd.put(`/service/${fresh.guid}/initialize`, scene.sysid);
  await node.start();
  await log.says(...LISTED);
  const restore = await log.cut();
  await rig.broker.deprovision(fresh.guid, "kill");
  return { "restart-loop": restartLoop, restore };
}

async function emptied(node: PostgresNode, aside: string): Promise<void> {
  await rename(node.dataDirectory, `${node.dataDirectory}.${aside}`);
  await mkdir(node.dataDirectory);
}

/** Two nodes: the second one joins, the first one is stopped and comes back, and cannot start any more. */
async function liveTogether(rig: Rig, release: Release): Promise<Lives> {
  const pair = await rig.broker.provision(randomUUID(), {
    release,
    nodeCount: 2,
    between: (node) => new Transcript(node).says(...LISTED),
  });
  const [leader, replica] = pair.nodes;
  if (leader === undefined || replica === undefined) throw new Error("a pair has two nodes");
  const [first, second] = [new Transcript(leader), new Transcript(replica)];
  await second.says(/started streaming WAL/, FOLLOWS, FOLLOWS);
  const joined = await second.cut();
  await first.cut();

  await leader.stop(STOP_GRACE);
  const stopped = await first.cut();
  await second.says(...LISTED);
  const tookOver = await second.cut();

  await leader.start();
  await first.says(FOLLOWS, FOLLOWS);
  const returned = await first.cut();

  await appendFile(join(leader.dataDirectory, "postgres0", "postgresql.conf"), "nonsense = 1\n");
  await fetch(`http://${leader.api}/restart`, { method: "POST" });
  await first.says(/Identified restart loop/, FOLLOWS, FOLLOWS);
  const begunAnew = await first.cut();
  await rig.broker.deprovision(pair.guid, "kill");
  return {
    "replica-first-start": joined,
    "fail-over-leader": stopped,
    "fail-over-replica": tookOver,
    "return-as-replica": returned,
    "restart-failed": begunAnew,
  };
}
