/** Deeds of others in the middle of a recovery, and the broker's own deeds (src/rehearsal/world/deeds.ts, clone.ts). */
import { describe, expect, it } from "vitest";
import { withClusterdata } from "../../../src/rehearsal/scenarios/clusterdata.ts";
import { BUCKET } from "../../../src/rehearsal/world/foundation.ts";
import { createInstance } from "../../../src/rehearsal/world/story.ts";
import type { World } from "../../../src/rehearsal/world/world.ts";
import { NEW, OLD, Scene } from "./scene.ts";

const PLACE = { spaceGuid: "5ace0000-0000-4000-8000-000000000001", orgGuid: "04900000-0000-4000-8000-000000000001" };
const CLONE = "c10e0000-0000-4000-8000-000000000001";

const lines = (world: World): string => world.syslog.map(({ text }) => text).join("\n");

describe("somebody else", () => {
  it("starts a stopped container as soon as the first object is copied into its archive", () => {
    const scene = Scene.deleted();
    scene.stop();
    scene.do({ is: "faults", faults: { onFirstCopy: { is: "start" } } });
    scene.swapArchive();
    scene.pass(1);
    expect(scene.node().container).toMatchObject({ status: "running", life: 2 });
    expect(scene.world.faults.onFirstCopy).toBeUndefined();
  });

  it("removes keys of the instance once its container is stopped", () => {
    const scene = Scene.deleted();
    const deed = { is: "drop-keys", keys: ["optime", "initialize"] } as const;
    scene.do({ is: "faults", faults: { afterStop: [{ ms: 1_000, deed }] } });
    scene.stop().pass(2);
    expect([scene.key("optime/leader"), scene.key("initialize")]).toEqual([undefined, undefined]);
  });

  it("moves a node that is being created: one container, elsewhere, with its data, on a new timeline", () => {
    const scene = Scene.deleted();
    scene.do({ is: "faults", faults: { onceItLeads: { is: "move" } } });
    scene.world = createInstance(scene.world, { guid: CLONE, ...PLACE });
    scene.until(() => scene.world.broker.instances[CLONE]?.state === "succeeded");
    const { container } = scene.node(CLONE);
    expect(scene.world.broker.instances[CLONE]?.nodes).toHaveLength(1);
    expect(container.process.role).toBe("master");
    expect(scene.archive(CLONE)).toContain("wal_005/00000002.history.lzo");
    expect(lines(scene.world)).toContain("failover-from.perform");
  });
});

describe("the broker", () => {
  it("logs a scale-in with the line of a deletion, and the instance goes on", () => {
    const scene = Scene.deleted();
    scene.world = createInstance(scene.world, { guid: CLONE, ...PLACE, nodes: 2 });
    const before = scene.world.syslog.length;
    scene.do({ is: "scale-in", guid: CLONE });
    const said = scene.world.syslog.slice(before).map(({ text }) => text);
    expect(said.some((text) => text.includes("remove-random-node.perform") && text.includes(CLONE))).toBe(true);
    expect(said.some((text) => text.includes("deprovision"))).toBe(false);
    expect(scene.world.broker.instances[CLONE]?.nodes).toHaveLength(1);
  });

  const cloned = (name: string): Scene => {
    const scene = Scene.deleted("f", (world) => withClusterdata(world, { name: "important-db" }));
    const parameters = { "node-count": 1, "clone-from": name };
    scene.do({ is: "provision", request: { instanceGuid: CLONE, planId: "", ...PLACE, parameters } });
    return scene.pass(60);
  };

  it("clones what its record of a name in the space leads to: rows, system identifier and passwords", () => {
    const scene = cloned("important-db");
    expect(scene.key("initialize", CLONE)).toBe(scene.sysid(OLD));
    expect(scene.node(CLONE).container.process.role).toBe("master");
    const record = scene.world.store.buckets[BUCKET]?.[`dingo-postgresql-clusterdata-backup-${OLD}.json`]?.meaning;
    const password = scene.world.broker.instances[CLONE]?.logins.app.password ?? "none";
    expect(record?.is === "text" && record.text.includes(password)).toBe(true);
    expect(scene.sysid(NEW)).not.toBe(scene.sysid(OLD));
  });

  it("refuses to clone a name that the space never had", () => {
    expect(cloned("another-db").world.broker.instances[CLONE]).toMatchObject({ state: "failed", nodes: [] });
  });
});
