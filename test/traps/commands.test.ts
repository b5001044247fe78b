/** The page's commands, as they must not be (dingo.md §0.10, §1.8–§1.11, §1.14). */
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AnyAction, JsonObject } from "../../src/action.ts";
import { createService } from "../../src/foundation/actions/cf/create-service.ts";
import { copy } from "../../src/foundation/actions/archive/copy.ts";
import { deleteAsideObjects } from "../../src/foundation/actions/archive/delete-aside.ts";
import { setAside } from "../../src/foundation/actions/archive/set-aside.ts";
import { setDataAside } from "../../src/foundation/actions/docker/set-data-aside.ts";
import { DOCKER, DOCKER_HOST, dockerStart, dockerStop, etcdPut } from "../../src/kit/commands/host-commands.ts";
import { filled } from "../printed/fill.ts";
import { callsOf } from "../printed/shell.ts";
import { CONTAINER, DATA, NEW_GUID, OLD_GUID, RUN, SPACE, TARGET } from "./scene.ts";

const ARCHIVE = `s3://our-bucket/backups/${NEW_GUID}/wal`;

/** The calls of a shell when a person has filled in the unknown values. */
function callsWhenFilledIn(action: AnyAction, input: JsonObject): readonly string[] {
  const commands = action.describe(input as never, RUN);
  const [calls = []] = callsOf([filled(commands, (name) => (name === "fresh.location" ? ARCHIVE : undefined))]);
  return calls.map(([, ...words]) => words.join(" ").trim());
}

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

  it("move an archive aside out of itself, also when its place is filled in by hand: onto itself it would be gone", () => {
    const aside = `s3://our-bucket/backups/${NEW_GUID}/dingo-recover/${RUN}/replaced/`;
    expect(callsWhenFilledIn(setAside, { ...TARGET, target: "<fresh.location>", run: RUN })).toEqual([
      `aws s3 ls ${aside}`,
      `aws s3 mv --recursive ${ARCHIVE}/ ${aside}`,
    ]);
  });

  it("delete what lies aside and never the archive beside it, also when its place is filled in by hand", () => {
    const input = { run: RUN, guid: NEW_GUID, archive: "<fresh.location>" };
    expect(callsWhenFilledIn(deleteAsideObjects, input)).toEqual([
      `aws s3 rm --recursive s3://our-bucket/backups/${NEW_GUID}/dingo-recover/${RUN}/`,
    ]);
  });

  it("do nothing if no archive was filled in", () => {
    const notAsides = [`${ARCHIVE}/`, `s3://our-bucket/backups/${NEW_GUID}`, ""];
    for (const archive of notAsides) {
      const commands = deleteAsideObjects.describe({ run: RUN, archive: "<inputs.archive>" } as never, RUN);
      expect(callsOf([filled(commands, () => archive)])).toEqual([[]]);
    }
  });

  it("write over nothing: if something lies in the place already, or the store does not say, they do not go on", () => {
    const source = `s3://our-bucket/backups/${OLD_GUID}/wal`;
    const moving = setAside.describe({ target: ARCHIVE, run: RUN } as never, RUN);
    const [copying] = copy.describe({ source, target: ARCHIVE } as never, RUN);
    const written = (listed: number): number =>
      callsOf([[...moving, ...(copying === undefined ? [] : [copying])]], { listed }).flat().length - 2;
    // The move aside, the objects, and their sentinels.
    expect([1, 0, 255].map(written)).toEqual([3, 0, 0]);
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

describe("a remedy that has a command for a cell", () => {
  it("names docker in full as well: it is pasted there", () => {
    const onCells = globSync("src/{foundation,discovery}/actions/**/*.ts").filter(
      (file) => !file.includes("/scratch/"),
    );
    const bare = onCells.flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/"docker [a-z]+ [^"]*"/gu)].map(([call]) => `${file}: ${call}`),
    );
    expect(onCells.length).toBeGreaterThan(80);
    expect(bare).toEqual([]);
  });
});
