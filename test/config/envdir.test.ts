import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { readEnvdir } from "../../src/config/settings/envdir.ts";
import { testDirectory } from "../directory.ts";

let directory: string;
beforeEach(() => (directory = testDirectory()));

function put(files: Readonly<Record<string, string>>, mode = 0o600): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text, { mode });
}

const KEYS = {
  WALE_S3_PREFIX: "s3://our-backups/pg \n",
  AWS_ACCESS_KEY_ID: "AKIA1\nsecond line\n",
  AWS_SECRET_ACCESS_KEY: "s3cret\n",
};

describe("WAL-E's directory of settings", () => {
  it("says where the archive is; secrets stay in their files", () => {
    put({
      ...KEYS,
      WALE_S3_ENDPOINT: "https+path://s3-eu-west-1.amazonaws.com:443\n",
      AWS_REGION: "eu-west-1",
      WALE_GPG_KEY_ID: "ABCD",
    });
    const { s3, walE } = readEnvdir(directory, "/");
    expect(walE).toEqual({ prefix: "s3://our-backups/pg", gpgKey: "ABCD", looseFiles: [] });
    expect(s3).toEqual({
      endpoint: "https://s3-eu-west-1.amazonaws.com:443",
      region: "eu-west-1",
      bucket: "our-backups",
      credentials: {
        accessKeyId: "AKIA1",
        secretAccessKey: { kind: "file", path: join(directory, "AWS_SECRET_ACCESS_KEY") },
      },
    });
    expect(JSON.stringify({ s3, walE })).not.toContain("s3cret");
  });

  it("of WAL-G is read as well, and one without keys leaves them to the environment", () => {
    put({ WALG_S3_PREFIX: "s3://other/pg", AWS_SECRET_ACCESS_KEY: "" });
    expect(readEnvdir(directory, "/").s3).toEqual({ bucket: "other" });
  });

  it("is read through links, as a mounted secret of Kubernetes has them", () => {
    put({ ...KEYS, "..data": "s3://linked/pg" });
    rmSync(join(directory, "WALE_S3_PREFIX"));
    symlinkSync("..data", join(directory, "WALE_S3_PREFIX"));
    expect(readEnvdir(directory, "/").walE.prefix).toBe("s3://linked/pg");
  });

  it.each<readonly [string, (path: string) => void, RegExp]>([
    ["a pipe", (path) => execFileSync("mkfifo", [path]), /is no file/],
    ["a link to a device without end", (path) => symlinkSync("/dev/zero", path), /is no file/],
    ["a directory", (path) => mkdirSync(path), /is no file/],
    ["a huge file", (path) => writeFileSync(path, "x".repeat(100_000)), /has 100000 bytes/],
    ["a link to itself", (path) => symlinkSync(path, path), /cannot be read \(ELOOP\)/],
    ["a file with a NUL", (path) => writeFileSync(path, "s3://b/p\0q"), /holds a control character/],
    ["a file with an escape sequence", (path) => writeFileSync(path, "s3://b/\u001b[2J"), /holds a control character/],
  ])("refuses %s for a setting, and does not wait for it", (_what, make, says) => {
    for (const name of ["WALE_S3_PREFIX", "AWS_SECRET_ACCESS_KEY"]) {
      put(KEYS);
      rmSync(join(directory, name));
      make(join(directory, name));
      expect(() => readEnvdir(directory, "/")).toThrow(says);
      rmSync(join(directory, name), { recursive: true });
    }
  });

  it("names files with secrets that others may read, and none in a directory that others cannot enter", () => {
    put(KEYS);
    chmodSync(join(directory, "AWS_SECRET_ACCESS_KEY"), 0o644);
    chmodSync(directory, 0o755);
    expect(readEnvdir(directory, "/").walE.looseFiles).toEqual([
      `${join(directory, "AWS_SECRET_ACCESS_KEY")} (mode 0644)`,
    ]);
    chmodSync(directory, 0o750);
    expect(readEnvdir(directory, "/").walE.looseFiles).toEqual([]);
  });

  it("that is not there, or names no archive, is refused", () => {
    expect(() => readEnvdir(join(directory, "no"), "/")).toThrow(/is not there/);
    expect(() => readEnvdir(directory, "/")).toThrow(/has no WALE_S3_PREFIX/);
  });
});
