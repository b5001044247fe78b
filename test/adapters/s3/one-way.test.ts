/** No request that changes a store goes around the guard: what can send one, and who can open it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Wire } from "../../../src/adapters/s3/wire/wire.js";
import { Signer } from "../../../src/adapters/s3/wire/signature.js";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.c?ts$/u.test(name))
  .sort()
  .map((name) => join("src", name))
  .map((file) => ({ file, text: readFileSync(file, "utf8") }));
const filesWith = (pattern: RegExp): readonly string[] =>
  sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file);

describe("the one way to a store", () => {
  it("is opened in one file, and permits are made in one", () => {
    expect(filesWith(/\bnew Wire\(/u)).toEqual(["src/adapters/s3/connection.ts"]);
    expect(filesWith(/\bnew S3Connection\(/u)).toEqual(["src/adapters/s3/key-pairs.ts"]);
    expect(filesWith(/\bnew Guard\(/u)).toEqual(["src/adapters/s3/archive-store.ts"]);
    expect(filesWith(/\bnew Permit\(/u)).toEqual(["src/adapters/s3/guard/guard.ts"]);
  });

  it("takes of the SDK no command but the one by which an address is told and nothing is sent", () => {
    const commands = sources.flatMap(({ text }) => text.match(/\b[A-Z]\w*Command\(/gu) ?? []);
    expect(commands).toEqual(["HeadBucketCommand("]);
    expect(filesWith(/from "@aws-sdk\/|import\("@aws-sdk\//u)).toEqual([
      "src/adapters/s3/address.ts",
      "src/adapters/s3/connection.ts",
    ]);
  });

  it.each(["PUT", "POST", "DELETE"] as const)("sends no %s without a permit", async (method) => {
    let sent = 0;
    const never = {
      get http(): never {
        sent += 1;
        throw new Error("sent");
      },
      get https(): never {
        throw new Error("sent");
      },
    };
    const wire = new Wire({
      agents: never,
      address: { secure: false, host: "127.0.0.1", port: 9, base: "/bucket" },
      signer: new Signer({ accessKeyId: "KEYID", secretAccessKey: "canary-secret-key" }, "us-east-1"),
      patience: { connectMs: 1_000, silenceMs: 1_000 },
    });
    await expect(wire.send({ method, key: "x", body: "" })).rejects.toThrow(/has no permit/);
    expect(sent).toBe(0);
  });
});
