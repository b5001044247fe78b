/** No request that changes a store goes around the guard: its senders, and the code that can open one. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Network } from "../../../../src/archive/adapters/s3/network.ts";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.c?ts$/u.test(name))
  .sort()
  .map((name) => join("src", name))
  .map((file) => ({ file, text: readFileSync(file, "utf8") }));
const filesWith = (pattern: RegExp): readonly string[] =>
  sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file);

describe("the one way to a store", () => {
  it("is opened in one file, and permits are made in one", () => {
    expect(filesWith(/\bnew sdk\.S3Client\(/u)).toEqual(["src/archive/adapters/s3/client.ts"]);
    expect(filesWith(/\bmakeClient\(\w/u)).toEqual([
      "src/archive/adapters/s3/client.ts",
      "src/archive/adapters/s3/connection.ts",
    ]);
    expect(filesWith(/\bnew S3Connection\(/u)).toEqual(["src/archive/adapters/s3/archive-store.ts"]);
    expect(filesWith(/\bnew Guard\(/u)).toEqual(["src/archive/adapters/s3/archive-store.ts"]);
    expect(filesWith(/\bnew Permit\(/u)).toEqual(["src/archive/adapters/s3/guard/guard.ts"]);
  });

  it("takes of the SDK no command but those that read, and those that change objects alone", () => {
    const commands = sources.flatMap(({ text }) => text.match(/\b[A-Z]\w*Command(?=\()/gu) ?? []);
    expect([...new Set(commands)].sort()).toEqual([
      "AbortMultipartUploadCommand",
      "CompleteMultipartUploadCommand",
      "CopyObjectCommand",
      "CreateMultipartUploadCommand",
      "DeleteObjectCommand",
      "GetBucketLifecycleConfigurationCommand",
      "GetBucketLocationCommand",
      "GetBucketVersioningCommand",
      "GetObjectCommand",
      "GetObjectLockConfigurationCommand",
      "GetObjectTaggingCommand",
      "HeadBucketCommand",
      "HeadObjectCommand",
      "ListObjectsCommand",
      "ListObjectsV2Command",
      "PutObjectCommand",
      "UploadPartCopyCommand",
    ]);
    const loads = /^import (?!type\b).* from "@(?:aws-sdk|smithy)\/|import\("@(?:aws-sdk|smithy)\//mu;
    expect(filesWith(loads)).toEqual(["src/archive/adapters/s3/connection.ts"]);
  });

  it.each(["PUT", "POST", "DELETE", "PATCH"])("sends no %s without a permit", async (method) => {
    let sent = 0;
    const never = {
      handle: () => {
        sent += 1;
        return Promise.reject(new Error("sent"));
      },
    };
    await expect(new Network(never).handle({ method })).rejects.toThrow(/has no permit/);
    expect(sent).toBe(0);
  });
});
