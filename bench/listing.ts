/**
 * The memory and time of a listing that is far longer than most: `archive verify` of an archive with KEYS objects.
 * A server on loopback makes the listing and each object when they are asked for: to fill a store would take an hour.
 * Needs GNU time.
 *
 *   npm run build && node bench/listing.ts [KEYS]     1000000
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { segmentName } from "../src/archive/names/segment.ts";
import { archiveOf, segmentOf } from "./archive-of.ts";
import { BUCKET, storeEnvironment } from "./local-store.ts";

/** MiB for a million keys. */
const GOAL = 200;
const PAGE = 1000;
const PREFIX = "backups/many/wal/";
const keys = Number(process.argv[2] ?? 1_000_000);

/** Nobody looks further than at their heads. */
const segment = (number: number): Buffer => segmentOf(number, Buffer.alloc(0), 8192);
const FEW = [...archiveOf(4, segment)].sort(([one], [other]) => (one < other ? -1 : 1));
const SEGMENT_SIZE = segment(1).length;
const MODIFIED = "2026-11-01T00:00:00.000Z";
const ETAG = '"0123456789abcdef0123456789abcdef"';

const numberOf = (at: number): number => at - FEW.length + 1;
const keyOf = (at: number): string =>
  PREFIX + (FEW[at]?.[0] ?? `wal_005/${segmentName({ timeline: 1, number: numberOf(at) })}.lzo`);

/** How many keys do not lie behind that one. */
function countTo(key: string): number {
  let [low, high] = [0, keys];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(middle) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A continuation is told by a number of keys. */
function pageFrom(at: number): string {
  const end = Math.min(at + PAGE, keys);
  const entries = Array.from({ length: end - at }, (_, index) => {
    const size = FEW[at + index]?.[1].length ?? SEGMENT_SIZE;
    return `<Contents><Key>${keyOf(at + index)}</Key><LastModified>${MODIFIED}</LastModified><ETag>${ETAG}</ETag><Size>${size}</Size></Contents>`;
  });
  const next = end < keys ? `<NextContinuationToken>${end}</NextContinuationToken>` : "";
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>${end < keys}</IsTruncated>${next}${entries.join("")}</ListBucketResult>`;
}

function sendObject(at: number, range: string | undefined, response: ServerResponse): void {
  const content = FEW[at]?.[1] ?? segment(numberOf(at));
  const headers = { etag: ETAG, "last-modified": new Date(MODIFIED).toUTCString() };
  const [, first, last] = /^bytes=(\d+)-(\d*)$/u.exec(range ?? "") ?? [];
  if (first === undefined) {
    response.writeHead(200, { ...headers, "content-length": content.length }).end(content);
    return;
  }
  const part = content.subarray(Number(first), last === "" ? undefined : Number(last) + 1);
  const place = `bytes ${first}-${Number(first) + part.length - 1}/${content.length}`;
  response.writeHead(206, { ...headers, "content-range": place, "content-length": part.length }).end(part);
}

function answer({ url = "/", headers }: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, "http://store");
  if (searchParams.has("list-type")) {
    const from = searchParams.get("continuation-token") ?? countTo(searchParams.get("start-after") ?? "");
    response.writeHead(200, { "content-type": "application/xml" }).end(pageFrom(Number(from)));
    return;
  }
  const key = decodeURIComponent(pathname).slice(`/${BUCKET}/`.length);
  const at = countTo(key) - 1;
  if (at >= 0 && keyOf(at) === key) sendObject(at, headers.range, response);
  else {
    const code = searchParams.has("lifecycle") ? "NoSuchLifecycleConfiguration" : "NoSuchKey";
    response.writeHead(404, { "content-type": "application/xml" }).end(`<Error><Code>${code}</Code></Error>`);
  }
}

const server = createServer(answer).listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
if (address === null || typeof address === "string") throw new Error("the server has no port");

const directory = mkdtempSync(join(tmpdir(), "listing-bench-"));
const [note, said] = [join(directory, "time.txt"), join(directory, "output.txt")];
const output = openSync(said, "w");
const tool = [process.execPath, resolve("bundle/bin.cjs"), "archive", "verify", "--json", `s3://${BUCKET}/${PREFIX}`];
const child = spawn("/usr/bin/time", ["-q", "-o", note, "-f", "%e %U %S %M", ...tool], {
  env: storeEnvironment(`127.0.0.1:${address.port}`),
  stdio: ["ignore", output, output],
});
await once(child, "exit");
closeSync(output);
server.close();
const [seconds = 0, user = 0, system = 0, kilobytes = 0] = readFileSync(note, "utf8").split(" ").map(Number);
const text = readFileSync(said, "utf8");
rmSync(directory, { recursive: true });
const { verdict, objects } = JSON.parse(text) as { readonly verdict: string; readonly objects: number };
if (objects !== keys) throw new Error(`the listing was not read: ${text}`);
const peak = kilobytes / 1024;
console.log(
  `verify of ${keys} keys (${verdict}): peak ${peak.toFixed(0)} MiB, goal ≤ ${GOAL}${peak <= GOAL ? "" : ", missed"}`,
);
console.log(`  ${seconds.toFixed(1)} s, CPU ${(user + system).toFixed(1)} s`);
