import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { advance } from "../../../src/rehearsal/world/advance.ts";
import { passwordFits } from "../../../src/rehearsal/world/database/database.ts";
import { loginsOf } from "../../../src/rehearsal/world/service-keys.ts";
import { allContainers, type World } from "../../../src/rehearsal/world/world.ts";
import { NEW, OLD, Scene } from "./scene.ts";

const WITHOUT_SYSID = (key: string) => key.startsWith("sysids/");
const SEGMENT_4 = "wal_005/000000010000000000000004.lzo";

describe("a restore done right", () => {
  const restored = (): Scene => {
    const scene = Scene.deleted().stop().swapArchive().flush();
    scene.etcd("PUT", `/service/${NEW}/initialize`, scene.sysid(OLD));
    scene.etcd("DELETE", `/service/${NEW}/optime/leader`);
    return scene.start();
  };

  it("brings every row back within half a minute and without a restart", () => {
    const scene = restored();
    const seconds = scene.until(() => scene.database?.inRecovery === false);
    expect(seconds).toBeGreaterThan(8);
    expect(seconds).toBeLessThan(30);
    expect(scene.rows).toBe(65);
    expect(scene.node().container.restartCount).toBe(0);
    expect(scene.database?.sysid).toBe(scene.sysid(OLD));
  });

  it("says what a real one says, in that order", () => {
    const scene = restored().pass(60);
    const lines = [
      "restore_leader_if_missing> preparing patroni to restore this container from wal-e backups",
      "trying to bootstrap (without leader)",
      "MSG: beginning partition download",
      "replica has been created using wal_e",
      'restored log file "000000010000000000000002" from archive',
      'restored log file "000000010000000000000006" from archive',
      "bootstrapped (without leader)",
      "promoted self to leader by acquiring session lock",
      "last completed transaction was at log time 2026-11-21 12:03:01",
      'restored log file "000000010000000000000006" from archive',
      "selected new timeline ID: 2",
      "archive recovery complete",
      "producing a new backup at",
    ];
    let from = scene.log.lastIndexOf("looking up public host");
    for (const line of lines) {
      const at = scene.log.indexOf(line, from);
      expect(at, line).toBeGreaterThan(from);
      from = at;
    }
  });

  it("keeps the old world's passwords, which bindings do not know", () => {
    const scene = restored();
    scene.until(() => scene.database?.inRecovery === false);
    const { database } = scene;
    const { app } = loginsOf(scene.node().container);
    expect(database !== undefined && passwordFits(database, app.username, app.password)).toBe(false);
  });

  it("prunes the copied archive seconds after the promotion and makes a base backup of the new timeline", () => {
    const scene = restored();
    scene.until(() => scene.archive(NEW).includes("wal_005/00000002.history.lzo"));
    expect(scene.archive(NEW)).toContain("wal_005/000000010000000000000001.lzo");
    scene.pass(12);
    expect(scene.archive(NEW)).not.toContain("wal_005/000000010000000000000001.lzo");
    expect(scene.archive(NEW)).toContain(
      "basebackups_005/base_000000020000000000000008_00000040_backup_stop_sentinel.json",
    );
    expect(scene.archive(OLD)).toContain("wal_005/000000010000000000000001.lzo");
  });

  it("works although the stop was a kill and the leader key lives on, as long as initialize is right", () => {
    const scene = Scene.deleted();
    const { cell, container } = scene.node();
    scene.do({ is: "docker-kill", cell: cell.ip, name: container.name });
    scene.swapArchive().flush();
    scene.etcd("PUT", `/service/${NEW}/initialize`, scene.sysid(OLD));
    scene.start();
    scene.until(() => scene.database?.inRecovery === false);
    expect(scene.log).toContain("leader exists, no additional preparation required");
    expect(scene.log).toContain("because i had the session lock");
    expect(scene.rows).toBe(65);
  });
});

describe("the page's own procedure", () => {
  it("ends in a crash loop with exit code 0 when the key of the deleted instance is removed", () => {
    const scene = Scene.deleted().stop().swapArchive();
    expect(scene.etcd("DELETE", `/service/${OLD}/initialize`).body.errorCode).toBe(100);
    scene.flush().start().pass(90);
    const { container } = scene.node();
    expect(container.restartCount).toBeGreaterThan(4);
    expect(container.exitCode).toBe(0);
    expect(scene.log).toMatch(/system ID mismatch, node \S+ belongs to a different cluster: \d{19} != \d{19}/);
    expect(scene.log).toContain("local database exists; no additional preparation required");
    expect(scene.key("initialize")).not.toBe(scene.sysid(OLD));
  });

  it("loops just the same with the right key removed: the container believes the sysid of its first life", () => {
    const scene = Scene.deleted().stop();
    const fresh = scene.key("initialize");
    scene.swapArchive().flush();
    scene.etcd("DELETE", `/service/${NEW}/initialize`);
    scene.start().pass(90);
    expect(scene.log).toContain("Re-initializing /78218ded");
    expect(scene.key("initialize")).toBe(fresh);
    expect(scene.node().container.restartCount).toBeGreaterThan(4);
  });
});

describe("an archive that lacks something", () => {
  it("becomes an empty database that overwrites the copy when the sysid is missing", () => {
    const scene = Scene.deleted().stop().swapArchive(WITHOUT_SYSID).flush();
    scene.etcd("DELETE", `/service/${NEW}/initialize`);
    const { container } = scene.node();
    // A container without an earlier life: after `docker rm`, or with its /tmp lost.
    container.tmp = {};
    const copied = scene.world.store.buckets["our-postgresql-backups"];
    const base = `backups/${NEW}/wal/basebackups_005/base_000000010000000000000002_00000040/tar_partitions/part_00000000.tar.lzo`;
    const before = copied?.[base]?.etag;
    scene.start().pass(60);
    expect(scene.log).toContain("missing /sysids/sysid for original 'Database system identifier'");
    expect(scene.log).toContain("initialized a new cluster");
    expect(scene.rows).toBeUndefined();
    expect(scene.world.store.buckets["our-postgresql-backups"]?.[base]?.etag).not.toBe(before);
    expect(scene.archive(NEW)).toContain("wal_005/000000010000000000000006.lzo");
  });

  it("promotes without a word of warning at a gap, and goes on with the numbers that it could not reach", () => {
    const scene = Scene.deleted()
      .stop()
      .swapArchive((key) => key === SEGMENT_4)
      .flush();
    scene.etcd("PUT", `/service/${NEW}/initialize`, scene.sysid(OLD));
    scene.start().pass(60);
    expect(scene.log).toContain("archive recovery complete");
    expect(scene.node().container.restartCount).toBe(0);
    expect(scene.rows).toBe(20);
    expect(scene.archive(NEW)).toEqual(
      expect.arrayContaining(["wal_005/000000020000000000000004.lzo", "wal_005/000000010000000000000005.lzo"]),
    );
  });

  it("ends at a segment of another cluster as silently", () => {
    const scene = Scene.deleted().stop();
    const foreign =
      scene.world.store.buckets["our-postgresql-backups"]?.[`backups/${NEW}/wal/wal_005/000000010000000000000003.lzo`];
    scene.swapArchive().flush();
    if (foreign === undefined) throw new Error("NEW archived no third segment");
    const key = `backups/${NEW}/wal/wal_005/000000010000000000000005.lzo`;
    scene.do({ is: "put-object", bucket: "our-postgresql-backups", key, meaning: foreign.meaning, by: "test" });
    scene.etcd("PUT", `/service/${NEW}/initialize`, scene.sysid(OLD));
    scene.start().pass(60);
    expect(scene.log).toContain("archive recovery complete");
    expect(scene.rows).toBe(40);
  });

  it("never reaches consistency without the segment in which the backup stopped", () => {
    const scene = Scene.deleted()
      .stop()
      .swapArchive((key) => key === "wal_005/000000010000000000000002.lzo")
      .flush();
    scene.etcd("PUT", `/service/${NEW}/initialize`, scene.sysid(OLD));
    scene.start().pass(60);
    expect(scene.log).toContain("FATAL:  could not locate required checkpoint record");
    expect(scene.key("leader")).toBeUndefined();
  });
});

describe("the Docker engine", () => {
  it("gives the leader key back and archives the last segment on a clean stop", () => {
    const scene = Scene.deleted();
    const before = scene.archive(NEW).length;
    scene.stop();
    expect(scene.node().container.exitCode).toBe(143);
    expect(scene.key("leader")).toBeUndefined();
    expect(scene.archive(NEW)).toHaveLength(before + 1);
  });

  it("kills a stop that takes too long, and then the leader key lives on for its time", () => {
    const scene = Scene.deleted();
    scene.do({ is: "faults", faults: { slowStops: 1 } });
    const before = scene.archive(NEW).length;
    scene.stop();
    expect(scene.node().container.exitCode).toBe(137);
    expect(scene.node().cell.daemonLog.at(-1)?.text).toContain("failed to exit within 10 seconds of SIGTERM");
    expect(scene.key("leader")).toBeDefined();
    expect(scene.archive(NEW)).toHaveLength(before);
    expect(scene.until(() => scene.key("leader") === undefined)).toBeLessThanOrEqual(30);
  });

  it("brings a stopped container back when its daemon restarts, unless the policy forbids it", () => {
    const policies = ["always", "no"] as const;
    const states = policies.map((policy) => {
      const scene = Scene.deleted();
      const { cell, container } = scene.node();
      scene.do({ is: "docker-policy", cell: cell.ip, name: container.name, policy });
      scene.do({ is: "faults", faults: { afterStop: [{ ms: 15_000, deed: { is: "daemon-restart" } }] } });
      return scene.stop().pass(20).node().container.status;
    });
    expect(states).toEqual(["running", "exited"]);
  });

  it("leaves a container that was stopped by hand down, whatever its policy", () => {
    expect(Scene.deleted().stop().pass(300).node().container.status).toBe("exited");
  });

  it("registers the ports on start and takes them away on the end of a life", () => {
    const scene = Scene.deleted();
    const registered = () =>
      Object.keys(scene.world.etcd.entries).filter((key) => key.startsWith("/dingo-postgresql95"));
    expect(registered()).toHaveLength(2);
    scene.stop();
    expect(registered()).toEqual([]);
    scene.start().pass(1);
    expect(registered()).toHaveLength(2);
  });
});

describe("Patroni and the broker", () => {
  it("refuse to lead while the optime of a fresh cluster is ahead of the restored data", () => {
    const scene = Scene.deleted().stop().swapArchive().flush();
    scene.etcd("PUT", `/service/${NEW}/initialize`, scene.sysid(OLD));
    scene.etcd("PUT", `/service/${NEW}/optime/leader`, String(2 ** 40));
    scene.start().pass(60);
    expect(scene.key("leader")).toBeUndefined();
    expect(scene.log).toContain("not healthy enough for leader race");
  });

  it("show the role master before the roles have their passwords", () => {
    const scene = Scene.deleted();
    const guid = "aaaaaaaa-0000-4000-8000-000000000003";
    const request = { instanceGuid: guid, planId: "p", spaceGuid: "s", orgGuid: "o", parameters: { "node-count": 1 } };
    scene.do({ is: "provision", request });
    for (let tenth = 0; tenth < 200; tenth += 1) {
      scene.pass(0.1);
      if (scene.node(guid).container.process.role === "master") break;
    }
    const data = scene.node(guid).cell.files[`${scene.node(guid).container.dataDirectory}/postgres0`]?.database;
    expect(data?.roles).toEqual({});
  });

  it("forget the nodes of a stopped container after twenty seconds", () => {
    const scene = Scene.deleted().stop();
    const { container } = scene.node();
    expect(scene.key(`nodes/${container.env.NODE_ID}`)).toBeDefined();
    scene.pass(21);
    expect(scene.key(`nodes/${container.env.NODE_ID}`)).toBeUndefined();
  });

  it("say done for a deletion that reached no cell: the container lives and goes on writing", () => {
    const scene = Scene.deleted("f", (world) => ({ ...world, faults: { ...world.faults, deafCells: true } }));
    const { container } = scene.node(OLD);
    expect(container.status).toBe("running");
    const before = scene.archive(OLD).length;
    scene.pass(700);
    expect(scene.archive(OLD).length).toBeGreaterThan(before);
  });

  it("report a create as running until members and leader are there", () => {
    const scene = Scene.deleted();
    const guid = "aaaaaaaa-0000-4000-8000-000000000003";
    scene.do({
      is: "provision",
      request: { instanceGuid: guid, planId: "p", spaceGuid: "s", orgGuid: "o", parameters: { "node-count": 2 } },
    });
    expect(scene.world.broker.instances[guid]?.state).toBe("in progress");
    scene.until(() => scene.world.broker.instances[guid]?.state === "succeeded", 60);
    const roles = allContainers(scene.world)
      .filter(({ container }) => container.env.PATRONI_SCOPE === guid)
      .map(({ container }) => container.process.role);
    expect(roles.sort()).toEqual(["master", "replica"]);
  });
});

describe("the first era", () => {
  it("never hears SIGTERM: every stop is a kill and the last segment is lost", () => {
    const scene = Scene.deleted("a");
    expect(scene.archive(OLD)).not.toContain("wal_005/000000010000000000000006.lzo");
    scene.stop();
    expect(scene.node().container.exitCode).toBe(137);
    expect(scene.key("leader")).toBeDefined();
  });

  it("leaves the keys of a deleted instance behind, so that removing the wrong one succeeds", () => {
    const scene = Scene.deleted("a");
    expect(scene.key("initialize", OLD)).toBe(scene.sysid(OLD));
    expect(scene.etcd("DELETE", `/service/${OLD}/initialize`).status).toBe(200);
  });

  it("restores from a leader that does not exist, and its fixed passwords fit", () => {
    const scene = Scene.deleted("a").stop();
    scene.until(() => scene.key("leader") === undefined);
    scene.swapArchive().flush();
    scene.etcd("PUT", `/service/${NEW}/initialize`, scene.sysid(OLD));
    scene.etcd("DELETE", `/service/${NEW}/optime/leader`);
    scene.start();
    scene.until(() => scene.database?.inRecovery === false);
    expect(scene.log).toContain("bootstrapped from leader");
    expect(scene.rows).toBe(60);
    const { database } = scene;
    expect(database !== undefined && passwordFits(database, "replicator", "replicator")).toBe(true);
  });

  it("knows neither state nor nodes in etcd", () => {
    const scene = Scene.deleted("a");
    expect(scene.key("state")).toBeUndefined();
    expect(Object.keys(scene.world.etcd.entries).filter((key) => key.includes("/nodes/"))).toEqual([
      expect.stringMatching(new RegExp(`^/serviceinstances/${NEW}/nodes/.*/backend$`)),
    ]);
  });
});

describe("the world as a value", () => {
  it("does not depend on how often somebody looks", () => {
    const scene = Scene.deleted();
    const { world } = scene;
    const leap = advance(world, world.now + 240_000);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30_000 }), { maxLength: 20 }), (steps) => {
        let looked: World = world;
        for (const step of steps) looked = advance(looked, Math.min(looked.now + step, leap.now));
        expect(advance(looked, leap.now)).toEqual(leap);
      }),
      { numRuns: 25 },
    );
  });

  it("survives being written down and read again", () => {
    const { world } = Scene.deleted();
    expect(JSON.parse(JSON.stringify(world))).toEqual(world);
  });

  it("is never changed in place", () => {
    const scene = Scene.deleted();
    const { world } = scene;
    const before = JSON.stringify(world);
    scene.stop().swapArchive().flush().start().pass(60);
    expect(JSON.stringify(world)).toBe(before);
  });
});
