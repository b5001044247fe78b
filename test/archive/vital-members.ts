/** The files of a base backup that a server cannot begin without, as members of a tar file. */
import { firstByte, formatLsn } from "../../src/archive/names/lsn.ts";
import { parseSegment } from "../../src/archive/names/segment.ts";
import { crc32c } from "../../src/archive/wal/crc32c.ts";
import type { Run } from "../../src/rehearsal/world/formats/lzop.ts";

/** Of a checkpoint at the very start of the segment. */
export function labelText(start: string): string {
  const at = formatLsn(firstByte(parseSegment(start) ?? { timeline: 1, number: 0 }) + 40n);
  return `START WAL LOCATION: ${at} (file ${start})\nCHECKPOINT LOCATION: ${at}\n`;
}

interface Member {
  readonly name: string;
  readonly content: readonly Run[];
}

const CATALOGS = { "9.6": { catalog: 201608131, crcAt: 256 }, "15": { catalog: 202209061, crcAt: 288 } } as const;

/** `start`: the segment that it begins in. `label`: its `backup_label`. */
export function vitalMembers(
  start: string,
  sysid: string,
  {
    release = "9.6",
    label = labelText(start),
  }: { readonly release?: keyof typeof CATALOGS; readonly label?: string } = {},
): readonly Member[] {
  const { catalog, crcAt } = CATALOGS[release];
  const control = Buffer.alloc(8192);
  control.writeBigUInt64LE(BigInt(sysid));
  control.writeUInt32LE(catalog, 12);
  control.writeUInt32LE(16 * 1024 * 1024, 228);
  control.writeUInt32LE(crc32c(control.subarray(0, crcAt)), crcAt);
  return [
    { name: "PG_VERSION", content: [Buffer.from(`${release}\n`)] },
    { name: "global/pg_control", content: [control] },
    { name: "backup_label", content: [Buffer.from(label)] },
  ];
}

export const bytesOf = (members: readonly Member[]): number =>
  members
    .flatMap(({ content }) => content)
    .reduce<number>((sum, run) => sum + (typeof run === "number" ? run : run.length), 0);
