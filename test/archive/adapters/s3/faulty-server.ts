/** A server on loopback that answers S3 requests as it is told and remembers them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  type KeyPairsSettings,
  type OpenArchiveStore,
  openArchiveStore,
} from "../../../../src/archive/adapters/s3/archive-store.ts";
import { closed, listening } from "../../../../src/rehearsal/listening.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";
import { StillClock } from "../../../fakes/still-clock.ts";

export type Reply = (request: IncomingMessage, response: ServerResponse) => void;

export class FaultyServer {
  readonly requests: { readonly method: string; readonly url: string; readonly headers: IncomingMessage["headers"] }[] =
    [];
  readonly clock = new StillClock();
  readonly secrets = new Secrets();
  readonly #server: Server;
  #port = 0;
  #replies: readonly Reply[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FaultyServer> {
    const server = createServer((request, response) => faulty.#answer(request, response));
    const faulty = new FaultyServer(server);
    faulty.#port = await listening(server);
    return faulty;
  }

  /** Answers with these in turn, the last one for ever. */
  script(...replies: readonly Reply[]): void {
    this.#replies = replies;
    this.requests.length = 0;
  }

  store(settings: Partial<KeyPairsSettings> = {}): OpenArchiveStore {
    return this.storeWithoutRegion({ region: "us-east-1", ...settings });
  }

  storeWithoutRegion(settings: Partial<KeyPairsSettings> = {}): OpenArchiveStore {
    return openArchiveStore({
      clock: this.clock,
      secrets: this.secrets,
      endpoint: this.endpoint,
      credentials: () => Promise.resolve({ accessKeyId: "KEYID", secretAccessKey: "canary-secret-key" }),
      environment: {},
      ...settings,
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    await closed(this.#server, () => this.#server.closeAllConnections());
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const reply = this.#replies[Math.min(this.requests.length, this.#replies.length - 1)];
    this.requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
    request.resume();
    if (reply === undefined) response.writeHead(500).end();
    else reply(request, response);
  }
}

export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return (_, response) => void response.writeHead(status, headers).end(body);
}

export function error(status: number, code: string, more = "", headers: Readonly<Record<string, string>> = {}): Reply {
  return text(
    status,
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>said so</Message>${more}</Error>`,
    headers,
  );
}

export interface PageOptions {
  readonly keys?: readonly string[];
  readonly next?: string;
  readonly count?: number;
  readonly truncated?: boolean | null;
  readonly encoded?: boolean;
}

export function page({ keys = [], next, count = keys.length, truncated, encoded = false }: PageOptions): string {
  const more = truncated === undefined ? next !== undefined : truncated;
  const rows = keys.map(
    (key) =>
      `<Contents><Key>${key}</Key><LastModified>2026-11-21T02:00:00.000Z</LastModified><ETag>&quot;abc&quot;</ETag><Size>1</Size></Contents>`,
  );
  return [
    '<?xml version="1.0"?><ListBucketResult><Name>bucket</Name>',
    `<KeyCount>${count}</KeyCount>`,
    encoded ? "<EncodingType>url</EncodingType>" : "",
    more === null ? "" : `<IsTruncated>${more}</IsTruncated>`,
    next === undefined ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`,
    ...rows,
    "</ListBucketResult>",
  ].join("");
}
