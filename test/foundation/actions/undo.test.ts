/** The way back of each step, on fakes: the effects taken back, the left-overs, and the unknowns. */
import { describe, expect, it } from "vitest";
import type { AnyAction, JsonObject, Taken, UndoProbe, WayBack } from "../../../src/action.ts";
import { copy } from "../../../src/foundation/actions/archive/copy.ts";
import { setAside } from "../../../src/foundation/actions/archive/set-aside.ts";
import { keepListing } from "../../../src/foundation/actions/archive/evidence-listing.ts";
import { bindApp } from "../../../src/foundation/actions/cf/bind-app.ts";
import { createService } from "../../../src/foundation/actions/cf/create-service.ts";
import { setDataAside } from "../../../src/foundation/actions/docker/set-data-aside.ts";
import { removeOptime } from "../../../src/foundation/actions/etcd/remove-optime.ts";
import { setInitialize } from "../../../src/foundation/actions/etcd/set-initialize.ts";
import { REGISTRY } from "../../../src/wiring/registry.ts";
import { parseLocation } from "../../../src/archive/names/location.ts";
import { BUCKET, NEW, OLD, SYSID } from "../../archive/sample-archive.ts";
import { DATA, NEW_GUID, NEW_SYSID, RUN, type Scene, SPACE, TAG, TARGET, WITH_ETCD } from "../../traps/scene.ts";
import { asideInput, baselineOf, copied, emptied, fresh, stopped } from "../../wiring/mutations/worlds.ts";
import { WANTED } from "../../wiring/mutations/cloud-foundry.ts";

type Erased = WayBack<never, JsonObject>;

function wayOf(action: AnyAction): Erased {
  if (action.effect === "read" || action.undo === undefined || "leaves" in action.undo)
    throw new Error(`${action.id} has no way back`);
  return action.undo;
}

/** Guard, then the way back, then the left-overs, as the engine does. */
async function undo(scene: Scene, action: AnyAction, input: JsonObject, output?: JsonObject): Promise<UndoProbe> {
  const taken = { input: action.input.parse(input), output } as Taken<never, JsonObject>;
  const way = wayOf(action);
  const before = await way.probe(scene.context, taken);
  if (before.state === "done" || before.state === "unknown") return before;
  await way.guard(scene.context, taken);
  await way.run(scene.context, taken);
  return await way.probe(scene.context, taken);
}

const names = async ({ store }: Scene, prefix: string): Promise<string[]> =>
  (await store.reader().list(BUCKET, prefix)).map(({ key, etag }) => `${key.slice(prefix.length)} ${etag}`);

it("every action that changes the world has a way back or says what it leaves, but for those of the cleanup", () => {
  const without = [...REGISTRY.values()].filter((action) => action.effect !== "read" && action.undo === undefined);
  expect(without.map(({ id }) => id).sort()).toEqual([
    "archive.delete-aside",
    "docker.delete-aside",
    "scratch.delete-copy",
  ]);
});

it("every way back prints its commands and says its cost in a sentence", async () => {
  const scene = await emptied();
  const inputs: readonly (readonly [AnyAction, JsonObject])[] = [
    [setAside, asideInput],
    [copy, await baselineOf(scene)],
    [setInitialize, { ...WITH_ETCD, system_id: SYSID }],
    [removeOptime, WITH_ETCD],
    [setDataAside, { ...TARGET, run: RUN }],
  ];
  for (const [action, input] of inputs) {
    const way = wayOf(action);
    if (action === setInitialize || action === removeOptime) await scene.perform(action, input);
    const commands = way.describe(action.input.parse(input), RUN, {
      records: (kind: string) => scene.context.records(kind),
      output: undefined,
    });
    expect(commands.length).toBeGreaterThan(0);
    expect(JSON.stringify(commands)).not.toContain("<");
    expect(way.cost).toMatch(/^[a-z][^.]+[^.]$/);
  }
});

describe("the archive", () => {
  it("comes back as it was from a move that was whole, or cut in its middle", async () => {
    for (const cut of [undefined, 5, 10]) {
      const scene = stopped();
      const before = await names(scene, `${NEW.prefix}/`);
      if (cut !== undefined) scene.store.dieAfterChanges = scene.store.changes.length + cut;
      await scene.perform(setAside, asideInput).catch(() => undefined);
      scene.store.dieAfterChanges = Number.POSITIVE_INFINITY;
      expect((await undo(scene, setAside, asideInput)).state).toBe("done");
      expect(await names(scene, `${NEW.prefix}/`)).toEqual(before);
    }
  });

  it("is not put back over something else: that is for a person", async () => {
    const scene = await emptied();
    scene.store.seed(BUCKET, `${NEW.prefix}/sysids/sysid`, "foreign\n");
    expect(await undo(scene, setAside, asideInput)).toMatchObject({ state: "unknown" });
  });

  it("that was copied is moved aside whole, with what came to it, and the source stays", async () => {
    const scene = await copied();
    const source = await names(scene, `${OLD.prefix}/`);
    scene.store.seed(BUCKET, `${NEW.prefix}/wal_005/00000002.history.lzo`, "later");
    expect((await undo(scene, copy, await baselineOf(scene))).state).toBe("done");
    expect(await names(scene, `${NEW.prefix}/`)).toEqual([]);
    expect(await names(scene, `backups/${NEW_GUID}/dingo-recover/${RUN}/undone/`)).toHaveLength(source.length + 1);
    expect(await names(scene, `${OLD.prefix}/`)).toEqual(source);
  });

  it("is in doubt if a plan that the journal has lost moved it, and the instance's own may be back in its place", async () => {
    const scene = await copied();
    const baseline = await baselineOf(scene);
    await undo(scene, copy, baseline);
    expect((await undo(scene, setAside, asideInput)).state).toBe("done");
    const kept = scene.context.notes.findIndex(({ kind }) => kind === "undone-plan");
    scene.context.notes.splice(kept, 1);
    const way = wayOf(copy);
    const found = await way.probe(scene.context, { input: copy.input.parse(baseline), output: undefined });
    expect(found).toMatchObject({
      state: "unknown",
      evidence: expect.stringMatching(/the journal has no plan$/) as string,
    });
  });

  it("is not touched while the container runs", async () => {
    const scene = await copied();
    scene.cell.alter(TARGET.container, { running: true, status: "running" });
    await expect(undo(scene, copy, await baselineOf(scene))).rejects.toMatchObject({ code: "guard-refused" });
  });
});

describe("a journal that was written by another hand", () => {
  const OTHER = "99999999-aaaa-4bbb-8ccc-dddddddddddd";
  const other = `backups/${OTHER}/wal`;
  const aside = { ...asideInput, target: `s3://${BUCKET}/${other}` };

  async function expectRefused(scene: Scene, action: AnyAction, input: JsonObject, code: string): Promise<void> {
    const before = scene.store.changes.length;
    const taken = { input: action.input.parse(input), output: undefined } as Taken<never, JsonObject>;
    const way = wayOf(action);
    await expect(way.guard(scene.context, taken)).rejects.toMatchObject({ code });
    await expect(way.run(scene.context, taken)).rejects.toMatchObject({ code });
    expect(scene.store.changes).toHaveLength(before);
  }

  it("moves nothing of an instance that is not its own", async () => {
    const scene = await copied();
    scene.store.seed(BUCKET, `${other}/sysids/sysid`, "theirs");
    await expectRefused(scene, copy, { ...(await baselineOf(scene)), target: aside.target }, "guard-refused");
    await expectRefused(scene, setAside, aside, "guard-refused");
    expect(await names(scene, `${other}/`)).toHaveLength(1);
  });

  it("moves nothing if the source is the target", async () => {
    const scene = await copied();
    const same = { ...(await baselineOf(scene)), source: asideInput.target };
    await expectRefused(scene, copy, same, "source-protected");
    await expectRefused(scene, setAside, { ...asideInput, source: asideInput.target }, "source-protected");
  });

  it.each([
    ["undone-plan", copy],
    ["aside-plan", setAside],
  ])("moves nothing by a listing of another place (%s)", async (note, action) => {
    const scene = action === copy ? await copied() : stopped();
    scene.store.seed(BUCKET, `${other}/sysids/sysid`, "theirs");
    const objects = await scene.store.reader().list(BUCKET, `${other}/`);
    const location = parseLocation(aside.target);
    const listing = await keepListing(scene.context, { name: "their-listing", location, objects });
    await scene.context.record(note, { listing: { ...listing }, to: aside.target });
    const input = action === copy ? await baselineOf(scene) : asideInput;
    await expectRefused(scene, action, input, "guard-refused");
  });

  it("puts no key back that is another instance's", async () => {
    for (const [note, action, more] of [
      ["key-changed", setInitialize, { system_id: SYSID }],
      ["key-removed", removeOptime, {}],
    ] as const) {
      const scene = stopped();
      const key = `/service/${OTHER}/initialize`;
      scene.etcd.keys.set(key, "theirs");
      await scene.context.record(note, { key, before: "mine", value: "mine" });
      await expectRefused(scene, action, { ...WITH_ETCD, ...more }, "guard-refused");
      expect(scene.etcd.keys.get(key)).toBe("theirs");
    }
  });
});

describe("a key in etcd", () => {
  const KEY = `/service/${NEW_GUID}/initialize`;
  const input = { ...WITH_ETCD, system_id: SYSID };

  it("gets the value back that the journal holds", async () => {
    const scene = stopped();
    await scene.perform(setInitialize, input);
    expect((await undo(scene, setInitialize, input)).state).toBe("done");
    expect(scene.etcd.keys.get(KEY)).toBe(NEW_SYSID);
  });

  it("is put back by hand as by the tool: with the journal's value, and a compare if there is one now", async () => {
    const scene = stopped();
    await scene.perform(setInitialize, input);
    const left = { records: (kind: string) => scene.context.records(kind), output: undefined };
    const describe = wayOf(setInitialize).describe(setInitialize.input.parse(input), RUN, left);
    expect(describe).toMatchObject([
      { line: expect.stringMatching(`^printf %s ${NEW_SYSID} \\| curl .* -X PUT .*/initialize"\\$`) as string },
    ]);
    expect(describe[0]?.line.endsWith('/initialize"${NOW:+?prevValue=$NOW}"')).toBe(true);
    expect(describe[0]?.variables).toMatchObject([{ name: "NOW" }]);
  });

  it("with a third value is nobody's to change", async () => {
    const scene = stopped();
    await scene.perform(setInitialize, input);
    scene.etcd.keys.set(KEY, "1111111111111111111");
    expect((await undo(scene, setInitialize, input)).state).toBe("unknown");
  });

  it("that was removed comes back, over what the recovered database wrote there", async () => {
    const scene = stopped();
    const optime = `/service/${NEW_GUID}/optime/leader`;
    const before = scene.etcd.keys.get(optime);
    await scene.perform(removeOptime, WITH_ETCD);
    scene.etcd.keys.set(optime, "402653280");
    expect((await undo(scene, removeOptime, WITH_ETCD)).state).toBe("done");
    expect(scene.etcd.keys.get(optime)).toBe(before);
  });

  it("that was not there yet goes away again: a new instance that is behind it would never lead", async () => {
    const scene = stopped();
    const optime = `/service/${NEW_GUID}/optime/leader`;
    scene.etcd.keys.delete(optime);
    const output = await scene.perform(removeOptime, WITH_ETCD);
    scene.etcd.keys.set(optime, "402653280");
    expect((await undo(scene, removeOptime, WITH_ETCD, output)).state).toBe("done");
    expect(scene.etcd.keys.has(optime)).toBe(false);
  });

  it("that the step never changed is left alone", async () => {
    const scene = stopped();
    expect((await undo(scene, setInitialize, input)).state).toBe("done");
    expect(scene.etcd.keys.get(KEY)).toBe(NEW_SYSID);
  });
});

describe("the data directory", () => {
  const input = { ...TARGET, run: RUN };

  it("comes back, and the recovered one is kept beside it", async () => {
    const scene = stopped();
    const output = await scene.perform(setDataAside, input);
    scene.cell.directories.add(`${DATA}/postgres0`);
    expect((await undo(scene, setDataAside, input, output)).state).toBe("done");
    expect(await scene.cell.files.kind(`${DATA}.${TAG}-undone`)).toBe("directory");
    expect(await scene.cell.files.kind(`${DATA}.${TAG}`)).toBe("absent");
  });

  it("that somebody took away meanwhile is a doubt, not a success", async () => {
    const scene = stopped();
    const output = await scene.perform(setDataAside, input);
    await scene.cell.files.removeTree(`${DATA}.${TAG}`);
    expect(await undo(scene, setDataAside, input, output)).toMatchObject({ state: "unknown", evidence: /is gone/ });
  });
});

describe("in Cloud Foundry", () => {
  const bind = {
    guid: NEW_GUID,
    org: "shop",
    space: "prod",
    space_guid: SPACE.guid,
    name: "important-db",
    app: "web",
  };

  it("only a binding that this run asked for is taken away", async () => {
    for (const ours of [true, false]) {
      const scene = fresh();
      scene.cf.appList.push({ guid: "web-guid", name: "web", state: "STARTED" });
      if (!ours)
        await scene.cf.bindService({
          ...{ in: { org: "shop", space: "prod" }, instance: "important-db", guid: NEW_GUID },
          app: "web",
        });
      await scene.perform(bindApp, bind);
      expect((await undo(scene, bindApp, bind)).state).toBe("done");
      expect(await scene.cf.bindings(NEW_GUID)).toHaveLength(ours ? 0 : 1);
    }
  });

  it("a created instance gives its name back and is not deleted", async () => {
    const scene = fresh();
    expect((await undo(scene, createService, WANTED)).state).toBe("done");
    expect(scene.cf.instances.map(({ guid, name }) => [guid, name])).toEqual([[NEW_GUID, `important-db-${TAG}`]]);
  });

  it("the instance that was created is the one of its GUID, not another with our tag", async () => {
    const scene = fresh();
    const [own] = scene.cf.instances;
    if (own === undefined) throw new Error("the scene has no instance");
    scene.cf.instances.unshift({ ...own, guid: "99999999-aaaa-4bbb-8ccc-dddddddddddd", name: "other-db" });
    const place = { org: "shop", space: "prod", space_guid: SPACE.guid, offering: "dingo-postgresql", plan: "cluster" };
    const output = { guid: NEW_GUID, name: "important-db", created_at: own.createdAt };
    const input = { ...place, name: "important-db", run: RUN };
    expect((await undo(scene, createService, input, output)).state).toBe("done");
    expect(scene.cf.instances.map(({ name }) => name)).toEqual(["other-db", `important-db-${TAG}`]);
  });
});
