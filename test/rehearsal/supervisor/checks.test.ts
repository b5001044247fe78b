import { describe, expect, it } from "vitest";
import { apply } from "../../../src/rehearsal/world/apply.ts";
import type { WorldEvent } from "../../../src/rehearsal/world/apply.ts";
import { BUCKET } from "../../../src/rehearsal/world/foundation.ts";
import type { World } from "../../../src/rehearsal/world/world.ts";
import { inventory, tally, worldComplaints } from "../../../src/rehearsal/supervisor/checks.ts";
import { NEW, OLD, Scene } from "../world/scene.ts";

const SYSID = `backups/${OLD}/wal/sysids/sysid`;
const by = "somebody";

function complaintsAfter(...events: readonly WorldEvent[]): readonly string[] {
  const { world } = Scene.deleted();
  const watched = { before: inventory(world, OLD), requestsBefore: world.store.requests.length, old: OLD };
  const after = events.reduce<World>((now, event) => apply(now, event, now.now).world, world);
  return worldComplaints(after, watched);
}

describe("what the box says of a rehearsal", () => {
  it("is nothing if the source was only read", () => {
    const request = { by, operation: "get", bucket: BUCKET, key: SYSID, status: 200 } as const;
    const from = { bucket: BUCKET, key: SYSID };
    expect(
      complaintsAfter(
        { is: "store-request", request },
        { is: "copy-object", bucket: BUCKET, key: `backups/${NEW}/wal/sysids/sysid`, from, by },
      ),
    ).toEqual([]);
  });

  it("names every write and delete in the source archive, and what became of it", () => {
    const meaning = { is: "text", text: "7710593864283767006\n" } as const;
    const complaints = complaintsAfter(
      { is: "put-object", bucket: BUCKET, key: SYSID, meaning, by },
      { is: "delete-object", bucket: BUCKET, key: `backups/${OLD}/wal/wal_005/000000010000000000000004.lzo`, by },
    );
    expect(complaints).toHaveLength(4);
    expect(complaints.join("\n")).toContain(`put of ${SYSID} in the source archive by somebody (200)`);
    expect(complaints.join("\n")).toContain("000000010000000000000004.lzo is not what it was");
  });

  it("names an attempt that the store refused: the adapter has to refuse before", () => {
    const request = { by, operation: "delete", bucket: BUCKET, key: SYSID, status: 403 } as const;
    expect(complaintsAfter({ is: "store-request", request })).toEqual([
      `delete of ${SYSID} in the source archive by somebody (403)`,
    ]);
  });

  it("names a copy that was put back with the same bytes", () => {
    const key = `backups/${OLD}/wal/wal_005/000000010000000000000004.lzo`;
    expect(complaintsAfter({ is: "copy-object", bucket: BUCKET, key, from: { bucket: BUCKET, key }, by })).toHaveLength(
      1,
    );
  });

  it("names every call that nobody's adapter sends", () => {
    expect(complaintsAfter({ is: "stray", where: "shell of 10.58.111.15", what: "rm -rf /" })).toEqual([
      "unknown call to the shell of 10.58.111.15: rm -rf /",
    ]);
  });

  it("counts what the far side saw since the tool was started", () => {
    const scene = Scene.deleted();
    const since = scene.world.now;
    scene.stop().start();
    expect(tally(scene.world, since)).toEqual({ "docker stop": 1, "docker die": 1, "docker start": 1 });
  });
});
