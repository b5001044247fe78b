import { describe, expect, it } from "vitest";
import {
  formatLocation,
  instanceArchive,
  instanceGuidIn,
  parseLocation,
  relativeKey,
  requireApart,
  requireInstanceArchive,
} from "../../../src/archive/names/location.ts";
import { NEW, OLD } from "../sample-archive.ts";

describe("an archive's location", () => {
  it("is read with or without a slash at the end and written without", () => {
    expect(formatLocation(parseLocation("s3://bucket/backups/x/wal/"))).toBe("s3://bucket/backups/x/wal");
    expect(parseLocation(formatLocation(OLD))).toEqual(OLD);
  });

  it.each([
    "",
    "backups/x",
    "s3:/bucket/x",
    "http://bucket/x",
    "s3://bucket",
    "s3://bucket/",
    "s3:///backups/x",
    "s3://b/x",
    "s3://../x/y",
    "s3://bucket//",
    "s3://bucket/a//b",
    "s3://bucket/a/../b",
    "s3://bucket/a/.",
    "s3://bucket/a\nb",
    "s3://bucket/\u001b[2J",
  ])("refuses %j without echoing control characters", (text) => {
    expect(() => parseLocation(text)).toThrow(expect.objectContaining({ code: "input-invalid" }));
    expect(() => parseLocation(text)).toThrow(/^[^\p{Cc}]*$/u);
  });

  it("belongs to an instance only in exactly Dingo's shape", () => {
    expect(instanceGuidIn(OLD)).toBe("6e101b27-19ff-4af8-8fa4-fd1a09a4c6a8");
    expect(instanceArchive(OLD.bucket, "6e101b27-19ff-4af8-8fa4-fd1a09a4c6a8")).toEqual(OLD);
    for (const prefix of ["wal", "backups/6e101b27/wal", `${OLD.prefix}/wal_005`, OLD.prefix.replace("wal", "WAL")]) {
      const location = { bucket: OLD.bucket, prefix };
      expect(instanceGuidIn(location)).toBeUndefined();
      expect(() => requireInstanceArchive(location)).toThrow(expect.objectContaining({ code: "guard-refused" }));
    }
    expect(() => instanceArchive(OLD.bucket, "../x")).toThrow(expect.objectContaining({ code: "input-invalid" }));
  });

  it("knows the keys below it by whole path parts", () => {
    expect(relativeKey(OLD, `${OLD.prefix}/wal_005/x`)).toBe("wal_005/x");
    expect(relativeKey(OLD, `${OLD.prefix}2/wal_005/x`)).toBeUndefined();
  });

  it("of a source and a target must not overlap", () => {
    expect(() => requireApart(OLD, NEW)).not.toThrow();
    const sibling = { bucket: OLD.bucket, prefix: `${OLD.prefix}2` };
    expect(() => requireApart(OLD, sibling)).not.toThrow();
    const overlapping = [
      OLD,
      { bucket: OLD.bucket, prefix: "backups" },
      { bucket: OLD.bucket, prefix: `${OLD.prefix}/x` },
      { bucket: OLD.bucket.toUpperCase(), prefix: OLD.prefix },
    ];
    for (const target of overlapping) {
      expect(() => requireApart(OLD, target)).toThrow(expect.objectContaining({ code: "source-protected" }));
    }
  });
});
