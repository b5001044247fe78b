/** The scene of most tests: OLD was deleted, NEW is there, and the steps of a recovery as plain events. */
import { advance } from "../../../src/rehearsal/world/advance.ts";
import { apply, type WorldEvent } from "../../../src/rehearsal/world/apply.ts";
import { databaseOf } from "../../../src/rehearsal/world/data-directory.ts";
import type { Database } from "../../../src/rehearsal/world/database/database.ts";
import type { EtcdAnswer } from "../../../src/rehearsal/world/etcd.ts";
import { BUCKET, foundation } from "../../../src/rehearsal/world/foundation.ts";
import { readKey } from "../../../src/rehearsal/world/service-keys.ts";
import { below } from "../../../src/rehearsal/world/store.ts";
import { createInstance, deleteInstance, writeOrders } from "../../../src/rehearsal/world/story.ts";
import { allContainers, type Era, type Site, type World } from "../../../src/rehearsal/world/world.ts";

export const OLD = "6e101b27-9f1d-4b7e-8e83-5c0f3d1f0a01";
export const NEW = "78218ded-4c55-4c3f-9f5d-2f7f3e1c0b02";
export const START = Date.UTC(2026, 10, 21, 12);
export const PLACE = {
  spaceGuid: "5ace0000-0000-4000-8000-000000000001",
  orgGuid: "04900000-0000-4000-8000-000000000001",
};

/** A world under test: the value moves on with each call. */
export class Scene {
  world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** OLD with 3 × 20 rows in closed segments and 5 in the open one, deleted; NEW up with its first base backup. */
  static deleted(era: Era = "f", change: (world: World) => World = (world) => world): Scene {
    let world = createInstance(foundation(era, 7, START), { guid: OLD, ...PLACE });
    const owner = era === "a" ? "replicator" : "appuser";
    world = writeOrders(world, { scope: OLD, owner, batches: 3, perBatch: 20, open: 5, every: 30_000 });
    world = deleteInstance(change(world), OLD);
    return new Scene(createInstance(world, { guid: NEW, ...PLACE }));
  }

  do<E extends WorldEvent>(event: E) {
    const { world, answer } = apply(this.world, event, this.world.now);
    this.world = world;
    return answer;
  }

  pass(seconds: number): this {
    this.world = advance(this.world, this.world.now + seconds * 1000);
    return this;
  }

  /** Lets time pass second by second until something holds; the seconds it took. */
  until(holds: () => boolean, limit = 120): number {
    for (let second = 0; second <= limit; second += 1) {
      if (holds()) return second;
      this.pass(1);
    }
    throw new Error(`it did not happen within ${limit} s`);
  }

  node(scope = NEW): Site {
    const found = allContainers(this.world).find(({ container }) => container.env.PATRONI_SCOPE === scope);
    if (found === undefined) throw new Error(`no container of ${scope}`);
    return found;
  }

  get database(): Database | undefined {
    return databaseOf(this.node());
  }

  get rows(): number | undefined {
    return this.database?.tables.orders?.rows.length;
  }

  get log(): string {
    return this.node()
      .container.logs.map((line) => line.text)
      .join("\n");
  }

  key(name: string, scope = NEW): string | undefined {
    return readKey(this.world, `/service/${scope}/${name}`);
  }

  etcd(method: "PUT" | "DELETE", key: string, value?: string): EtcdAnswer {
    return this.do({ is: "etcd", request: { method, key, ...(value === undefined ? {} : { value }) } });
  }

  /** Keys of an archive, without its prefix. */
  archive(scope: string): string[] {
    return below(this.world, `backups/${scope}/wal/`).map(([key]) => key.slice(`backups/${scope}/wal/`.length));
  }

  sysid(scope: string): string {
    const object = this.world.store.buckets[BUCKET]?.[`backups/${scope}/wal/sysids/sysid`];
    return object?.meaning.is === "text" ? object.meaning.text.trim() : "";
  }

  stop(): this {
    const { cell, container } = this.node();
    this.do({ is: "docker-stop", cell: cell.ip, name: container.name, graceSeconds: 10 });
    this.until(() => this.node().container.status === "exited");
    return this;
  }

  start(): this {
    const { cell, container } = this.node();
    this.do({ is: "docker-start", cell: cell.ip, name: container.name });
    return this;
  }

  /** NEW's archive goes, OLD's takes its place; sentinels last. */
  swapArchive(leaveOut: (key: string) => boolean = () => false): this {
    for (const name of this.archive(NEW)) {
      this.do({ is: "delete-object", bucket: BUCKET, key: `backups/${NEW}/wal/${name}`, by: "test" });
    }
    const names = this.archive(OLD).filter((name) => !leaveOut(name));
    const isSentinel = (name: string) => name.endsWith("_backup_stop_sentinel.json");
    for (const name of [...names.filter((each) => !isSentinel(each)), ...names.filter(isSentinel)]) {
      const from = { bucket: BUCKET, key: `backups/${OLD}/wal/${name}` };
      this.do({ is: "copy-object", bucket: BUCKET, key: `backups/${NEW}/wal/${name}`, from, by: "test" });
    }
    return this;
  }

  flush(): this {
    const { cell, container } = this.node();
    const aside = `${container.dataDirectory}.aside`;
    this.do({ is: "rename", cell: cell.ip, from: container.dataDirectory, to: aside });
    this.do({ is: "make-directory", cell: cell.ip, path: container.dataDirectory, mode: "0700" });
    return this;
  }
}
