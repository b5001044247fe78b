import { describe, expect, it } from "vitest";
import { lzop, md5, plainSize } from "../../../src/rehearsal/world/formats/lzop.ts";
import { bytesOf, expandedSize } from "../../../src/rehearsal/world/objects.ts";
import { Scene, OLD } from "./scene.ts";

describe("lzop files", () => {
  it("say when the packed file was written, at the place where lzop says it", () => {
    const file = lzop([Buffer.from("x")], { mtime: 1_458_195_017, fileMode: 0o100600 });
    expect(file.subarray(0, 9).toString("hex")).toBe("894c5a4f000d0a1a0a");
    expect(file.readUInt32BE(25)).toBe(1_458_195_017);
  });
});

describe("objects of an archive", () => {
  const scene = Scene.deleted();
  const objects = scene.world.store.buckets["our-postgresql-backups"] ?? {};
  const named = (name: string) => {
    const object = objects[`backups/${OLD}/wal/${name}`];
    if (object === undefined) throw new Error(`no ${name}`);
    return object;
  };

  it("have the MD5 of their bytes as ETag and their length as size", () => {
    for (const object of Object.values(objects)) {
      const body = bytesOf(object.meaning);
      expect([object.etag, object.size]).toEqual([md5(body), body.length]);
    }
  });

  it("say in the sentinel exactly what the parts expand to", () => {
    const base = "basebackups_005/base_000000010000000000000002_00000040";
    const part = named(`${base}/tar_partitions/part_00000000.tar.lzo`).meaning;
    const sentinel = named(`${base}_backup_stop_sentinel.json`).meaning;
    if (part.is !== "base" || sentinel.is !== "text") throw new Error("other objects");
    const size = expandedSize(part);
    expect(JSON.parse(sentinel.text)).toMatchObject({ expanded_size_bytes: size });
    expect(size).toBeGreaterThan(plainSize([22 * 1024 * 1024]));
  });

  it("hold a system identifier of twenty bytes", () => {
    expect(bytesOf(named("sysids/sysid").meaning).toString()).toMatch(/^\d{19}\n$/);
  });
});
