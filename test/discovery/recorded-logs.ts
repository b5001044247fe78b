/** The logs of real brokers in fixtures/logs, with the real events beside them. */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { LogFiles } from "../../src/ports/log-files.ts";
import { StreamedLogs } from "../fakes/streamed-logs.ts";

export const FOUNDATIONS = [
  "a-0.1.2",
  "a-0.3.2",
  "b-0.5.8",
  "c-0.8.0",
  "d-0.8.1",
  "d-0.9.2",
  "e-0.9.3",
  "f-0.10.2",
  "f-0.10.2-containers",
  "f-0.10.2-containers-busy",
] as const;

/** GUID → file → [line, first byte, last byte]. */
export type TrueEvidence = Record<string, Record<string, [number, number, number][]>>;

export interface TrueInstance {
  readonly guid: string;
  readonly name?: string;
  readonly nameInLog?: boolean;
  readonly space?: string;
  readonly org?: string;
  readonly plan?: string;
  readonly nodes: readonly string[];
  readonly deletedAt?: string;
  readonly recreated?: boolean;
  readonly containerLeft?: boolean;
  /** Of instances that were not deleted. */
  readonly why?: string;
}

export interface Truth {
  readonly canaries: readonly string[];
  readonly scenarios: readonly {
    readonly id: string;
    readonly file: string;
    readonly deleted: readonly TrueInstance[];
    readonly failed: readonly TrueInstance[];
    readonly notDeleted: readonly TrueInstance[];
    readonly evidence: TrueEvidence;
  }[];
  readonly streams: readonly { readonly file: string; readonly evidence: TrueEvidence }[];
}

function pathOf(foundation: string, file: string): string {
  const packed = file.endsWith(".gz") ? file : `${file}.gz`;
  return new URL(`../../fixtures/logs/${foundation}/${packed}`, import.meta.url).pathname;
}

export function truthOf(foundation: string): Truth {
  return JSON.parse(gunzipSync(readFileSync(pathOf(foundation, "truth.json"))).toString()) as Truth;
}

export function isKept(foundation: string, file: string): boolean {
  return existsSync(pathOf(foundation, file));
}

/** Inflated. */
export function bytesOf(foundation: string, file: string): Buffer {
  return gunzipSync(readFileSync(pathOf(foundation, file)));
}

/** Files in memory; `chunk` bytes at a time. */
export function memoryLogs(
  files: Readonly<Record<string, Uint8Array | string>>,
  { chunk = 65_536, modifiedAt = new Date("2026-11-21T14:00:00Z") } = {},
): LogFiles {
  const opened = Object.entries(files).map(([path, content]) => {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    return {
      path,
      modifiedAt,
      async *chunks() {
        for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
      },
    };
  });
  return new StreamedLogs(opened);
}
