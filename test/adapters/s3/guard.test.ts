import { fc } from "../../properties.js";
import { describe, expect, it } from "vitest";
import { refuseProtected } from "../../../src/adapters/s3/guard.js";

const protect = { bucket: "backups-bucket", prefix: "backups/6e101b27/wal" };
const allowed = (key: string, bucket = protect.bucket, prefix = protect.prefix): boolean => {
  try {
    refuseProtected({ bucket: protect.bucket, prefix }, { bucket, key });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "source-protected", effect: "none" });
    return false;
  }
};

describe("the guard of the source archive", () => {
  it.each([
    "backups/6e101b27/wal",
    "backups/6e101b27/wal/",
    "backups/6e101b27/wal/wal_005/000000010000000000000001.lzo",
    "/backups/6e101b27/wal/x",
    "backups//6e101b27/wal/x",
    "backups/./6e101b27/wal/x",
    "backups/78218ded/../6e101b27/wal/x",
    "backups/78218ded/wal/../../6e101b27/wal/x",
    "backups%2F6e101b27%2Fwal%2Fx",
    "backups/6e101b27/%77al/x",
    "backups/6e101b27/%2577al/x",
    "backups\\6e101b27\\wal\\x",
    "backups/78218ded/%2e%2e/6e101b27/wal/x",
    "backups/78218ded/%252e%252e/6e101b27/wal/x",
    "backups/78218ded/..%2f6e101b27/wal/x",
    "..",
    "",
    "/",
    "backups/78218ded/wal//",
    "backups/78218ded/wal%2f/",
    "a/../../x",
  ])("refuses %j", (key) => expect(allowed(key)).toBe(false));

  it.each([
    "backups/78218ded/wal/x",
    "backups/6e101b27/wal2/x",
    "backups/6e101b27/wal.old",
    "backups/6e101b27/dingo-recover/run-1/x",
    "backups/6e101b27",
    "backups/78218ded/dots..in/a...name",
    "backups/78218ded/new\nline\u001b[2J",
    "backups/78218ded/100%",
    "other/backups/6e101b27/wal/x",
    "backups/78218ded/wal/",
  ])("lets %j pass", (key) => expect(allowed(key)).toBe(true));

  it("reads its own prefix with and without slashes around it", () => {
    for (const prefix of ["/backups/6e101b27/wal/", "backups/6e101b27/wal//"]) {
      expect(allowed("backups/6e101b27/wal/x", protect.bucket, prefix)).toBe(false);
      expect(allowed("backups/6e101b27/wal2", protect.bucket, prefix)).toBe(true);
    }
  });

  it("protects the whole bucket where the prefix is empty", () => {
    expect(allowed("anything", protect.bucket, "")).toBe(false);
    expect(allowed("anything", "another-bucket", "")).toBe(true);
  });

  it("compares names in one normal form of Unicode", () => {
    expect(allowed("backups/ünï/x", protect.bucket, "backups/u\u0308ni\u0308")).toBe(false);
  });

  it.each(["backups-bucket/backups", "BACKUPS-BUCKET", "..", "", "arn:aws:s3:::backups-bucket", "a b"])(
    "is not passed by the bucket name %j",
    (bucket) => expect(allowed("backups/6e101b27/wal/x", bucket)).toBe(false),
  );

  it("lets nothing through that a path-cleaning server would put below the prefix", () => {
    const part = fc.constantFrom("backups", "6e101b27", "wal", "78218ded", "x", "..", ".", "", "%2e%2e", "%77al");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const key = parts.join("/");
        const cleaned = new URL(`http://server/${decodeURIComponent(key)}`).pathname.replace(/\/+/g, "/").slice(1);
        if (`${cleaned}/`.startsWith(`${protect.prefix}/`)) expect(allowed(key)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
