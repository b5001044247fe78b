import { describe, expect, it } from "vitest";
import { readStartUp } from "../../../src/foundation/actions/docker/judge-start.ts";

describe("what a container says at start-up", () => {
  it("is undecided before it has looked its address up", () => {
    expect(
      readStartUp([
        "78218d-startup> looking up public host:5432 from etcd",
        "78218d-startup> public :5432 address 10.0.0.1:32785",
      ]).decision,
    ).toBe("undecided");
  });

  it.each(["restore_leader_if_missing> ", "78218d-restore_leader_if_missing> ", ""])(
    "restores, with the prefix %j of its release",
    (prefix) => {
      const line = `${prefix}preparing patroni to restore this container from wal-e backups`;
      expect(readStartUp(["public address 10.0.0.1:32785", line])).toEqual({ decision: "restores", line });
    },
  );

  it("counts an initialised cluster as such even if a restore was prepared before", () => {
    const lines = [
      "preparing patroni to restore this container from wal-e backups",
      "2026-11-21 INFO: initialized a new cluster",
    ];
    expect(readStartUp(lines).decision).toBe("new-cluster");
  });

  it("never takes a missing system identifier for a restore", () => {
    const lines = [
      "Target s3://b/backups/x/wal/ missing /sysids/sysid for original 'Database system identifier'",
      "preparing patroni to restore this container from wal-e backups",
    ];
    expect(readStartUp(lines).decision).toBe("failed");
  });

  it("takes a container with local data for no restore", () => {
    expect(
      readStartUp(["local database exists; no additional preparation required to restart container"]).decision,
    ).toBe("local-database");
  });

  it("goes on if the leader key still lives: Patroni restores all the same", () => {
    expect(readStartUp(["leader exists, no additional preparation required"]).decision).toBe("restores");
  });
});
