import { expect, it } from "vitest";
import { askDatabases } from "../../../src/docker/actions/salvage/ask-database.ts";

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
