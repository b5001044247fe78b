/**
 * The content of the buckets: every object has a meaning, and its bytes follow from that, the same each time. WAL and
 * base backups are real lzop files, a sentinel is real JSON, sysid and extended_version are the real texts
 * (wal-archives.md §1, §2). An ETag is the MD5 of the bytes.
 */
import type { Change, Database } from "./database/database.ts";
import { packedMember } from "../real-archive/contents.ts";
import { lsnText, segmentName } from "./database/database.ts";
import { crc32c } from "./formats/crc32c.ts";
import { lzop, md5, plainSize, type Run } from "./formats/lzop.ts";
import { tar } from "./formats/tar.ts";
import { walSegment } from "./formats/wal-segment.ts";

export type Meaning =
  | {
      readonly is: "wal";
      readonly sysid: string;
      readonly version: string;
      readonly timeline: number;
      readonly segment: number;
      /** When the segment file was last written. */
      readonly mtime: number;
      readonly changes: readonly Change[];
      readonly encrypted?: true;
      /** Its bytes are those of this member of the real archive. */
      readonly real?: string;
      /** Where in a real segment before it the last record begins (wal-segment.ts). */
      readonly previous?: number;
    }
  | {
      readonly is: "backup-history";
      readonly timeline: number;
      readonly segment: number;
      readonly startedAt: number;
      readonly stoppedAt: number;
    }
  | { readonly is: "timeline-history"; readonly text: string; readonly at: number }
  | {
      readonly is: "base";
      readonly at: number;
      readonly segment: number;
      readonly database: Database;
      readonly encrypted?: true;
      readonly real?: string;
    }
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "bytes"; readonly base64: string };

export interface StoredObject {
  readonly meaning: Meaning;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: number;
}

const WAL_FILE_MODE = 0o100600;

/**
 * A session key packet of `gpg -e`, old format with two bytes of length, version 3; nobody here can read the bytes
 * behind it.
 */
const OPENPGP = Buffer.from([0x85, 0x01, 0x0c, 0x03, 0x9d, 0x3f, 0x5b, 0x52, 0xc1]);

export function bytesOf(meaning: Meaning): Buffer {
  const plain = plainBytesOf(meaning);
  return "encrypted" in meaning ? Buffer.concat([OPENPGP, plain.map((byte) => byte ^ 0x5a)]) : plain;
}

function plainBytesOf(meaning: Meaning): Buffer {
  switch (meaning.is) {
    case "wal":
      if (meaning.real !== undefined) return packedMember(meaning.real, seconds(meaning.mtime));
      return lzop(walSegment(meaning), { mtime: seconds(meaning.mtime), fileMode: WAL_FILE_MODE });
    case "backup-history":
      return lzop([Buffer.from(backupHistory(meaning))], {
        mtime: seconds(meaning.stoppedAt),
        fileMode: WAL_FILE_MODE,
      });
    case "timeline-history":
      return lzop([Buffer.from(meaning.text)], { mtime: seconds(meaning.at), fileMode: WAL_FILE_MODE });
    case "base":
      if (meaning.real !== undefined) return packedMember(meaning.real, seconds(meaning.at));
      return lzop(tar(members(meaning.database, meaning)), { mtime: seconds(meaning.at), fileMode: 0 });
    case "text":
      return Buffer.from(meaning.text);
    case "bytes":
      return Buffer.from(meaning.base64, "base64");
  }
}

export function stored(meaning: Meaning, at: number): StoredObject {
  const body = bytesOf(meaning);
  return { meaning, size: body.length, etag: md5(body), lastModified: at };
}

const seconds = (at: number): number => Math.floor(at / 1000);

function backupHistory(backup: Extract<Meaning, { is: "backup-history" }>): string {
  const start = segmentName(backup.timeline, backup.segment);
  const time = (at: number) => new Date(at).toISOString().replace("T", " ").replace(/\..*/, " UTC");
  return [
    `START WAL LOCATION: ${lsnText(backup.segment, 0x28)} (file ${start})`,
    `STOP WAL LOCATION: ${lsnText(backup.segment, 0xf8)} (file ${start})`,
    `CHECKPOINT LOCATION: ${lsnText(backup.segment, 0x28)}`,
    "BACKUP METHOD: pg_start_backup",
    "BACKUP FROM: master",
    `START TIME: ${time(backup.startedAt)}`,
    `LABEL: freeze_start_${new Date(backup.startedAt).toISOString().replace("Z", "+00:00")}`,
    `STOP TIME: ${time(backup.stoppedAt)}`,
    "",
  ].join("\n");
}

/** Files of a base backup; the rows stand in one of them, a few megabytes of zeros in another. */
function members(
  database: Database,
  base: { readonly at: number; readonly segment: number },
): { readonly name: string; readonly content: readonly Run[] }[] {
  const control = Buffer.alloc(260);
  control.writeBigUInt64LE(BigInt(database.sysid), 0);
  control.writeUInt32LE(database.version.startsWith("9.5") ? 201510051 : 201608131, 12);
  control.writeUInt32LE(base.segment, 32);
  control.writeUInt32LE(database.timeline, 56);
  control.writeUInt32LE(16 * 1024 * 1024, 228);
  control.writeUInt32LE(crc32c(control.subarray(0, 256)), 256);
  const at = lsnText(base.segment, 0x28);
  const label = `START WAL LOCATION: ${at} (file ${segmentName(database.timeline, base.segment)})\nCHECKPOINT LOCATION: ${at}\n`;
  const data = Buffer.from(JSON.stringify({ roles: database.roles, tables: database.tables }));
  return [
    { name: "backup_label", content: [Buffer.from(label)] },
    { name: "PG_VERSION", content: [Buffer.from(`${database.version.split(".").slice(0, 2).join(".")}\n`)] },
    { name: "global/pg_control", content: [control, 8192 - control.length] },
    { name: "base/12411/16385", content: [data, 8192 - (data.length % 8192)] },
    { name: "base/12411/1259", content: [22 * 1024 * 1024] },
  ];
}

/** `expanded_size_bytes` of a sentinel: exactly the sum of the members' sizes. */
export const expandedSize = (base: Extract<Meaning, { is: "base" }>): number =>
  members(base.database, base).reduce((sum, member) => sum + plainSize(member.content), 0);
