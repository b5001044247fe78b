/**
 * The moment before the window of a recovery, on fakes: OLD is deleted and its archive whole, NEW was created by this
 * run with one node and has made its first backup. A test changes one thing and runs one action, guard first, as the
 * engine does.
 */
import { expect } from "vitest";
import type { AnyAction, JsonObject } from "../../src/action.ts";
import { containerDataDirectory } from "../../src/kit/commands/host-commands.ts";
import type { ErrorCode } from "../../src/errors.ts";
import type { Container } from "../../src/ports/cells.ts";
import type { LogFiles } from "../../src/ports/log-files.ts";
import type { LogSearch } from "../../src/ports/log-search.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { BUCKET, NEW, OLD, SYSID, seedArchive, stamp } from "../archive/sample-archive.ts";
import { FakeCell, FakeCells } from "../fakes/fake-cell.ts";
import { FakeCloudFoundry } from "../fakes/fake-cloud-foundry.ts";
import { cellInstance, DEPLOYMENT, FakeDirector } from "../fakes/fake-director.ts";
import { FakeEtcd } from "../fakes/fake-etcd.ts";
import { FakeDockerHosts } from "../fakes/fake-docker-hosts.ts";
import { FakeScratch } from "../fakes/fake-scratch.ts";
import { MemoryObjectStore } from "../fakes/memory-object-store.ts";
import { StepContext } from "../fakes/step-context.ts";
import { StreamedLogs } from "../fakes/streamed-logs.ts";
import { StillClock } from "../fakes/still-clock.ts";

export const OLD_GUID = "6e101b27-19ff-4af8-8fa4-fd1a09a4c6a8";
export const NEW_GUID = "78218ded-8a4f-4b83-9b16-6f5d3c1f0a11";
export const NODE = "52167ceb-a9f7-4f3e-8fc0-0d2a6b1c9e55";
export const CONTAINER = `cf-${NODE}`;
export const RUN = "20261121-1200-abcd";
export const TAG = `dingo-recover-${RUN}`;
export const NEW_SYSID = "7710592790500450521";
export const DATA = containerDataDirectory(CONTAINER);
export const FIRST_LIFE = "2026-11-21T12:00:00Z";
export const SPACE = { guid: "space-guid", name: "prod", orgGuid: "org-guid", orgName: "shop" };

/** The input of every step of the window. */
export const TARGET = { guid: NEW_GUID, deployment: DEPLOYMENT, cell: "cell_z1/0", container: CONTAINER };
export const WITH_ETCD = { ...TARGET, etcd: "10.58.111.10:4001" };
export const CREATED_AT = stamp(-10);

export class Scene {
  readonly cf = new FakeCloudFoundry();
  readonly director = new FakeDirector();
  readonly etcd = new FakeEtcd();
  readonly cells = new FakeCells();
  readonly store = new MemoryObjectStore();
  readonly logStores: LogSearch[] = [];
  readonly scratch = new FakeScratch();
  readonly docker = new FakeDockerHosts();
  readonly clock = new StillClock(Date.UTC(2026, 10, 21, 12), (ms) => this.etcd.pass(ms));
  readonly cell: FakeCell;
  readonly context: StepContext;

  constructor(logs: LogFiles = new StreamedLogs([])) {
    this.cf.spaces.push(SPACE);
    this.cf.plans.push({ guid: "plan-guid", name: "cluster", offering: "dingo-postgresql", available: true });
    this.director.instanceList.push(cellInstance("0", "10.58.111.15"));
    this.cell = this.addCell(0);
    const settings = { bucket: BUCKET };
    const { clock, cf, director, cells, store, logStores } = this;
    const { scratch, docker } = this;
    const ports: Ports = { clock, cf, director, cells, store, logs, logStores, scratch, docker, settings };
    const startedAt = new Date(Date.UTC(2026, 10, 21, 11, 55));
    const target = "shop/prod/important-db";
    this.context = new StepContext(ports, { id: RUN, epoch: 1, startedAt, operator: "ann", target, rehearsal: false });
  }

  /** The cell of the director's instance with that index. */
  addCell(index: number): FakeCell {
    const instance = this.director.instanceList[index];
    if (instance === undefined) throw new Error("the director has no such cell");
    const cell = new FakeCell(instance, this.etcd);
    this.cells.all.push(cell);
    return cell;
  }

  /** NEW as its broker made it: running, leading, backed up once. */
  withNew(): this {
    this.cf.instances.push({
      guid: NEW_GUID,
      kind: "managed",
      name: "important-db",
      spaceGuid: SPACE.guid,
      tags: [TAG],
      createdAt: CREATED_AT,
      lastOperation: { type: "create", state: "succeeded", description: "" },
      planGuid: "plan-guid",
    });
    this.cell.put(containerOf(NEW_GUID));
    for (const path of [DATA, `${DATA}/postgres0`, `${DATA}/postgres0/global`]) this.cell.directories.add(path);
    this.etcd.keys.set(`/service/${NEW_GUID}/initialize`, NEW_SYSID);
    this.etcd.keys.set(`/service/${NEW_GUID}/optime/leader`, "83886336");
    seedArchive(this.store, { at: NEW, cluster: "new", sysid: NEW_SYSID, segments: [1, 2, 3] });
    return this;
  }

  withOldArchive(segments = [1, 2, 3, 4, 5, 6], sysid = SYSID): this {
    seedArchive(this.store, { at: OLD, segments, sysid, whole: true });
    return this;
  }

  /** The container as the stop of this run left it. */
  stopped(): this {
    this.cell.alter(CONTAINER, { running: false, status: "exited", exitCode: 0 });
    return this;
  }

  /** All that stands between the stop and the start is done. */
  swapped(): this {
    this.stopped();
    this.cell.directories.clear();
    this.cell.directories.add(DATA);
    this.etcd.keys.clear();
    this.etcd.keys.set(`/service/${NEW_GUID}/initialize`, SYSID);
    return this;
  }

  /** Guard, then the work. */
  async perform(action: AnyAction, input: JsonObject): Promise<JsonObject> {
    const parsed = action.input.parse(input);
    if (action.effect !== "read") await action.guard?.(this.context, parsed);
    return await action.run(this.context, parsed);
  }

  /** Ends with the error of that code, whose message reads so. */
  async fails(action: AnyAction, input: JsonObject, code: ErrorCode, message: RegExp): Promise<void> {
    await expect(this.perform(action, input)).rejects.toEqual(failure(code, message));
  }

  /** The same, and nothing was changed anywhere. */
  async refuses(action: AnyAction, input: JsonObject, code: ErrorCode, message: RegExp): Promise<void> {
    const before = this.changes;
    await this.fails(action, input, code, message);
    expect(this.changes).toEqual(before);
  }

  /** All changes that the far sides have noted, by any caller. */
  get changes(): readonly string[] {
    const { cf, cell, etcd, store, scratch, docker } = this;
    const bindings = [...cf.bindingList.values()].flat().map(({ guid }) => guid);
    const created = [...cf.spacesMade, ...cf.creates.map(({ name }) => name)];
    return [
      ...[...created, ...cf.restarts, ...cf.renames, ...cf.deletes, ...bindings],
      ...[...cell.changes, ...etcd.changes, ...store.changes, ...scratch.changes, ...docker.changed],
    ];
  }

  /** The state that a later process finds for a step that began. */
  async probe(action: AnyAction, input: JsonObject): Promise<string> {
    if (action.effect === "read") throw new Error("what only reads is not probed");
    return (await action.probe(this.context, action.input.parse(input))).state;
  }
}

export function containerOf(scope: string, change: Partial<Container> = {}): Container {
  const name = change.name ?? CONTAINER;
  return {
    id: "f".repeat(64),
    name,
    image: "dingotiles/dingo-postgresql95:latest",
    running: true,
    status: "running",
    exitCode: 0,
    startedAt: FIRST_LIFE,
    restartCount: 0,
    restartPolicy: "always",
    env: { PATRONI_SCOPE: scope, ETCD_HOST_PORT: "10.58.111.10:4001", WAL_S3_BUCKET: BUCKET },
    dataDirectory: containerDataDirectory(name),
    ports: [
      { container: 5432, hostIp: "0.0.0.0", host: 32785 },
      { container: 8008, hostIp: "0.0.0.0", host: 32786 },
    ],
    ...change,
  };
}

/** The error of that code, whose message reads so. */
export function failure(code: string, message: RegExp): unknown {
  return expect.objectContaining({ code, message: expect.stringMatching(message) as string });
}
