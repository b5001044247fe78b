/** The page's commands, as they must not be (dingo.md §0.10, §1.8–§1.11, §1.14). */
import { describe, expect, it } from "vitest";
import type { AnyAction, JsonObject } from "../../src/action.js";
import { createService } from "../../src/actions/cf/create-service.js";
import { setDataAside } from "../../src/actions/docker/set-data-aside.js";
import { DOCKER, DOCKER_HOST, dockerStart, dockerStop, etcdPut } from "../../src/host-commands.js";
import { CONTAINER, DATA, NEW_GUID, RUN, SPACE, TARGET } from "./scene.js";

function lines(action: AnyAction, input: JsonObject): readonly string[] {
  return action.describe(action.input.parse(input), RUN).map(({ line }) => line);
}

describe("commands", () => {
  it("name docker by its full path, its socket, and root: an alias is none in a shell that nobody types into", () => {
    for (const argv of [dockerStop(CONTAINER, 10), dockerStart(CONTAINER)])
      expect(argv.slice(0, 5)).toEqual(["sudo", "-n", DOCKER, "--host", DOCKER_HOST]);
  });

  it("never ask etcd to create a key: the old router allocates a port for each that is created", () => {
    const put = [
      ...etcdPut("10.0.0.1:4001", `/service/${NEW_GUID}/initialize`),
      ...etcdPut("10.0.0.1:4001", "/x", "old"),
    ];
    expect(put.join(" ")).not.toMatch(/prevExist/);
    expect(put.join(" ")).toMatch(/prevValue=old/);
  });

  it("remove no directory, and hold no pattern that an empty variable turns into /*", () => {
    const printed = lines(setDataAside, { ...TARGET, run: RUN });
    expect(printed[0]).toBe(`sudo -n env LC_ALL=C mv -T -n -- ${DATA} ${DATA}.dingo-recover-${RUN}`);
    expect(printed.join("\n")).not.toMatch(/\brm\b|\*|\$/);
  });

  it("target the organization and the space that were meant, quoted, and not the page's literal org", () => {
    const printed = lines(createService, {
      org: "the shop's",
      space: "prod $(id)",
      space_guid: SPACE.guid,
      offering: "dingo-postgresql",
      plan: "cluster",
      name: "important-db",
      run: RUN,
    });
    expect(printed[0]).toBe(`cf target -o 'the shop'\\''s' -s 'prod $(id)'`);
  });
});
