/**
 * Reads the cluster's state in the first bytes of `global/pg_control` (wal-archives.md §7). The offsets are those
 * of 9.4 to 18 on little-endian machines.
 */
import { isSegmentSize, numberAt, segmentName } from "../names/segment.ts";
import { parseSysid } from "../names/sysid.ts";
import { checksumFits, controlLayout } from "./control-values.ts";

/** As much as any of these releases has fields in; the file is longer, and zero from there on. */
export const CONTROL_FIELDS_BYTES = 512;

export type ClusterState =
  | "starting up"
  | "shut down"
  | "shut down in recovery"
  | "shutting down"
  | "in crash recovery"
  | "in archive recovery"
  | "in production";

const STATES: readonly ClusterState[] = [
  "starting up",
  "shut down",
  "shut down in recovery",
  "shutting down",
  "in crash recovery",
  "in archive recovery",
  "in production",
];

export type ControlState =
  | {
      readonly known: true;
      /** `9.6`, `16`. */
      readonly version: string;
      readonly systemId: string;
      /** Of the last start or stop: "in production" also after a kill. */
      readonly state: ClusterState;
      readonly timeline: number;
      /** `0/3000028`. */
      readonly checkpoint: string;
      /** ISO 8601. */
      readonly checkpointTime: string;
    }
  /** No release that is known, or bytes that do not fit their sum: why, as a sentence. */
  | { readonly known: false; readonly why: string };

export function controlState(start: Uint8Array): ControlState {
  if (start.length < CONTROL_FIELDS_BYTES) return { known: false, why: "global/pg_control is too short" };
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length);
  const layout = controlLayout(bytes);
  if (layout === undefined)
    return {
      known: false,
      why: `global/pg_control has the catalog version ${bytes.readUInt32LE(12)}, which is not known`,
    };
  const systemId = parseSysid(bytes.readBigUInt64LE(0).toString());
  const state = STATES[bytes.readUInt32LE(16)];
  const time = Number(bytes.readBigInt64LE(layout.checkpointTime));
  if (!checksumFits(bytes, layout) || systemId === undefined || state === undefined || !(time >= 0 && time < LATEST))
    return { known: false, why: "global/pg_control is damaged" };
  return {
    known: true,
    version: layout.version,
    systemId,
    state,
    timeline: bytes.readUInt32LE(layout.checkpoint + 8),
    checkpoint: lsnText(bytes.readBigUInt64LE(32)),
    checkpointTime: new Date(time * 1000).toISOString(),
  };
}

export interface ElsewhereNames {
  /** The segment at which a recovery begins. */
  readonly segment: string;
  /** The directory of this release in each tablespace. */
  readonly tablespace: string;
}

/** Names that lie beside the data directory if its WAL or its tablespaces do; undefined if the release is not known. */
export function elsewhereNames(start: Uint8Array): ElsewhereNames | undefined {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length);
  const layout = bytes.length < CONTROL_FIELDS_BYTES ? undefined : controlLayout(bytes);
  const size = layout === undefined ? 0 : bytes.readUInt32LE(layout.segmentBytes);
  if (layout === undefined || !isSegmentSize(size)) return undefined;
  const place = Number(bytes.readBigUInt64LE(layout.checkpoint) / BigInt(size));
  const timeline = bytes.readUInt32LE(layout.checkpoint + 8);
  return {
    segment: segmentName({ timeline, number: numberAt(place, size) }),
    tablespace: `PG_${layout.version}_${bytes.readUInt32LE(12)}`,
  };
}

/** Seconds of the epoch, in the year 2500. */
const LATEST = 16_725_225_600;

const lsnText = (lsn: bigint): string =>
  `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`.toUpperCase();
