import { describe, expect, it } from "vitest";
import { overrideFor } from "../../../src/docker/compose/override-file.ts";
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

describe("the override that Compose takes", () => {
  it("is called as each generation expects it", () => {
    expect(overrideFor("/p/docker-compose.yml", "v1")).toBe("/p/docker-compose.override.yml");
    expect(overrideFor("/p/compose.yaml", "v2")).toBe("/p/compose.override.yaml");
  });
});
