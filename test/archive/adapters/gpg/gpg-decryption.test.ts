import { describe, expect, it } from "vitest";
import { GpgDecryption } from "../../../../src/archive/adapters/gpg/gpg-decryption.ts";
import { decryptionContract } from "../../../contract/decryption.ts";
import { messageTo, standInGpg } from "./stand-in.ts";

decryptionContract("a stand-in", standInGpg);

describe("a machine without gpg", () => {
  it("is told what to install", async () => {
    const standIn = await standInGpg();
    const gpg = new GpgDecryption({
      key: standIn.keys.ours,
      path: "/nowhere",
      parent: "/tmp",
      signal: new AbortController().signal,
    });
    const pieces = gpg.clear("an/object", [messageTo("ours", Buffer.from("x"))] as never);
    await expect(pieces.next()).rejects.toMatchObject({ code: "program-missing", exitCode: 15 });
    await gpg.close();
    await standIn.close();
  });
});
