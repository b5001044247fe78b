/** Names out of catalogue pages, as initdb and a server leave them; a real server's are read by the suite of the salvage. */
import { describe, expect, it } from "vitest";
import {
  databasesIn,
  DATABASES_FILE,
  ROLES_FILE,
  superusers,
} from "../../../src/docker/data-directory/catalogue-names.ts";
import { databaseFiles } from "../../../src/rehearsal/docker-engine/catalogue-files.ts";

const files = databaseFiles({
  major: "16",
  systemId: 7n,
  inProduction: false,
  checkpointAt: 0,
  role: "shop",
  databases: { shop: {}, Größe: {} },
});
const bytesOf = (path: string): Buffer => {
  const node = files[path];
  return Buffer.from(node?.kind === "file" ? node.start : "", "base64");
};

describe("the catalogues on disk", () => {
  it("tell databases with the numbers of their directories, without templates", () => {
    expect(databasesIn(bytesOf(DATABASES_FILE))).toEqual([
      { name: "postgres", oid: 16_384 },
      { name: "shop", oid: 16_387 },
      { name: "Größe", oid: 16_388 },
    ]);
  });

  it("tell the superuser, whatever it is called", () => {
    expect(superusers(bytesOf(ROLES_FILE))).toEqual(["shop"]);
  });

  it("leave out a row that was deleted, and keep one whose deletion was rolled back", () => {
    const [page, at] = [bytesOf(DATABASES_FILE), bytesOf(DATABASES_FILE).indexOf("shop") - 28];
    page.writeUInt32LE(700, at + 4);
    page.writeUInt16LE(0x0400, at + 20);
    expect(databasesIn(page).map(({ name }) => name)).toEqual(["postgres", "Größe"]);
    page.writeUInt16LE(0x0800, at + 20);
    expect(databasesIn(page).map(({ name }) => name)).toContain("shop");
  });

  it("tell nothing of a row whose header would end before its beginning", () => {
    const [page, at] = [bytesOf(DATABASES_FILE), bytesOf(DATABASES_FILE).indexOf("shop") - 28];
    page.writeUInt16LE(0x0808, at + 20);
    page.writeUInt8(0, at + 22);
    expect(databasesIn(page).map(({ name }) => name)).toEqual(["postgres", "Größe"]);
  });

  it("tell nothing of bytes that are no page", () => {
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(8192), Buffer.alloc(8192, 0xff), Buffer.alloc(100, 7)]) {
      expect(databasesIn(bytes)).toEqual([]);
      expect(superusers(bytes)).toEqual([]);
    }
  });
});
