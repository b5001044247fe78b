/**
 * One record of the WAL, as releases from 9.5 to 18 write it (src/include/access/xlogrecord.h): a header of 24 bytes,
 * short headers that describe the data, and the main data at the end. All numbers are little endian.
 */
export const RECORD_HEADER = 24;
/** Of the record's sum, in its header: over everything else, the header last (xlog.c, XLogRecordAssemble). */
export const SUM_AT = 20;

/** src/include/access/rmgrlist.h: the same numbers in all these releases. */
const RM_XLOG = 0;
const RM_XACT = 1;
/** pg_control.h: the rest of the segment is empty. */
const XLOG_SWITCH = 0x40;
const XLOG_CHECKPOINTS: ReadonlySet<number> = new Set([0x00, 0x10]);
const OPERATION = 0x70;

/** By the bits of the operation (src/include/access/xact.h): the records that end a transaction and say when. */
const ENDS: Readonly<Record<number, "commit" | "abort">> = {
  0x00: "commit",
  0x20: "abort",
  0x30: "commit",
  0x40: "abort",
};

export interface TransactionEnd {
  readonly kind: "commit" | "abort";
  /** Microseconds since 1970. */
  readonly at: bigint;
}

/** `at`: where in the bytes the record begins. */
export function isSwitch(bytes: Buffer, at: number): boolean {
  return bytes[at + 17] === RM_XLOG && ((bytes[at + 16] ?? 0) & 0xf0) === XLOG_SWITCH;
}

/** Where the replay from a checkpoint begins; undefined for any other record. */
export function redoOf(record: Buffer): bigint | undefined {
  if (record[17] !== RM_XLOG || !XLOG_CHECKPOINTS.has((record[16] ?? 0) & 0xf0)) return undefined;
  const main = mainData(record);
  return main === undefined || main.length < 8 ? undefined : main.readBigUInt64LE(0);
}

export const isTransaction = (bytes: Buffer, at: number): boolean => bytes[at + 17] === RM_XACT;

/** Undefined for any other record. */
export function transactionEnd(record: Buffer): TransactionEnd | undefined {
  const kind = record[17] === RM_XACT ? ENDS[(record[16] ?? 0) & OPERATION] : undefined;
  const main = kind === undefined ? undefined : mainData(record);
  if (kind === undefined || main === undefined || main.length < 8) return undefined;
  return { kind, at: main.readBigInt64LE(0) + EPOCH };
}

/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH = 946_684_800_000_000n;

/** Ids of the short headers; below stand references to blocks, which no end of a transaction has. */
const SHORT = 255;
const LONG = 254;
const ORIGIN = 253;
const TOP_TRANSACTION = 252;

function mainData(record: Buffer): Buffer | undefined {
  for (let at = RECORD_HEADER; at + 2 <= record.length; ) {
    const id = record[at];
    if (id === SHORT) return record.subarray(record.length - (record[at + 1] ?? 0));
    if (id === LONG && at + 5 <= record.length) return record.subarray(record.length - record.readUInt32LE(at + 1));
    if (id === ORIGIN) at += 3;
    else if (id === TOP_TRANSACTION) at += 5;
    else return undefined;
  }
  return undefined;
}
