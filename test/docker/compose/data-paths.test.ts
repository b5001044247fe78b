import { describe, expect, it } from "vitest";
import { dataPathsOf } from "../../../src/docker/compose/data-paths.ts";
import { readImageReference } from "../../../src/docker/compose/image-reference.ts";

describe("a reference to an image", () => {
  it.each([
    ["postgres", "", "postgres", undefined],
    ["postgres:15-alpine", "", "postgres", "15-alpine"],
    ["library/postgres", "", "postgres", undefined],
    ["docker.io/library/redis:7", "", "redis", "7"],
    ["localhost:5000/team/postgres", "localhost:5000", "team/postgres", undefined],
    ["ghcr.io/a/b:1@sha256:00ff", "ghcr.io", "a/b", "1"],
  ])("%s is taken apart", (text, registry, repository, tag) => {
    expect(readImageReference(text)).toMatchObject({ registry, repository, tag });
  });

  it.each(["", "a b", "x:", "y@z"])("%j is none", (text) => {
    expect(readImageReference(text)).toBeUndefined();
  });
});

describe("the data of well-known images", () => {
  const paths = (image: string, moved?: Record<string, string>) => dataPathsOf(image, moved).map(({ path }) => path);

  it("lie where their images say", () => {
    expect(paths("postgres:15")).toEqual(["/var/lib/postgresql/data"]);
    expect(paths("postgres:18-alpine")).toEqual(["/var/lib/postgresql"]);
    expect(paths("redis:alpine")).toEqual(["/data"]);
    expect(paths("mariadb:10")).toEqual(["/var/lib/mysql"]);
    expect(paths("mongo:6")).toEqual(["/data/db", "/data/configdb"]);
  });

  it("of a tag without a number may lie in either place", () => {
    expect(paths("postgres:latest")).toEqual(["/var/lib/postgresql/data", "/var/lib/postgresql"]);
  });

  it("go where PGDATA moves them", () => {
    expect(paths("postgres:15", { PGDATA: "/pg" })).toEqual(["/pg"]);
  });

  it("of an image of the same name from elsewhere are likely, not sure", () => {
    expect(dataPathsOf("registry.example.com/team/postgres:15")).toMatchObject([{ sure: "like", kind: "postgresql" }]);
    expect(dataPathsOf("postgres:15")).toMatchObject([{ sure: "named" }]);
    expect(dataPathsOf("gargron/mastodon")).toEqual([]);
  });
});
