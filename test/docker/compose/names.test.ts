import { describe, expect, it } from "vitest";
import { defaultFiles, listedFiles, overrideFor } from "../../../src/docker/compose/default-files.ts";
import { containerName, volumeName } from "../../../src/docker/compose/names.ts";
import { project } from "./world.ts";

async function namesOf(file: string, more: Parameters<typeof project>[1] & { dotEnv?: string; text?: string } = {}) {
  const { dotEnv, text = "services: {}\n", ...rest } = more;
  const directory = file.slice(0, file.lastIndexOf("/"));
  const { names } = await project(
    { [file]: text, ...(dotEnv === undefined ? {} : { [`${directory}/.env`]: dotEnv }) },
    rest,
  );
  return Object.fromEntries(Object.entries(names).map(([key, name]) => [key, name.known ? name.text : undefined]));
}

describe("the name of a project", () => {
  it.each([
    ["/srv/mastodon", "mastodon", "mastodon"],
    ["/srv/My App.v2", "myappv2", "myappv2"],
    ["/srv/_live-1", "_live-1", "live-1"],
    ["/srv/マストドン", "", undefined],
  ])("comes from the directory %s", async (directory, v1, v2) => {
    expect(await namesOf(`${directory}/docker-compose.yml`)).toEqual({ v1, v2 });
  });

  it("comes from COMPOSE_PROJECT_NAME first, be it in .env, and from `name:` for v2 alone", async () => {
    const file = "/srv/a/docker-compose.yml";
    expect(await namesOf(file, { text: "name: n\nservices: {}\n" })).toEqual({ v1: "a", v2: "n" });
    expect(await namesOf(file, { text: "name: n\nservices: {}\n", dotEnv: "COMPOSE_PROJECT_NAME=e\n" })).toEqual({
      v1: "e",
      v2: "e",
    });
    expect(await namesOf(file, { environment: { values: { COMPOSE_PROJECT_NAME: "E!" }, complete: true } })).toEqual({
      v1: "e",
      v2: undefined,
    });
    expect(await namesOf(file, { projectOption: "p", dotEnv: "COMPOSE_PROJECT_NAME=e\n" })).toEqual({
      v1: "p",
      v2: "p",
    });
  });

  it("is not known where the environment may say another", async () => {
    expect(await namesOf("/srv/a/docker-compose.yml", { environment: { values: {}, complete: false } })).toEqual({
      v1: undefined,
      v2: undefined,
    });
  });

  it("makes names of containers and volumes", () => {
    expect(containerName("mastodon", "db", { generation: "v1" })).toBe("mastodon_db_1");
    expect(containerName("mastodon", "db", { generation: "v2", number: 2 })).toBe("mastodon-db-2");
    expect(volumeName("mastodon", "pg")).toBe("mastodon_pg");
  });
});

describe("the files that Compose takes", () => {
  const tree: Record<string, string[]> = {
    "/p": ["docker-compose.yml", "compose.yaml", "docker-compose.override.yml"],
    "/q": ["compose.yml", "compose.override.yaml", "docker-compose.override.yml"],
  };
  const names = async (directory: string) => tree[directory];

  it("are the first candidate, in another order for each generation, and an override beside it", async () => {
    expect(await defaultFiles("/p", "v1", names)).toEqual({
      directory: "/p",
      files: ["/p/docker-compose.yml", "/p/docker-compose.override.yml"],
      ignored: [],
    });
    expect((await defaultFiles("/p", "v2", names))?.files).toEqual([
      "/p/compose.yaml",
      "/p/docker-compose.override.yml",
    ]);
    expect(await defaultFiles("/q", "v2", names)).toEqual({
      directory: "/q",
      files: ["/q/compose.yml", "/q/compose.override.yaml"],
      ignored: ["docker-compose.override.yml"],
    });
  });

  it("are looked for above the directory, and nowhere else", async () => {
    expect((await defaultFiles("/p/sub/dir", "v1", names))?.directory).toBe("/p");
    expect(await defaultFiles("/r", "v1", names)).toBeUndefined();
  });

  it("can be listed in COMPOSE_FILE", () => {
    expect(listedFiles("a.yml:/b/c.yml:", undefined, "/p")).toEqual(["/p/a.yml", "/b/c.yml"]);
    expect(listedFiles("a.yml;b.yml", ";", "/p")).toEqual(["/p/a.yml", "/p/b.yml"]);
  });

  it("take an override that is called as they expect it", () => {
    expect(overrideFor("/p/docker-compose.yml", "v1")).toBe("/p/docker-compose.override.yml");
    expect(overrideFor("/p/compose.yaml", "v2")).toBe("/p/compose.override.yaml");
  });
});
