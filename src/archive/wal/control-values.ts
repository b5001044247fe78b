/**
 * The settings that a server needs to replay a backup, out of `global/pg_control` (wal-archives.md §7). The
 * offsets are those of 9.4 to 18 on little-endian machines, by the catalog version. From 9.5 on its CRC-32C is checked.
 */
import { crc32c } from "./crc32c.ts";

export const CONTROL_BYTES = 8192;

export interface ControlValues {
  /** `9.6`, `13`. */
  readonly version: string;
  readonly systemId: string;
  /** Settings by name: a server with less of any of them can refuse to replay. */
  readonly settings: Readonly<Record<string, number>>;
  readonly segmentBytes: number;
}

export interface ControlLayout {
  readonly version: string;
  /** Of the copy of the last checkpoint, and of its time. */
  readonly checkpoint: number;
  readonly checkpointTime: number;
  /** Of max_connections, and whether max_wal_senders stands among the others (since 12). */
  readonly settings: number;
  readonly senders: boolean;
  readonly segmentBytes: number;
  readonly crc: number | undefined;
}

const since95 = { settings: 180, senders: false, segmentBytes: 228, checkpoint: 48, checkpointTime: 104 } as const;
const since12 = { settings: 180, senders: true, segmentBytes: 228, checkpoint: 40, checkpointTime: 104 } as const;

const of11 = { settings: 172, senders: false, segmentBytes: 220, checkpoint: 40, checkpointTime: 96 } as const;

/** By catalog version. The sum of 9.4 is of another kind, which is not looked at. */
const LAYOUTS: Readonly<Record<number, ControlLayout>> = {
  201409291: { ...since95, version: "9.4", settings: 172, segmentBytes: 212, crc: undefined },
  201510051: { version: "9.5", ...since95, crc: 256 },
  201608131: { version: "9.6", ...since95, crc: 256 },
  201707211: { version: "10", ...since95, crc: 288 },
  201809051: { version: "11", ...of11, crc: 280 },
  201909212: { version: "12", ...since12, crc: 288 },
  202007201: { version: "13", ...since12, crc: 288 },
  202107181: { version: "14", ...since12, crc: 288 },
  202209061: { version: "15", ...since12, crc: 288 },
  202307071: { version: "16", ...since12, crc: 288 },
  202406281: { version: "17", ...since12, crc: 288 },
  202506291: { version: "18", ...since12, crc: 292 },
};

export const isKnownRelease = (major: string): boolean =>
  Object.values(LAYOUTS).some(({ version }) => version === major);

/** Undefined for a release that is not known. */
export function controlLayout(control: Buffer): ControlLayout | undefined {
  return LAYOUTS[control.readUInt32LE(12)];
}

/** True too if the sum of that release is not looked at. */
export function checksumFits(control: Buffer, { crc }: ControlLayout): boolean {
  return crc === undefined || crc32c(control.subarray(0, crc)) === control.readUInt32LE(crc);
}

/** Undefined for bytes that are no pg_control of these releases, or do not match their checksum. */
export function controlValues(control: Uint8Array): ControlValues | undefined {
  if (control.length !== CONTROL_BYTES) return undefined;
  const bytes = Buffer.from(control.buffer, control.byteOffset, control.length);
  const layout = controlLayout(bytes);
  if (layout === undefined || !checksumFits(bytes, layout)) return undefined;
  const { settings: at } = layout;
  const names = ["max_connections", "max_worker_processes", ...(layout.senders ? ["max_wal_senders"] : []), ...LAST];
  return {
    version: layout.version,
    systemId: bytes.readBigUInt64LE(0).toString(),
    settings: Object.fromEntries(names.map((name, index) => [name, bytes.readInt32LE(at + 4 * index)])),
    segmentBytes: bytes.readUInt32LE(layout.segmentBytes),
  };
}

const LAST = ["max_prepared_transactions", "max_locks_per_transaction"] as const;
