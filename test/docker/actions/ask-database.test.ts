import { expect, it } from "vitest";
import { askDatabases, askTables } from "../../../src/docker/actions/salvage/ask-database.ts";

const SERVER = {
  run: "20261122-0000-aaaa",
  programs: { image: "x", volumes: [], directory: "", major: "15" },
  volume: "copy",
  uid: 999,
  role: "postgres",
};

it("takes a server that cannot list its databases for no empty one", async () => {
  const failed = ['ERROR:  could not read block 0 in file "global/1262"'];
  const sql = () => Promise.resolve({ rows: [], failed });
  await expect(askDatabases({ sql }, SERVER, "postgres")).rejects.toMatchObject({
    code: "command-failed",
    place: "copy",
  });
});

it("asks for the newest row by the columns that a stranger has named, and for none that it cannot read", async () => {
  const asked: string[] = [];
  const rows = [
    ["public", "posts", '["at", "x\\"; \\\\! id"]'],
    ["public", "plain", ""],
    ["public", "forged", "{"],
  ];
  const sql = (_server: unknown, _database: string, text: string) =>
    Promise.resolve({ rows: asked.push(text) === 1 ? rows : [["0", "3", "2026-11-22T00:00:00Z"]], failed: [] });
  expect(await askTables({ sql }, SERVER, "shop")).toMatchObject({
    tables: [{ table: "posts", rows: 3, newest: "2026-11-22T00:00:00Z" }, { rows: -1 }, { rows: -1 }],
  });
  const counts = asked[1]?.split("\n") ?? [];
  expect(counts[0]).toContain(String.raw`greatest("at"::timestamptz, "x""; \! id"::timestamptz)`);
  for (const each of counts.slice(1)) expect(each).toContain("count(*), '' FROM ONLY");
});
