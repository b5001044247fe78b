/** Backups that are none, containers that a run keeps, and settings that lose data at the next stop or crash. */
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/docker/audit/finding.ts";
import type { StorageSurvey } from "../../../src/docker/audit/survey.ts";
import type { SystemName } from "../../../src/docker/data-directory/systems.ts";
import {
  anonymousName,
  container,
  findings,
  member,
  mountOf,
  postgres,
  project,
  service,
  volume,
} from "./made-up-host.ts";

const judged = (survey: Partial<StorageSurvey>): readonly Finding[] => findings(survey, []);
const codes = (survey: Partial<StorageSurvey>): readonly string[] => judged(survey).map(({ code }) => code);
const ANONYMOUS = anonymousName("a");
const db = (over: Parameters<typeof container>[1] = {}) => container("db", { mounts: [mountOf("pg")], ...over });

describe("a backup", () => {
  const beside = (over: Parameters<typeof container>[1]): boolean => {
    const other = container("other", { compose: member("other"), ...over });
    const found = codes({ volumes: [volume("pg")], containers: [db({ compose: member("db") }), other] });
    return !found.includes("data-without-backup");
  };

  it.each(["bbilly1/tubearchivist:v0.5", "archivebox/archivebox", "acme/dumpdb:1", "acme/coredump-viewer"])(
    "is not what an image is called like that does something else: %s",
    (image) => expect(beside({ image })).toBe(false),
  );

  it.each(["offen/docker-volume-backup:v2", "prodrigestivill/postgres-backup-local", "restic/restic", "acme/pgdump:1"])(
    "is what %s makes, if it runs or ended well",
    (image) => {
      expect(beside({ image })).toBe(true);
      const ended = { image, running: false, status: "exited" };
      expect(beside({ ...ended, exitCode: 0 })).toBe(true);
      expect(beside({ ...ended, exitCode: 1 })).toBe(false);
      expect(beside({ ...ended, status: "created" })).toBe(false);
      expect(beside({ image, running: false, status: "restarting" })).toBe(false);
    },
  );

  it("of a container that does not run is proposed in words: its command would leave an empty file", () => {
    const [found] = judged({ volumes: [volume("pg")], containers: [db({ running: false, status: "exited" })] });
    expect(found).toMatchObject({ code: "data-without-backup", commands: [] });
  });
});

describe("a container that a run keeps", () => {
  const labels = { "dingo-recover.run": "20261121-0200-abcd" };
  const kept = db({ labels, mounts: [mountOf(ANONYMOUS)], running: false, status: "exited" });

  it("is a note, and no command touches it", () => {
    expect(judged({ volumes: [volume(ANONYMOUS)], containers: [kept] })).toMatchObject([
      {
        code: "kept-by-run",
        severity: "note",
        commands: [],
        fix: expect.stringContaining('never with "-v"') as string,
      },
    ]);
  });

  it("is its stack's own again after an undo", () => {
    const undone = { ...kept, running: true, status: "running", compose: member("db") };
    expect(codes({ volumes: [volume(ANONYMOUS)], containers: [undone] })).toContain("data-in-anonymous-volume");
  });

  it("leaves copies in volumes, which are a note too", () => {
    const [copy] = judged({ volumes: [volume("dingo-recover-x-1", { labels })] });
    expect(copy).toMatchObject({ code: "data-in-unused-volume", severity: "note" });
    expect(copy?.what).toContain('A copy of the run "20261121-0200-abcd"');
  });
});

describe("an image without a release in its name", () => {
  const unpinned = (image: string, own: string | null = image): boolean =>
    codes({
      volumes: [volume("pg")],
      containers: [db({ image, compose: member("db") })],
      projects: [project([service("db", { image: own, mounts: [{ kind: "named", target: "/x" }] })])],
    }).includes("database-image-unpinned");

  it("is told of, unless it was built here", () => {
    expect(unpinned("postgres")).toBe(true);
    expect(unpinned("pgvector/pgvector:latest")).toBe(true);
    expect(unpinned("blog_db", null)).toBe(false);
    expect(unpinned("acme/database")).toBe(false);
  });
});

describe("settings", () => {
  const of = (over: Parameters<typeof container>[1]) =>
    codes({ volumes: [volume("pg")], containers: [db(over)] }).filter((code) => code !== "data-without-backup");

  it.each([
    [["postgres", "-c", "fsync=off", "-c", "full_page_writes=off"]],
    [["postgres", "--fsync=off"]],
    [["postgres", "-F"]],
    [["sh", "-c", "exec postgres -cfull_page_writes=false"]],
  ])("of PostgreSQL that a crash destroys are serious: %j", (command) => {
    expect(of({ command })).toEqual(["crash-unsafe"]);
    expect(of({ entrypoint: command })).toEqual(["crash-unsafe"]);
  });

  it("that are safe, or of another system, are none", () => {
    expect(of({ command: ["postgres", "-c", "fsync=on", "-c", "max_connections=9"] })).toEqual([]);
    const redis = volume("pg", { contents: postgres({ system: "redis", title: "Redis" }) });
    expect(codes({ volumes: [redis], containers: [db({ command: ["x", "-F"] })] })).not.toContain("crash-unsafe");
  });

  it("put data into memory", () => {
    const memory = (over: Parameters<typeof container>[1]) => codes({ containers: [container("db", over)] });
    expect(memory({ inMemory: ["/var/lib/postgresql/data"] })).toEqual(["data-in-memory"]);
    expect(memory({ inMemory: ["/var/lib/postgresql"] })).toEqual(["data-in-memory"]);
    expect(memory({ inMemory: ["/srv"], env: { PGDATA: "/srv/pg" } })).toEqual(["data-in-memory"]);
    expect(memory({ inMemory: ["/run", "/tmp"] })).toEqual([]);
    const mount = { ...mountOf("", "/data"), kind: "tmpfs" as const, source: "" };
    expect(memory({ image: "redis:7", mounts: [mount] })).toEqual(["data-in-memory"]);
  });

  it("leave the name of a broker to chance, under which its data lie", () => {
    const queue = (over: Parameters<typeof container>[1]) =>
      codes({
        volumes: [volume("mq", { contents: postgres({ system: "rabbitmq", title: "RabbitMQ" }) })],
        containers: [
          container("queue", { image: "rabbitmq:3", mounts: [mountOf("mq", "/var/lib/rabbitmq")], ...over }),
        ],
      }).includes("name-left-to-chance");
    const { id } = container("queue");
    expect(queue({ hostname: id.slice(0, 12) })).toBe(true);
    expect(queue({ hostname: "queue1" })).toBe(false);
    expect(queue({})).toBe(false);
    expect(queue({ hostname: id.slice(0, 12), env: { RABBITMQ_NODENAME: "rabbit@localhost" } })).toBe(false);
    // An undo made the container again, with the name of the one before.
    expect(queue({ hostname: "3f2a00112233" })).toBe(true);
  });

  it.each<[SystemName, Parameters<typeof container>[1], "warning" | "note" | undefined]>([
    ["elasticsearch", {}, "warning"],
    ["elasticsearch", { env: { "node.name": "es1" } }, undefined],
    ["elasticsearch", { command: ["opensearch", "-Enode.name=os1"] }, undefined],
    ["elasticsearch", { env: { "discovery.type": "single-node" } }, undefined],
    ["consul", { command: ["agent", "-server"] }, "warning"],
    ["consul", { command: ["agent", "-node", "c1"] }, undefined],
    ["consul", { command: ["sh", "-c", "consul agent -node=$HOSTNAME"] }, "warning"],
    ["etcd", { command: ["etcd", "--name", "infra0"] }, undefined],
    ["etcd", { entrypoint: ["sh", "-c", "etcd --name $(hostname)"] }, "warning"],
    ["clickhouse", {}, "note"],
    ["mongodb", { command: ["mongod", "--replSet", "rs0"] }, "note"],
    ["mongodb", {}, undefined],
    ["kafka", {}, undefined],
    ["postgresql", {}, undefined],
  ])("leave the host's name to chance, which %s may go by: %j", (system, over, severity) => {
    const [found] = judged({
      volumes: [volume("v", { contents: postgres({ system, title: system }) })],
      containers: [container("x", { mounts: [mountOf("v", "/srv")], hostname: "3f2a00112233", ...over })],
    }).filter(({ code }) => code === "name-left-to-chance");
    expect(found?.severity).toBe(severity);
  });

  it("leave the host's name to chance, below which any data may lie", () => {
    const contents = postgres({ system: "kafka", title: "Kafka", inside: "kafka-logs-3f2a00112233" });
    const of = (hostname: string) =>
      judged({
        volumes: [volume("v", { contents })],
        containers: [container("x", { mounts: [mountOf("v", "/kafka")], hostname })],
      }).find(({ code }) => code === "name-left-to-chance");
    expect(of("3f2a00112233")).toMatchObject({
      severity: "warning",
      what: expect.stringMatching(/^Kafka keeps its data below the name .*, and finds none of them\.$/) as string,
    });
    expect(of("99aa00112233")).toBeUndefined();
  });

  it("tell how a database does: a failing check, a start without end, and none who looks", () => {
    const of = (over: Parameters<typeof container>[1]) =>
      judged({ volumes: [volume("pg")], containers: [db(over)] }).filter(({ code }) => code !== "data-without-backup");
    expect(of({ health: "healthy" })).toEqual([]);
    expect(of({ health: "unhealthy" })).toMatchObject([
      { code: "unhealthy", severity: "warning", commands: ["docker inspect --format '{{json .State.Health}}' db"] },
    ]);
    expect(of({ status: "restarting", running: false })).toMatchObject([
      { code: "unhealthy", commands: ["docker logs --tail 50 db"] },
    ]);
    expect(of({ health: "none" })).toMatchObject([{ code: "health-unwatched", severity: "note" }]);
    expect(of({ health: "none", running: false, status: "exited" })).toEqual([]);
  });

  it("fill the disk with images and build cache, long before it is short", () => {
    const taken = (imageBytes: number | null, buildCacheBytes: number | null) => codes({ imageBytes, buildCacheBytes });
    expect(taken(10e9, 20e9)).toEqual(["space-taken"]);
    expect(taken(10e9, null)).toEqual([]);
    expect(taken(null, null)).toEqual([]);
    expect(codes({ space: null, imageBytes: 1e12 })).toEqual([]);
  });

  it("fill the disk: a log without an end, and a large layer that nobody knows", () => {
    const [log] = judged({ containers: [container("web", { image: "nginx:1", hasLogBound: false })] });
    expect(log).toMatchObject({ code: "log-unbounded", severity: "note" });
    expect(codes({ containers: [container("web", { image: "nginx:1", hasLogBound: true })] })).toEqual([]);
    const layer = (layerBytes: number | null) =>
      codes({ containers: [container("web", { image: "nginx:1", layerBytes })] });
    expect(layer(1e9)).toEqual(["layer-large"]);
    expect(layer(1e6)).toEqual([]);
    expect(layer(null)).toEqual([]);
  });
});
