/** The Compose files that projects publish name images and mounts in their own forms, and are well kept. */
import { describe, expect, it } from "vitest";
import type { DockerImage } from "../../../src/ports/docker-host.ts";
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

const image = (tag: string, volumes: readonly string[]): DockerImage => ({
  ...{ id: "sha256:1", tags: [tag], volumes, entrypoint: [], command: [], user: "", env: {}, labels: {}, size: 1 },
});

describe("a Compose file", () => {
  const judged = (name: string, target: string, images: readonly DockerImage[] = []) =>
    findings({
      images,
      projects: [project([service("db", { image: name, mounts: [{ kind: "named", target }] })])],
    }).map(({ code }) => code);

  it.each(["docker.io/library/postgres:18", "docker.io/postgres:18", "library/postgres:18", "postgres:18"])(
    "means by %s the image that the host has",
    (name) => {
      const here = [image("postgres:18", ["/srv/pg"])];
      expect(judged(name, "/var/lib/postgresql/data", here)).toEqual(["database-without-storage"]);
      expect(judged(name, "/var/lib", here)).toEqual([]);
      expect(judged(name, "/var/lib", [image("registry.example.com/postgres:18", [])])).toEqual([
        "database-without-storage",
      ]);
    },
  );

  it.each(["docker.io/bitnami/redis:latest", "bitnami/redis", "bitnami/mysql:8"])(
    "keeps the data of %s if its publisher mounts them",
    (name) => {
      const [, system = ""] = /bitnami\/(\w+)/u.exec(name) ?? [];
      expect(judged(name, `/bitnami/${system}`)).toEqual([]);
      expect(judged(name, `/bitnami/${system}/data`)).toEqual([]);
      expect(judged(name, "/elsewhere")).toEqual(["database-without-storage"]);
    },
  );
});

describe("a volume without a name", () => {
  const ANONYMOUS = anonymousName("a");
  const told = (names: readonly string[], ...mounted: readonly string[]) =>
    findings({
      volumes: [
        volume(ANONYMOUS, { contents: { kind: "other", names, more: false } }),
        volume("pg", { contents: { kind: "empty" } }),
      ],
      containers: [
        container("db", {
          mounts: [mountOf(ANONYMOUS, "/var/lib/postgresql"), ...mounted.map((at) => mountOf("pg", at))],
        }),
      ],
    }).filter(({ code }) => code === "image-makes-volume");

  it("holds no files if it has only the points of other mounts", () => {
    expect(told(["data"], "/var/lib/postgresql/data")).toMatchObject([
      { code: "image-makes-volume", severity: "note" },
    ]);
    expect(told(["data"], "/var/lib/postgresql/data/x")).toMatchObject([{ severity: "warning" }]);
    expect(told(["data", "more"], "/var/lib/postgresql/data")).toMatchObject([{ severity: "warning" }]);
    expect(told(["data"])).toMatchObject([{ severity: "warning" }]);
  });
});

describe("Redis", () => {
  const ANONYMOUS = anonymousName("a");
  const rdb = postgres({ system: "redis", title: "Redis", version: "RDB 10" });
  const told = (backedUp: string[], contents = rdb) =>
    findings(
      {
        volumes: [volume(ANONYMOUS, { contents })],
        containers: [
          container("shop-cache-1", {
            image: "redis:7",
            mounts: [mountOf(ANONYMOUS, "/data")],
            compose: member("cache"),
          }),
        ],
        projects: [project([service("queue", { image: "redis:7" })])],
      },
      backedUp,
    ).filter(({ code }) => code !== "data-without-backup");

  it("may be a cache: its loss is a warning, and none once the operator has named it", () => {
    expect(told([])).toMatchObject([
      {
        code: "data-in-anonymous-volume",
        severity: "warning",
        fix: expect.stringContaining("backed_up=shop-cache-1") as string,
      },
      {
        code: "database-without-storage",
        severity: "warning",
        fix: expect.stringContaining("backed_up=queue") as string,
      },
    ]);
    expect(told(["shop-cache-1"]).map(({ code }) => code)).toEqual(["database-without-storage"]);
    expect(told(["shop-cache-1", "queue"])).toEqual([]);
    expect(told(["shop-cache-1", "queue"], postgres({ beside: [rdb] }))).toMatchObject([{ severity: "serious" }]);
  });

  it("that is left in a volume without a name is a warning too", () => {
    const left = findings({ volumes: [volume(ANONYMOUS, { contents: rdb })] });
    expect(left).toMatchObject([{ code: "data-in-unused-volume", severity: "warning" }]);
  });
});
