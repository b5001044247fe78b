/** Archives as WAL-G leaves them (v0.2.19, and later ones with `files_metadata.json`), small, for tests. */
import { MemoryObjectStore } from "../fakes/memory-object-store.ts";
import { BUCKET, segment, stamp, SYSID } from "./sample-archive.ts";
import { parseLocation } from "../../src/archive/names/location.ts";

export const SPILO = parseLocation(`s3://${BUCKET}/spilo/pg-main/wal`);
export const FULL = `base_${segment(2)}`;
export const DELTA = `base_${segment(5)}_D_${segment(2)}`;

/** The first bytes of an lz4 frame; the rest only has to differ. */
export function lz4Like(text: string): Uint8Array {
  return Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18]), Buffer.from(text.padEnd(64, ".")), Buffer.alloc(4)]);
}

export function walgSentinel(at: number, more: Readonly<Record<string, unknown>> = {}): string {
  const lsn = at * 16 * 1024 * 1024;
  const text = JSON.stringify({
    LSN: lsn + 40,
    PgVersion: 130014,
    FinishLSN: lsn + 312,
    SystemIdentifier: "SYSID",
    UncompressedSize: 31_000_000,
    CompressedSize: 100,
    Spec: null,
    ...more,
  });
  return text.replace('"SYSID"', SYSID);
}

export class WalgArchive {
  readonly store = new MemoryObjectStore();

  put(relative: string, content: string | Uint8Array, number = 2): this {
    this.store.seed(SPILO.bucket, `${SPILO.prefix}/${relative}`, content, { lastModified: stamp(number) });
    return this;
  }

  drop(relative: string): this {
    if (!this.store.bucket(SPILO.bucket).delete(`${SPILO.prefix}/${relative}`)) throw new Error(`no ${relative}`);
    return this;
  }

  segments(numbers: readonly number[], ending = ".lz4"): this {
    for (const number of numbers) this.put(`wal_005/${segment(number)}${ending}`, lz4Like(String(number)), number);
    return this;
  }

  /** `tars`: the tar files that the backup names. */
  base(name: string, at: number, { tars, more = {} }: { tars?: readonly string[]; more?: object } = {}): this {
    const folder = `basebackups_005/${name}`;
    const names = tars ?? ["part_001.tar.lz4", "part_003.tar.lz4"];
    const sets = Object.fromEntries(names.map((each) => [each, ["/base/1/1"]]));
    for (const tar of [...names, "pg_control.tar.lz4"]) this.put(`${folder}/tar_partitions/${tar}`, lz4Like(tar), at);
    const times = { start_time: stamp(at), finish_time: stamp(at + 0.5) };
    this.put(`${folder}/metadata.json`, JSON.stringify(times), at);
    this.put(`${folder}/files_metadata.json`, JSON.stringify({ Files: { "/x": {} }, TarFileSets: sets }), at);
    return this.put(`basebackups_005/${name}_backup_stop_sentinel.json`, walgSentinel(at, { ...more }), at);
  }
}

/** One full base backup at segment 2, and WAL from 1 to 8. */
export function walgArchive(): WalgArchive {
  return new WalgArchive().segments([1, 2, 3, 4, 5, 6, 7, 8]).base(FULL, 2);
}
