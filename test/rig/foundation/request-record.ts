/**
 * The requests to the object store, seen from its side: MinIO posts one audit entry per request to this receiver. A
 * test can so show that nothing wrote below a prefix, without believing the program under test.
 */
import { createServer, type Server } from "node:http";
import { Feed } from "./feed.ts";
import { until } from "../until.ts";

export interface S3Request {
  readonly time: string;
  /** By the store's clock, in milliseconds since 1970. */
  readonly beganMs: number;
  readonly endedMs: number;
  /** MinIO's name of the call: PutObject, CopyObject, DeleteObject, DeleteMultipleObjects, ListObjectsV2, … */
  readonly api: string;
  readonly bucket: string;
  /** Keys that the request names: one, several for a multi-delete, none for a listing. */
  readonly keys: readonly string[];
  readonly status: number;
  readonly accessKey: string;
  readonly userAgent: string;
  readonly query: Readonly<Record<string, string>>;
}

interface AuditEntry {
  readonly time?: string;
  readonly api?: {
    readonly name?: string;
    readonly bucket?: string;
    readonly objects?: readonly { readonly objectName?: string }[];
    readonly statusCode?: number;
    readonly timeToResponseInNS?: string;
  };
  readonly accessKey?: string;
  readonly userAgent?: string;
  readonly requestPath?: string;
  readonly requestQuery?: Readonly<Record<string, string>>;
}

/** Calls that change something. */
const writing = /^(Put|Copy|Delete|Complete|NewMultipart|CreateMultipart|Post|Restore|Abort)/;

export class RequestRecord {
  private readonly seen = new Feed<S3Request>();
  private readonly marks = new Set<string>();

  private readonly server: Server;
  readonly endpoint: string;

  private constructor(server: Server, endpoint: string) {
    this.server = server;
    this.endpoint = endpoint;
  }

  static async listen(address: string): Promise<RequestRecord> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        record.take(Buffer.concat(chunks).toString("utf8"));
        response.writeHead(200).end();
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, address, resolve);
    });
    const bound = server.address();
    if (bound === null || typeof bound === "string") throw new Error("the request record has no port");
    const record = new RequestRecord(server, `http://${address}:${bound.port}/`);
    return record;
  }

  /** One entry per line, or one alone: MinIO sends either, by how busy it is. */
  private take(body: string): void {
    for (const line of body.split("\n")) {
      if (line.trim() === "") continue;
      const entry = JSON.parse(line) as AuditEntry;
      const { api } = entry;
      if (api?.name === undefined) continue;
      // The path, not api.object: for a copy that one names the source.
      const named = (entry.requestPath ?? "").slice(`/${api.bucket ?? ""}/`.length);
      const several = (api.objects ?? []).flatMap((object) => object.objectName ?? []);
      this.marks.add(entry.requestPath ?? "");
      const endedMs = Date.parse(entry.time ?? "");
      this.seen.push({
        time: entry.time ?? "",
        beganMs: endedMs - Number(api.timeToResponseInNS) / 1_000_000,
        endedMs,
        api: api.name,
        bucket: api.bucket ?? "",
        keys: named === "" ? several : [named, ...several],
        status: api.statusCode ?? 0,
        accessKey: entry.accessKey ?? "",
        userAgent: entry.userAgent ?? "",
        query: entry.requestQuery ?? {},
      });
    }
  }

  get all(): readonly S3Request[] {
    return this.seen.all;
  }

  /** The first request that matches, of those that were recorded or will be. */
  first(match: (request: S3Request) => boolean): Promise<S3Request> {
    return this.seen.first(match);
  }

  /** Requests that would change an object below the prefix, refused ones too. */
  writesBelow(prefix: string): readonly S3Request[] {
    return this.seen.all.filter(
      (request) => writing.test(request.api) && request.keys.some((key) => key.startsWith(prefix)),
    );
  }

  /**
   * Waits until everything that was asked before this call is recorded: entries come a moment later than their answers.
   * `ask` sends one recognisable request to the store.
   */
  async settled(path: string, ask: () => Promise<unknown>): Promise<void> {
    await ask();
    await until(`the audit entry of ${path}`, 120_000, async () => this.marks.has(path), 50);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
