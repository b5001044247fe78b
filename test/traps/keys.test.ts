/** The keys in etcd: the new instance's, PUT and not deleted, and never before the old ones are gone (dingo.md §0, §1.10). */
import { describe, expect, it } from "vitest";
import { removeOptime } from "../../src/foundation/actions/etcd/remove-optime.ts";
import { setInitialize } from "../../src/foundation/actions/etcd/set-initialize.ts";
import { waitKeysGone } from "../../src/foundation/actions/etcd/wait-keys-gone.ts";
import { SYSID } from "../archive/sample-archive.ts";
import { NEW_GUID, NEW_SYSID, NODE, OLD_GUID, Scene, WITH_ETCD } from "./scene.ts";

const INPUT = { ...WITH_ETCD, system_id: SYSID };
const INITIALIZE = `/service/${NEW_GUID}/initialize`;
const OPTIME = `/service/${NEW_GUID}/optime/leader`;
const OWN_MEMBER = `/service/${NEW_GUID}/members/${NODE}`;

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
    await scene.refuses(setInitialize, INPUT, "guard-refused", /is not what it was/);
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
  it("of a container that was killed are waited for until the leader's time is over", async () => {
    const scene = new Scene().withNew().stopped();
    scene.etcd.lease(`/service/${NEW_GUID}/leader`, NODE, 30_000);
    scene.etcd.lease(OWN_MEMBER, "{}", 60_000);
    expect(await scene.perform(waitKeysGone, WITH_ETCD)).toEqual({ waited_seconds: 30 });
  });

  it("keep nobody waiting for the member key of the stopped container itself: its next start has the same name", async () => {
    const scene = new Scene().withNew().stopped();
    scene.etcd.lease(OWN_MEMBER, "{}", 30_000);
    expect(await scene.perform(waitKeysGone, WITH_ETCD)).toEqual({ waited_seconds: 0 });
    expect(scene.etcd.keys.has(OWN_MEMBER)).toBe(true);
  });

  it("of another node that has just gone are waited for, whose name only begins alike too", async () => {
    const scene = new Scene().withNew().stopped();
    scene.etcd.lease(`${OWN_MEMBER}-2`, "{}", 20_000);
    expect(await scene.perform(waitKeysGone, WITH_ETCD)).toEqual({ waited_seconds: 20 });
  });

  it("that do not go away mean that another node runs", async () => {
    const scene = new Scene().withNew().stopped();
    scene.etcd.keys.set(`/service/${NEW_GUID}/members/another`, "{}");
    await scene.refuses(waitKeysGone, WITH_ETCD, "deadline-passed", /members\/another/);
  });

  it.each([
    ["of a leader", `/service/${NEW_GUID}/leader`],
    ["of another node", `/service/${NEW_GUID}/members/another`],
  ])("%s that came back are no fact that holds", async (_whose, key) => {
    const scene = new Scene().withNew().stopped();
    const output = await scene.perform(waitKeysGone, WITH_ETCD);
    scene.etcd.keys.set(OWN_MEMBER, "{}");
    const look = async (): Promise<unknown> =>
      waitKeysGone.verify?.(scene.context, waitKeysGone.input.parse(WITH_ETCD), output);
    expect(await look()).toMatchObject({ holds: true });
    scene.etcd.keys.set(key, "{}");
    expect(await look()).toMatchObject({ holds: false, evidence: expect.stringContaining(key) as string });
  });
});
