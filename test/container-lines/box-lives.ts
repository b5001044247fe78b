/** The phases of rig-lives.ts in the box: the same happens to its containers, between moments as quiet. */
import type { Phase, Release } from "./phases.ts";
import { foundation } from "../../src/rehearsal/world/foundation.ts";
import { createInstance, deleteInstance, writeOrders } from "../../src/rehearsal/world/story.ts";
import { allContainers, type Site, type World } from "../../src/rehearsal/world/world.ts";
import { NEW, OLD, PLACE, Scene, START } from "../rehearsal/world/scene.ts";

export type BoxLives = Readonly<Partial<Record<Phase, readonly string[]>>>;

const worldOf = (release: Release): World => ({
  ...foundation("f", 7, START),
  image: `dingotiles/dingo-postgresql95:9.5-${release}`,
});

/** The lines that a container printed since the last call, told by the former ones: lines of loops move on. */
class Transcript {
  private seen: ReadonlySet<unknown> = new Set();

  private readonly site: () => Site;

  constructor(site: () => Site) {
    this.site = site;
  }

  cut(): readonly string[] {
    const { logs } = this.site().container;
    const rest = logs.filter((line) => !this.seen.has(line));
    this.seen = new Set(logs);
    return rest.map(({ text }) => text);
  }
}

export function liveAlone(release: Release): BoxLives {
  const scene = new Scene(createInstance(worldOf(release), { guid: NEW, ...PLACE }));
  const log = new Transcript(() => scene.node());
  const firstStart = log.cut();

  const orders = { scope: NEW, owner: "appuser", batches: 2, perBatch: 20, open: 1, every: 2_000 };
  scene.world = writeOrders(scene.world, orders);
  const archiving = log.cut();
  const sigterm = cutAfter(log, () => scene.stop());
  const startAfterStop = cutAfter(log, () => scene.start().pass(60));
  const startAfterKill = cutAfter(log, () => {
    kill(scene, scene.node());
    scene.start().pass(60);
  });
  return {
    "first-start": firstStart,
    archiving,
    sigterm,
    "start-after-stop": startAfterStop,
    "start-after-kill": startAfterKill,
  };
}

function cutAfter(log: Transcript, happens: () => void): readonly string[] {
  happens();
  return log.cut();
}

function kill(scene: Scene, { cell, container }: Site): void {
  scene.do({ is: "docker-kill", cell: cell.ip, name: container.name });
}

function empty(scene: Scene, { cell, container }: Site): void {
  scene.do({ is: "remove-tree", cell: cell.ip, path: `${container.dataDirectory}/postgres0` });
}

export function liveRestored(release: Release): BoxLives {
  let world = createInstance(worldOf(release), { guid: OLD, ...PLACE });
  world = writeOrders(world, { scope: OLD, owner: "appuser", batches: 3, perBatch: 20, open: 5, every: 30_000 });
  const scene = new Scene(createInstance(deleteInstance(world, OLD), { guid: NEW, ...PLACE }));
  const log = new Transcript(() => scene.node());
  scene.stop().swapArchive();
  log.cut();

  const restartLoop = cutAfter(log, () => {
    empty(scene, scene.node());
    scene.start().pass(60);
  });
  scene.stop();
  log.cut();
  scene.etcd("PUT", `/service/${NEW}/initialize`, scene.sysid(OLD));
  const restore = cutAfter(log, () => {
    empty(scene, scene.node());
    scene.start().pass(90);
  });
  return { "restart-loop": restartLoop, restore };
}

export function liveTogether(release: Release): BoxLives {
  const scene = new Scene(createInstance(worldOf(release), { guid: NEW, nodes: 2, ...PLACE }));
  const role = (wanted: string): Site => {
    const site = allContainers(scene.world).find(({ container }) => container.process.role === wanted);
    if (site === undefined) throw new Error(`no ${wanted}`);
    return site;
  };
  const [leaderName, replicaName] = [role("master").container.name, role("replica").container.name];
  const named = (name: string) => (): Site => {
    const site = allContainers(scene.world).find(({ container }) => container.name === name);
    if (site === undefined) throw new Error(`no ${name}`);
    return site;
  };
  const [leader, replica] = [named(leaderName), named(replicaName)];
  const [first, second] = [new Transcript(leader), new Transcript(replica)];
  const stop = (site: Site): void => {
    scene.do({ is: "docker-stop", cell: site.cell.ip, name: site.container.name, graceSeconds: 10 });
    scene.until(() =>
      allContainers(scene.world).some(
        (each) => each.container.name === site.container.name && each.container.status === "exited",
      ),
    );
  };
  const start = ({ cell, container }: Site): void => {
    scene.do({ is: "docker-start", cell: cell.ip, name: container.name });
  };
  // With an empty volume it joins as a new node does.
  stop(replica());
  second.cut();
  empty(scene, replica());
  const joined = cutAfter(second, () => {
    start(replica());
    scene.pass(60);
  });
  first.cut();
  const stopped = cutAfter(first, () => stop(leader()));
  const tookOver = cutAfter(second, () => scene.pass(60));
  const returned = cutAfter(first, () => {
    start(leader());
    scene.pass(60);
  });
  return {
    "replica-first-start": joined,
    "fail-over-leader": stopped,
    "fail-over-replica": tookOver,
    "return-as-replica": returned,
  };
}
