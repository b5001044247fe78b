import { describe, expect, it } from "vitest";
import type { Looked, LookedFile } from "../../../src/ports/docker-host.ts";
import { LOOK, recognise } from "../../../src/docker/data-directory/recognise.ts";
import { SYSTEMS } from "../../../src/docker/data-directory/systems.ts";
import { control } from "./control-file.ts";

const file = (path: string, content: Uint8Array | string = "", size?: number): LookedFile => {
  const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
  return { path, size: size ?? bytes.length, modified: 1_790_000_000, uid: 999, content: bytes };
};

function directory(
  files: readonly LookedFile[],
  names: readonly string[] = [],
  unread: readonly string[] = [],
): Looked {
  return {
    state: "seen",
    key: "volume:x",
    entries: names.map((name) => ({ name, kind: "directory" as const })),
    more: false,
    files,
    unread,
    uid: 999,
    mode: "700",
    modified: 1_789_999_999,
    space: undefined,
  };
}

const POSTGRES = [file("PG_VERSION", "13\n"), file("global/pg_control", control(), 8192), file("base/1/PG_VERSION")];

describe("what lies in a directory", () => {
  it("tells PostgreSQL by PG_VERSION and pg_control: release, system identifier, state and last checkpoint", () => {
    expect(recognise(directory([...POSTGRES, file("postmaster.pid")]))).toMatchObject({
      kind: "data",
      system: "postgresql",
      version: "13",
      touched: "2026-09-21T14:13:20.000Z",
      postgres: {
        condition: "whole",
        pidFile: true,
        standby: false,
        control: {
          known: true,
          systemId: "7710592673896030425",
          state: "in production",
          timeline: 3,
          checkpoint: "1/A0000028",
          checkpointTime: "2026-11-21T02:20:11.000Z",
        },
      },
    });
  });

  it.each([
    [
      "pg_control that does not fit its checksum",
      [POSTGRES[0], file("global/pg_control", control({ flip: 40 }), 8192)],
      "damaged",
      /damaged/,
    ],
    [
      "pg_control of another release than PG_VERSION",
      [file("PG_VERSION", "16"), ...POSTGRES.slice(1)],
      "damaged",
      /says 16/,
    ],
    ["pg_control that is cut", [POSTGRES[0], file("global/pg_control", control(), 4096)], "damaged", /4096 bytes/],
    ["PG_VERSION alone, as initdb leaves it when it is killed", [POSTGRES[0]], "begun", /initdb/],
    ["no template database yet", POSTGRES.slice(0, 2), "begun", /template/],
    ["no PG_VERSION beside pg_control", POSTGRES.slice(1), "damaged", /PG_VERSION is missing/],
  ] as const)("says of PostgreSQL with %s that it is %s", (_what, files, condition, why) => {
    const found = recognise(directory(files.flatMap((each) => each ?? [])));
    expect(found).toMatchObject({ system: "postgresql", postgres: { condition, why: expect.stringMatching(why) } });
  });

  it("takes a pg_control that may not be read for a damaged directory, never for none", () => {
    const found = recognise(directory([file("PG_VERSION", "13")], [], ["global/pg_control"]));
    expect(found).toMatchObject({ system: "postgresql", postgres: { condition: "damaged" } });
  });

  it("takes no file for a release of PostgreSQL because of its name alone", () => {
    expect(recognise(directory([file("PG_VERSION", "see the wiki")], ["docs"]))).toMatchObject({ kind: "other" });
  });

  it.each(SYSTEMS.filter(({ system }) => system !== "postgresql"))(
    "tells $title by its own files",
    ({ marks, system }) => {
      for (const all of marks)
        expect(recognise(directory(all.map((path) => file(path))))).toMatchObject({ kind: "data", system });
    },
  );

  it("asks for every file that it tells by, and each of them once", () => {
    const asked = LOOK.files.map(({ path }) => path);
    for (const path of SYSTEMS.flatMap(({ marks }) => marks.flat())) expect(asked).toContain(path);
    expect(new Set(asked).size).toBe(asked.length);
    // They go to a script as words.
    for (const path of asked) expect(path).toMatch(/^[A-Za-z0-9._/-]+$/);
  });

  it("reads the release of MySQL and the format of Redis if they are written down", () => {
    const mysql = [file("ibdata1"), file("auto.cnf"), file("mysql_upgrade_info", "8.0.36")];
    expect(recognise(directory(mysql))).toMatchObject({ system: "mysql", version: "8.0.36" });
    expect(recognise(directory([file("dump.rdb", "REDIS0011")]))).toMatchObject({ system: "redis", version: "RDB 11" });
  });

  it("keeps empty, absent, unknown and other apart", () => {
    expect(recognise(directory([]))).toEqual({ kind: "empty" });
    expect(recognise(directory([], ["lost+found"]))).toEqual({ kind: "empty" });
    expect(recognise({ state: "absent", key: "x" })).toEqual({ kind: "absent" });
    expect(recognise({ state: "unknown", key: "x", why: "denied" })).toEqual({ kind: "unknown", why: "denied" });
    expect(recognise(directory([], ["uploads"]))).toEqual({ kind: "other", names: ["uploads"], more: false });
  });
});
