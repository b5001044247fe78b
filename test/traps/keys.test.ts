/** The keys in etcd: the new instance's, PUT and not deleted, and never before the old ones are gone (dingo.md §0, §1.10). */
import { describe, expect, it } from "vitest";
import { removeOptime } from "../../src/actions/etcd/remove-optime.js";
import { setInitialize } from "../../src/actions/etcd/set-initialize.js";
import { waitKeysGone } from "../../src/actions/etcd/wait-keys-gone.js";
import { SYSID } from "../archive/sample-archive.js";
import { failure, NEW_GUID, NEW_SYSID, OLD_GUID, Scene, WITH_ETCD } from "./scene.js";

const INPUT = { ...WITH_ETCD, system_id: SYSID };
const INITIALIZE = `/service/${NEW_GUID}/initialize`;
const OPTIME = `/service/${NEW_GUID}/optime/leader`;

describe("the initialize key", () => {
  it("is that of the new instance: whatever a deleted one left stays untouched", async () => {
    const scene = new Scene().withNew().stopped();
    scene.etcd.keys.set(`/service/${OLD_GUID}/initialize`, SYSID);
    await scene.perform(setInitialize, INPUT);
    await scene.perform(removeOptime, WITH_ETCD);
    expect(scene.etcd.changes).toEqual([`set ${INITIALIZE}`, `delete ${OPTIME}`]);
  });

  it("is PUT and never deleted, so that no stale file of the container's first life can fill it", async () => {
    const scene = new Scene().withNew().stopped();
    await scene.perform(setInitialize, INPUT);
    expect(scene.etcd.keys.get(INITIALIZE)).toBe(SYSID);
    expect(scene.etcd.changes).toEqual([`set ${INITIALIZE}`]);
  });

  it("has its former value in the journal, as the way back", async () => {
    const scene = new Scene().withNew().stopped();
    await scene.perform(setInitialize, INPUT);
    expect(scene.context.records("key-changed")).toEqual([{ key: INITIALIZE, before: NEW_SYSID, after: SYSID }]);
  });

  it("is not written over a value that came in between", async () => {
    const scene = new Scene().withNew().stopped();
    scene.etcd.interlude = () => scene.etcd.keys.set(INITIALIZE, "1111111111111111111");
    await expect(scene.perform(setInitialize, INPUT)).rejects.toEqual(failure("guard-refused", /is not what it was/));
    expect(scene.etcd.changes).toEqual([]);
  });

  it.each(["", "12345", "6262740190985621594\n", "<step.output>"])("never becomes %j", async (system_id) => {
    const scene = new Scene().withNew().stopped();
    await expect(scene.perform(setInitialize, { ...INPUT, system_id })).rejects.toThrow();
    expect(scene.etcd.changes).toEqual([]);
  });
});

describe("the last position of the fresh database", () => {
  it("is removed, with its value in the journal before", async () => {
    const scene = new Scene().withNew().stopped();
    expect(await scene.perform(removeOptime, WITH_ETCD)).toEqual({ removed: "83886336" });
    expect(scene.context.records("key-removed")).toEqual([{ key: OPTIME, value: "83886336" }]);
    expect(scene.etcd.keys.has(OPTIME)).toBe(false);
  });

  it("that is absent already is done, not an error", async () => {
    const scene = new Scene().withNew().stopped();
    scene.etcd.keys.delete(OPTIME);
    expect(await scene.perform(removeOptime, WITH_ETCD)).toEqual({ removed: null });
    expect(await scene.probe(removeOptime, WITH_ETCD)).toBe("done");
  });
});

describe("leader and member keys", () => {
  it("of a container that was killed are waited for until their time is over", async () => {
    const scene = new Scene().withNew().stopped();
    scene.etcd.lease(`/service/${NEW_GUID}/leader`, "node", 30_000);
    scene.etcd.lease(`/service/${NEW_GUID}/members/node`, "{}", 30_000);
    expect(await scene.perform(waitKeysGone, WITH_ETCD)).toEqual({ waited_seconds: 30 });
  });

  it("that do not go away mean that another node runs", async () => {
    const scene = new Scene().withNew().stopped();
    scene.etcd.keys.set(`/service/${NEW_GUID}/members/another`, "{}");
    await expect(scene.perform(waitKeysGone, WITH_ETCD)).rejects.toEqual(
      failure("deadline-passed", /members\/another/),
    );
  });
});
