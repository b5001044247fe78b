/**
 * The contents of a small archive that a real PostgreSQL has written (fixtures/real-archive/README.md), in one file packed
 * by brotli: a line that names the members with their sizes, then the members. Of a segment the zeros at its end are left out.
 */
import { brotliDecompressSync } from "node:zlib";
import { ownPath, readOwn } from "../../kit/process/own-files.ts";
import { lzop, type Run } from "../world/formats/lzop.ts";

const FILE = ownPath("fixtures/real-archive/cluster.br");
const SEGMENT_BYTES = 16 * 1024 * 1024;
const WAL_FILE_MODE = 0o100600;
export const BASE_TAR = "base.tar";

export interface ClusterFacts {
  readonly systemId: string;
  /** Full version, `11.22`. */
  readonly version: string;
  /** `expanded_size_bytes` of the base backup. */
  readonly expandedBytes: number;
  /** Where the base backup ends: `000000010000000000000002`, and `00000130` in it. */
  readonly stop: { readonly segment: string; readonly offset: string };
  /** Text of the `.backup` file. */
  readonly backupHistory: string;
  readonly members: readonly { readonly name: string; readonly bytes: number }[];
}

interface Contents {
  readonly facts: ClusterFacts;
  readonly members: ReadonlyMap<string, Buffer>;
}

let loaded: Contents | undefined;

function contents(): Contents {
  loaded ??= unpacked(brotliDecompressSync(readOwn(FILE)));
  return loaded;
}

function unpacked(bytes: Buffer): Contents {
  const line = bytes.indexOf("\n");
  const facts = JSON.parse(bytes.toString("utf8", 0, line)) as ClusterFacts;
  const members = new Map<string, Buffer>();
  let at = line + 1;
  for (const { name, bytes: length } of facts.members) {
    members.set(name, bytes.subarray(at, at + length));
    at += length;
  }
  return { facts, members };
}

export const clusterFacts = (): ClusterFacts => contents().facts;

export const isInCluster = (name: string): boolean => contents().members.has(name);

/** The offset of a segment's last record: a switch, which is a header of 24 bytes. */
export function lastRecordOf(name: string): number | undefined {
  const content = contents().members.get(name);
  return content === undefined ? undefined : Math.ceil(content.length / 8) * 8 - 24;
}

/** Seconds since 1970 of the file that was packed. */
const packed = new Map<string, Buffer>();

/** As WAL-E stores it, the same bytes each time. `mtime` in seconds. */
export function packedMember(name: string, mtime: number): Buffer {
  const key = `${name} ${mtime}`;
  const known = packed.get(key) ?? pack(name, mtime);
  packed.set(key, known);
  return known;
}

function pack(name: string, mtime: number): Buffer {
  const bytes = contents().members.get(name);
  if (bytes === undefined) throw new Error(`the real archive has no ${name}`);
  if (name === BASE_TAR) return lzop(runsOf(bytes), { mtime, fileMode: 0 });
  return lzop([...runsOf(bytes), SEGMENT_BYTES - bytes.length], { mtime, fileMode: WAL_FILE_MODE });
}

const PIECE = 4096;
const NOTHING = Buffer.alloc(PIECE);

/** Stretches of zeros as such: our packer packs nothing else. */
function runsOf(bytes: Buffer): readonly Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; at += PIECE) {
    const piece = bytes.subarray(at, at + PIECE);
    if (!piece.equals(NOTHING.subarray(0, piece.length))) continue;
    if (at > from) runs.push(bytes.subarray(from, at));
    const last = runs.at(-1);
    if (typeof last === "number") runs[runs.length - 1] = last + piece.length;
    else runs.push(piece.length);
    from = at + piece.length;
  }
  if (from < bytes.length) runs.push(bytes.subarray(from));
  return runs;
}
