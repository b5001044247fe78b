/** Stands before a store and gives its answers the habits of an older or looser one. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { closed, listening } from "../../../../src/rehearsal/listening.ts";

export interface Habits {
  /** Knows listings of the first version alone: what it does not know of a request it ignores. */
  readonly firstVersion?: true;
  /** Encodes the keys of a listing, and does not say so. */
  readonly encodingUnsaid?: true;
  /** Sends objects without their length. */
  readonly withoutLength?: true;
  /** Takes a bucket in the host's name alone. */
  readonly bucketInHost?: true;
  /** Neither its listings nor its objects have ETags. */
  readonly withoutEtags?: true;
}

export class LooserStore {
  readonly endpoint: string;
  readonly #server: Server;

  private constructor(server: Server, port: number, { bucketInHost }: Habits) {
    this.#server = server;
    this.endpoint = `http://${bucketInHost === true ? HOST : "127.0.0.1"}:${port}`;
  }

  static async before(store: string, habits: Habits): Promise<LooserStore> {
    const server = createServer((incoming, outgoing) => void pass(incoming, outgoing, { store, habits }));
    return new LooserStore(server, await listening(server), habits);
  }

  async stop(): Promise<void> {
    await closed(this.#server, () => this.#server.closeAllConnections());
  }
}

/** Names below it lead nowhere by themselves: who asks gives them the loopback address. */
const HOST = "store.example";

const FORBIDDEN =
  "<Error><Code>SecondLevelDomainForbidden</Code><Message>The bucket is to be in the host name.</Message></Error>";

interface Between {
  readonly store: string;
  readonly habits: Habits;
}

async function pass(incoming: IncomingMessage, outgoing: ServerResponse, { store, habits }: Between): Promise<void> {
  const body: Buffer[] = [];
  for await (const piece of incoming as AsyncIterable<Buffer>) body.push(piece);
  const inHost = new RegExp(`^(.+)\\.${HOST}:\\d+$`).exec(incoming.headers.host ?? "")?.[1];
  if (habits.bucketInHost === true && inHost === undefined) {
    outgoing.writeHead(403, { "content-type": "application/xml" }).end(FORBIDDEN);
    return;
  }
  const asked = inHost === undefined ? (incoming.url ?? "/") : `/${inHost}${incoming.url ?? "/"}`;
  const url = new URL(asked, store);
  const isListing = url.searchParams.has("prefix");
  const headers = { ...incoming.headers };
  if (habits.withoutEtags === true) delete headers["if-match"];
  const path = isListing && habits.firstVersion === true ? asFirstVersion(url) : asked;
  const onward = request(store, { method: incoming.method ?? "GET", path, headers }, (answer) => {
    const pieces: Buffer[] = [];
    answer.on("data", (piece: Buffer) => pieces.push(piece));
    answer.on("end", () => answered(outgoing, { answer, body: Buffer.concat(pieces), isListing, habits }));
  });
  onward.on("error", () => outgoing.destroy());
  onward.end(Buffer.concat(body));
}

/** The store behind knows the second version: the marker is where that begins. */
function asFirstVersion({ pathname, searchParams: asked }: URL): string {
  const known = ["prefix", "encoding-type", "max-keys"].flatMap((name) => {
    const value = asked.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const marker = asked.get("marker");
  const query = new URLSearchParams([
    ["list-type", "2"],
    ...known,
    ...(marker === null ? [] : [["start-after", marker]]),
  ] as [string, string][]);
  return `${pathname}?${query.toString()}`;
}

interface Answered {
  readonly answer: IncomingMessage;
  readonly body: Buffer;
  readonly isListing: boolean;
  readonly habits: Habits;
}

function answered(outgoing: ServerResponse, { answer, body, isListing, habits }: Answered): void {
  const headers = { ...answer.headers };
  const isHead = answer.statusCode === 200 && body.length === 0;
  if (habits.withoutEtags === true) delete headers["etag"];
  const content = isListing ? Buffer.from(listing(body.toString(), habits)) : body;
  if (!isHead && (isListing || habits.withoutLength === true)) delete headers["content-length"];
  outgoing.writeHead(answer.statusCode ?? 500, headers);
  outgoing.end(content);
}

function listing(text: string, { firstVersion, encodingUnsaid, withoutEtags }: Habits): string {
  let told = text;
  if (firstVersion === true) told = told.replace(/<(KeyCount|NextContinuationToken)>[^<]*<\/\1>/g, "");
  if (withoutEtags === true) told = told.replace(/<ETag>[^<]*<\/ETag>/g, "");
  if (encodingUnsaid !== true) return told;
  const encoded = told.replace(
    /<Key>([^<]*)<\/Key>/g,
    (_all, key: string) => `<Key>${key.replaceAll("/", "%2F")}</Key>`,
  );
  return encoded.replace(/<EncodingType>[^<]*<\/EncodingType>/g, "");
}
