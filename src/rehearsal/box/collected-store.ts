/**
 * The collector's log store, as Logsearch fills it (cf-bosh.md §5.4): an index for each day, the whole line in `@raw`, and a
 * time without a zone read as if it were UTC. Its documents lie in a file of the box, one a line.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LogStoreState, StoredDocument } from "../log-store/store.ts";

/** Whom the configuration of a rehearsal names; worth nothing outside of the box. */
export const LOG_READER = { username: "log-reader", password: "a-password-of-the-log-store" } as const;
export const LOG_INDEX = "logs-platform-*";

export interface CollectedLine {
  /** The time as it stands in the line's head, read as UTC. */
  readonly at: number;
  readonly host: string;
  readonly raw: string;
  readonly message: string;
}

const FIELDS = { "@timestamp": { type: "date" }, "@raw": { type: "text" }, "@message": { type: "text" } } as const;
const fileIn = (directory: string): string => join(directory, "log-store.jsonl");

export function storeLines(directory: string, lines: readonly CollectedLine[]): void {
  const sources = lines.map(({ at, host, raw, message }) => ({
    "@timestamp": new Date(at).toISOString(),
    "@raw": raw,
    "@message": message,
    "@source": { host },
    "@type": "syslog",
  }));
  appendFileSync(fileIn(directory), sources.map((source) => `${JSON.stringify(source)}\n`).join(""));
}

/** Undefined if no line was ever collected so. */
export function collectedStore(directory: string): LogStoreState | undefined {
  const path = fileIn(directory);
  if (!existsSync(path)) return undefined;
  const days = new Map<string, StoredDocument[]>();
  for (const [number, line] of readFileSync(path, "utf8").split("\n").entries()) {
    if (line === "") continue;
    const source = JSON.parse(line) as StoredDocument["source"];
    const day = String(source["@timestamp"]).slice(0, 10).replaceAll("-", ".");
    days.set(day, [...(days.get(day) ?? []), { id: `line-${number + 1}`, source }]);
  }
  const basic = Buffer.from(`${LOG_READER.username}:${LOG_READER.password}`).toString("base64");
  return {
    product: "elasticsearch",
    version: "7.6.1",
    authorization: `Basic ${basic}`,
    indices: [...days].map(([day, documents]) => ({
      name: `logs-platform-${day}`,
      status: "open",
      fields: FIELDS,
      documents,
    })),
  };
}
