import { S3Client, ListObjectsV2Command, CopyObjectCommand, GetObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyPath, queryText, Signer } from "../../../../src/adapters/s3/wire/signature.js";
import { HOSTILE_KEYS } from "../../../contract/object-store.js";
import { FaultyServer, text } from "../faulty-server.js";

const CREDENTIALS = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
/** "Examples: Signature Calculations", S3 API reference. */
const DAY = new Date("2013-05-24T00:00:00.000Z");

let server: FaultyServer;
beforeAll(async () => {
  server = await FaultyServer.start();
  server.script(text(200, "<ok/>"));
});
afterAll(() => server.stop());

describe("a signature", () => {
  it("is the one of Amazon's own examples", () => {
    const signer = new Signer(CREDENTIALS, "us-east-1");
    const host = "examplebucket.s3.amazonaws.com";
    const get = { method: "GET", path: "/test.txt", query: {}, headers: { host, range: "bytes=0-9" } };
    expect(signer.sign(get, DAY)["authorization"]).toMatch(
      /Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/,
    );
    const list = { method: "GET", path: "/", query: { prefix: "J", "max-keys": "2" }, headers: { host } };
    expect(signer.sign(list, DAY)["authorization"]).toMatch(
      /Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/,
    );
    const lifecycle = { method: "GET", path: "/", query: { lifecycle: "" }, headers: { host } };
    expect(signer.sign(lifecycle, DAY)["authorization"]).toMatch(
      /Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543$/,
    );
  });

  it("is the one of Amazon's own example for another service", () => {
    // "Create a signed AWS API request", IAM User Guide.
    const signer = new Signer(
      { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
      "us-east-1",
      "iam",
    );
    const headers = {
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      host: "iam.amazonaws.com",
    };
    const query = { Action: "ListUsers", Version: "2010-05-08" };
    const signed = signer.sign({ method: "GET", path: "/", query, headers }, new Date("2015-08-30T12:36:00.000Z"));
    expect(signed["authorization"]).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    );
  });

  it("is the one that the SDK makes, for hostile keys, queries and copy sources, with temporary keys", async () => {
    const credentials = { ...CREDENTIALS, sessionToken: "temporary+token/==" };
    const client = new S3Client({
      region: "eu-west-3",
      endpoint: server.endpoint,
      forcePathStyle: true,
      credentials,
      maxAttempts: 1,
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
    for (const key of HOSTILE_KEYS) {
      const copy = { Bucket: "bucket", Key: `to/${key}`, CopySource: `bucket/${encodeURIComponent(key)}` };
      await client.send(new GetObjectCommand({ Bucket: "bucket", Key: key })).catch(() => undefined);
      await client.send(new CopyObjectCommand(copy)).catch(() => undefined);
      await client.send(new ListObjectsV2Command({ Bucket: "bucket", Prefix: key })).catch(() => undefined);
    }
    client.destroy();
    expect(server.requests).toHaveLength(HOSTILE_KEYS.length * 3);
    const signer = new Signer(credentials, "eu-west-3");
    for (const { method, url, headers } of server.requests) {
      const [path = "", query = ""] = url.split("?");
      const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? "")?.[1]?.split(";") ?? [];
      const ours = names.filter((name) => !/^x-amz-(date|content-sha256|security-token)$/.test(name));
      const signed = signer.sign(
        {
          method,
          path,
          query: Object.fromEntries(new URLSearchParams(query)),
          headers: Object.fromEntries(ours.map((name) => [name, String(headers[name])])),
        },
        stampOf(String(headers["x-amz-date"])),
      );
      expect(signed["authorization"]).toBe(headers.authorization);
    }
  });

  it("changes with the day, the region and the key", () => {
    const request = { method: "GET", path: "/", query: {}, headers: { host: "x" } };
    const signer = new Signer(CREDENTIALS, "us-east-1");
    const first = signer.sign(request, DAY)["authorization"];
    expect(signer.sign(request, new Date("2013-05-25T00:00:00Z"))["authorization"]).not.toBe(first);
    expect(new Signer(CREDENTIALS, "us-east-2").sign(request, DAY)["authorization"]).not.toBe(first);
    expect(signer.sign(request, DAY)["authorization"]).toBe(first);
  });
});

describe("a path and a query", () => {
  it("are encoded as S3 decodes them", () => {
    expect(keyPath("a b/ü+?#%(*)'!.txt")).toBe("a%20b/%C3%BC%2B%3F%23%25%28%2A%29%27%21.txt");
    expect(queryText({ b: "2 +", a: "", "a-b": "/" })).toBe("a-b=%2F&a=&b=2%20%2B");
  });
});

function stampOf(text: string): Date {
  return new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}
