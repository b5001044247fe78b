/** From the stop to the words of the started container (dingo.md §1.8, §1.11, §1.12, §3.4; real-parts.md §3). */
import { beforeEach, describe, expect, it } from "vitest";
import { copy } from "../../src/foundation/actions/archive/copy.ts";
import { setAside } from "../../src/foundation/actions/archive/set-aside.ts";
import { verifySource } from "../../src/foundation/actions/archive/verify-source.ts";
import { holdRestart, releaseRestart } from "../../src/foundation/actions/docker/hold-restart.ts";
import { startContainer } from "../../src/foundation/actions/docker/start-container.ts";
import { stopContainer } from "../../src/foundation/actions/docker/stop-container.ts";
import { checkBeforeStart } from "../../src/foundation/actions/recovery/check-before-start.ts";
import type { JsonObject } from "../../src/action.ts";
import { formatLocation } from "../../src/archive/names/location.ts";
import { RecoverError } from "../../src/errors.ts";
import { BUCKET, lzopLike, NEW, OLD, segment, SYSID } from "../archive/sample-archive.ts";
import { FakeCloudFoundry } from "../fakes/fake-cloud-foundry.ts";
import { cellInstance, DEPLOYMENT } from "../fakes/fake-director.ts";
import { FakeEtcd } from "../fakes/fake-etcd.ts";
import {
  CONTAINER,
  containerOf,
  CREATED_AT,
  DATA,
  FIRST_LIFE,
  NEW_GUID,
  NEW_SYSID,
  OLD_GUID,
  RUN,
  Scene,
  TARGET,
  WITH_ETCD,
} from "./scene.ts";

const INITIALIZE = `/service/${NEW_GUID}/initialize`;
const PREPARING = "restore_leader_if_missing> preparing patroni to restore this container from wal-e backups";

const SYSID_LACKING = "Target s3://x/wal/ missing /sysids/sysid for original 'Database system identifier'";

describe("stopping the container", () => {
  it("is done however it ended: images before 0.8.1 hear no SIGTERM and are killed, every time", async () => {
    const scene = new Scene().withNew();
    scene.cell.onStop = { exitCode: 137 };
    expect(await scene.perform(stopContainer, TARGET)).toMatchObject({ exit_code: 137 });
    expect(await scene.probe(stopContainer, TARGET)).toBe("done");
  });

  it("follows after its restart policy, so that no daemon brings it up over half an archive; at the end that is undone", async () => {
    const scene = new Scene().withNew();
    await scene.perform(holdRestart, TARGET);
    expect(scene.cell.containers.get(CONTAINER)?.restartPolicy).toBe("no");
    await scene.perform(releaseRestart, TARGET);
    expect(scene.cell.containers.get(CONTAINER)?.restartPolicy).toBe("always");
  });
});

let scene: Scene;
let input: JsonObject;
beforeEach(async () => {
  ({ scene, input } = await copied());
});

describe("the last look before the start", () => {
  it("finds everything as it was left", async () => {
    expect(await scene.perform(checkBeforeStart, input)).toEqual({ registrator: "not seen as a container" });
  });

  it("asks director, Cloud Foundry, etcd, cell and store at once, since the database is down meanwhile", async () => {
    const asked = new Set<string>();
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const late =
      <T>(who: string, look: () => Promise<T>): (() => Promise<T>) =>
      async () => {
        asked.add(who);
        await answered;
        return await look();
      };
    const { director, cf, etcd, cell, store } = scene;
    const [{ docker, files }, reader] = [cell, store.reader()];
    Object.assign(director, { locks: late("director", () => Promise.resolve([])) });
    Object.assign(cf, { getInstance: late("cf", () => FakeCloudFoundry.prototype.getInstance.call(cf, NEW_GUID)) });
    Object.assign(etcd, { get: (key: string) => late("etcd", () => FakeEtcd.prototype.get.call(etcd, key))() });
    Object.defineProperties(cell, {
      docker: { value: { ...docker, inspect: (name: string) => late("container", () => docker.inspect(name))() } },
      files: { value: { ...files, entries: (path: string) => late("directory", () => files.entries(path))() } },
    });
    const list: typeof reader.list = (bucket, prefix) => late("store", () => reader.list(bucket, prefix))();
    Object.assign(store, { reader: () => ({ ...reader, list }) });
    const looking = scene.perform(checkBeforeStart, input);
    // Every question that needs none of these answers has been asked by then.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect([...asked].sort()).toEqual(["cf", "container", "director", "directory", "etcd", "store"]);
    answer();
    expect(await looking).toEqual({ registrator: "not seen as a container" });
  });

  it("finds a container that somebody or a daemon started meanwhile", async () => {
    scene.cell.alter(CONTAINER, { startedAt: "2026-11-21T12:20:00Z" });
    await scene.refuses(checkBeforeStart, input, "guard-refused", /after it had been stopped/);
  });

  it("finds a leader key that came back", async () => {
    scene.etcd.keys.set(`/service/${NEW_GUID}/leader`, "somebody");
    await scene.refuses(checkBeforeStart, input, "guard-refused", /leader is "somebody"/);
  });

  it("finds a data directory that was filled again", async () => {
    scene.cell.directories.add(`${DATA}/postgres0`);
    await scene.refuses(checkBeforeStart, input, "guard-refused", /1 entry again/);
  });

  it("finds a node that an update of the service added while the broker counted none", async () => {
    scene.director.instanceList.push(cellInstance("1", "10.58.111.16", "cell_z2"));
    scene.addCell(1).put(containerOf(NEW_GUID, { name: "cf-00000000-0000-4000-8000-000000000000" }));
    await scene.refuses(checkBeforeStart, input, "guard-refused", /another node/);
  });

  it("finds a segment that somebody wrote into the copy", async () => {
    scene.store.seed(BUCKET, `${NEW.prefix}/wal_005/${segment(7)}.lzo`, lzopLike("new 7"));
    await scene.refuses(checkBeforeStart, input, "guard-refused", /1 foreign/);
  });

  it("finds a sysid that was replaced, though it has twenty bytes as the right one has", async () => {
    scene.store.seed(BUCKET, `${NEW.prefix}/sysids/sysid`, `${NEW_SYSID}\n`);
    await scene.refuses(checkBeforeStart, input, "guard-refused", /1 objects missing or changed/);
  });

  it("finds a director at work on the deployment", async () => {
    scene.director.taskList.push({
      id: 7,
      state: "processing",
      description: "create deployment",
      deployment: DEPLOYMENT,
    });
    await scene.refuses(checkBeforeStart, input, "platform-busy", /create deployment/);
  });
});

describe("starting the container", () => {
  it.each([
    ["another cluster's", NEW_SYSID],
    ["no", undefined],
  ])("is refused over %s initialize key", async (_what, value) => {
    if (value === undefined) scene.etcd.keys.delete(INITIALIZE);
    else scene.etcd.keys.set(INITIALIZE, value);
    await scene.refuses(startContainer, input, "guard-refused", /initialize is/);
  });

  it("goes on if the container says that it restores", async () => {
    scene.cell.onStart = () => ["startup> public :5432 address", PREPARING];
    expect(await scene.perform(startContainer, input)).toMatchObject({ decision: PREPARING });
    expect(scene.cell.changes).toEqual([`start ${CONTAINER}`]);
  });

  it.each([
    ["makes a new cluster, which would overwrite the copy", "INFO: initialized a new cluster"],
    ["misses the sysid object, and goes on all the same", SYSID_LACKING],
    ["finds a local database, and restores nothing", "local database exists; no additional preparation required"],
    ["finds no backup", "new cluster, no existing backup to restore"],
  ])("ends at once if it %s", async (_what, line) => {
    scene.cell.onStart = () => [PREPARING, line];
    await scene.fails(startContainer, input, "proof-failed", /did not restore/);
    expect(scene.cell.changes).toEqual([`start ${CONTAINER}`, `stop ${CONTAINER}`]);
  });

  it("ends if it finds no address of its own and says nothing: no registrator", async () => {
    scene.cell.onStart = () => ["startup> failed to look up container in etcd"];
    await scene.fails(startContainer, input, "proof-failed", /failed to look up container in etcd. It is exited/);
    expect(scene.cell.changes).toEqual([`start ${CONTAINER}`, `stop ${CONTAINER}`]);
  });

  it("goes on over a log that says nothing of it, as another image's may: the proof asks the database", async () => {
    scene.cell.database.up = false;
    scene.cell.onStart = () => ["entrypoint: hello"];
    expect(await scene.perform(startContainer, input)).toMatchObject({ decision: expect.stringMatching(/proof asks/) });
    expect(scene.cell.changes).toEqual([`start ${CONTAINER}`]);
  });

  it("stops a database of another identity at once, whose image says nothing of what it does", async () => {
    Object.assign(scene.cell.database, { systemId: NEW_SYSID });
    scene.cell.onStart = () => ["entrypoint: hello"];
    await scene.fails(startContainer, input, "proof-failed", /did not restore/);
    expect(scene.cell.changes).toEqual([`start ${CONTAINER}`, `stop ${CONTAINER}`]);
    // It archives over the copy from its first segment on: nothing is waited for.
    expect(scene.clock.sleeps).toEqual([]);
  });

  it("never stops a database that has the archive's identity, whatever its log says", async () => {
    Object.assign(scene.cell.database, { systemId: SYSID, inRecovery: true });
    scene.cell.onStart = () => ["local database exists; no additional preparation required to restart container"];
    expect(await scene.perform(startContainer, input)).toMatchObject({ decision: expect.stringMatching(/identifier/) });
    expect(scene.cell.changes).toEqual([`start ${CONTAINER}`]);
  });

  it("holds in any later life of the container: the proof looks at the one that runs", async () => {
    scene.cell.onStart = () => [PREPARING];
    const output = startContainer.output.parse(await scene.perform(startContainer, input));
    scene.cell.alter(CONTAINER, { startedAt: "2026-11-21T12:40:00Z" });
    expect(await startContainer.verify?.(scene.context, startContainer.input.parse(input), output)).toMatchObject({
      holds: true,
      evidence: expect.stringMatching(/started again since/) as string,
    });
    scene.cell.alter(CONTAINER, { running: false, status: "exited" });
    const ended = await startContainer.verify?.(scene.context, startContainer.input.parse(input), output);
    expect(ended).toMatchObject({ holds: false });
    expect(ended).not.toHaveProperty("stays");
  });

  it("that has ended with a restore begun is not offered again: its own guard would refuse it", async () => {
    scene.cell.onStart = () => [PREPARING];
    const output = startContainer.output.parse(await scene.perform(startContainer, input));
    scene.cell.alter(CONTAINER, { running: false, status: "exited" });
    scene.cell.directories.add(`${DATA}/postgres0`);
    expect(await startContainer.verify?.(scene.context, startContainer.input.parse(input), output)).toMatchObject({
      holds: false,
      stays: expect.stringMatching(/holds 1 entry again/) as string,
    });
  });

  it("that Docker refuses, since the host port was taken meanwhile, is an error and did not happen", async () => {
    scene.cell.onStart = () => {
      scene.cell.alter(CONTAINER, { running: false, status: "exited", startedAt: FIRST_LIFE });
      throw new RecoverError("command-failed", "port is already allocated", { remedy: "Look." });
    };
    await scene.fails(startContainer, input, "command-failed", /already allocated/);
    expect(await scene.probe(startContainer, input)).toBe("not-done");
  });
});

describe("a start after one that was cut off before it reached Docker", () => {
  const ways: readonly (readonly [string, (scene: Scene) => void, RegExp])[] = [
    [
      "a segment was written into the copy",
      (scene) => scene.store.seed(BUCKET, `${NEW.prefix}/wal_005/${segment(7)}.lzo`, lzopLike("new 7")),
      /1 foreign/,
    ],
    ["a leader came back", (scene) => scene.etcd.keys.set(`/service/${NEW_GUID}/leader`, "x"), /leader is "x"/],
    [
      "a node was added",
      (scene) => {
        scene.director.instanceList.push(cellInstance("1", "10.58.111.16", "cell_z2"));
        scene.addCell(1).put(containerOf(NEW_GUID, { name: "cf-00000000-0000-4000-8000-000000000000" }));
      },
      /another node/,
    ],
    ["the data directory was filled", (scene) => scene.cell.directories.add(`${DATA}/postgres0`), /1 entry again/],
  ];

  it.each(ways)("is refused if %s meanwhile", async (_what, change, message) => {
    await scene.context.record("starting", { stopped_life: FIRST_LIFE });
    expect(await scene.probe(startContainer, input)).toBe("not-done");
    change(scene);
    await scene.refuses(startContainer, input, "guard-refused", message);
  });

  it("is refused over what its own start has begun when it did not restore, and says how to go on", async () => {
    await scene.context.record("starting", { stopped_life: FIRST_LIFE });
    await scene.context.record("did-not-restore", { life: FIRST_LIFE });
    await scene.context.record("end-told", { life: FIRST_LIFE });
    scene.cell.directories.add(`${DATA}/postgres0`);
    await expect(scene.perform(startContainer, input)).rejects.toMatchObject({
      code: "guard-refused",
      message: expect.stringContaining("has begun a database when it did not restore") as string,
      remedy: expect.stringContaining(`dingo-recover undo ${RUN}`) as string,
    });
    expect(scene.cell.changes).toEqual([]);
  });

  it("is refused if somebody else started the container, which runs", async () => {
    scene.cell.alter(CONTAINER, { running: true, status: "running", startedAt: "2026-11-21T12:20:00Z" });
    await scene.refuses(startContainer, input, "guard-refused", /this run did not start it/);
  });
});

describe("a container that does not restore", () => {
  it.each([
    ["what it says", ["logs"], [`start ${CONTAINER}`, `stop ${CONTAINER}`]],
    ["the start", ["start"], [`start ${CONTAINER}`, `stop ${CONTAINER}`]],
    ["the stop", ["stop"], [`start ${CONTAINER}`, `stop ${CONTAINER}`]],
  ] as const)(
    "is stopped, told of and left stopped, without a doubt, where the answer to %s was lost",
    async (_what, lost, changes) => {
      scene.cell.onStart = () => ["INFO: initialized a new cluster"];
      scene.cell.lostAnswers.push(...lost);
      await scene.fails(startContainer, input, "unreachable", /was lost/);
      // The engine runs it again, after this probe, within the same process.
      expect(await scene.probe(startContainer, input)).toBe("partly");
      await scene.fails(startContainer, input, "proof-failed", /did not restore/);
      expect(await scene.probe(startContainer, input)).toBe("partly");
      expect(scene.cell.changes).toEqual(changes);
    },
  );

  it("is started again by a later attempt alone, over a copy that is still whole", async () => {
    scene.cell.onStart = () => [SYSID_LACKING];
    await scene.fails(startContainer, input, "proof-failed", /did not restore/);
    scene.cell.onStart = () => [PREPARING];
    expect(await scene.perform(startContainer, input)).toMatchObject({ decision: PREPARING });
  });
});

/** Everything up to the last look was done, by the actions themselves. */
async function copied(): Promise<{ scene: Scene; input: JsonObject }> {
  const scene = new Scene().withNew().withOldArchive().stopped();
  const at = { ...TARGET, source: formatLocation(OLD), target: formatLocation(NEW) };
  const found = await scene.perform(verifySource, { guid: OLD_GUID, archive: "", deleted_at: "", accept_loss: 0 });
  const baseline = found["baseline"] ?? null;
  await scene.perform(setAside, { ...at, created_at: CREATED_AT, run: RUN });
  await scene.perform(copy, { ...at, baseline });
  scene.swapped();
  return { scene, input: { ...WITH_ETCD, system_id: SYSID, stopped_life: FIRST_LIFE, target: at.target, baseline } };
}
