/**
 * All pages of one search, in the way that the server knows (real-parts.md §1.6): a point in time with `search_after`
 * on Elasticsearch from 7.10 and OpenSearch from 2.4, else a scroll. Both see the store as it was when the search
 * began.
 */
import { StoreCallFailed, type StoreClient } from "./store-client.ts";
import { fieldsOf, textOf } from "../../../kit/json.ts";
import { type Page, pageOf } from "./page.ts";
import type { LogStoreCall } from "./read-only.ts";

export interface Search {
  readonly client: StoreClient;
  /** Percent-encoded pattern of indices. */
  readonly indices: string;
  readonly place: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly time: string | undefined;
  /** Documents in one answer. */
  readonly size: number;
}

const KEEP = "2m";
/** After so long the server answers with the documents that it has. */
const SEARCH_LIMIT = "40s";
export const PARTIAL = { allow_partial_search_results: "true" } as const;
/** Indices that are gone by now are no failure; that there were any is found out before. */
export const LENIENT = { ignore_unavailable: "true", allow_no_indices: "true" } as const;

type Product = "elasticsearch" | "opensearch" | "unknown";

export interface Server {
  readonly product: Product;
  /** 0 if it does not say. */
  readonly major: number;
  readonly minor: number;
}

/** Who answers. Some servers and rights do not let one ask: then it is found out by trying. */
export async function serverOf(client: StoreClient): Promise<Server> {
  try {
    const { number, distribution } = fieldsOf(fieldsOf(await client.call({ method: "GET", path: "/" }))["version"]);
    const [major = 0, minor = 0] = textOf(number).split(".").map(Number);
    if (!(major > 0)) return { product: "unknown", major: 0, minor: 0 };
    return { product: distribution === "opensearch" ? "opensearch" : "elasticsearch", major, minor };
  } catch (error) {
    if (error instanceof StoreCallFailed && [403, 404, 405].includes(error.failure.status))
      return { product: "unknown", major: 0, minor: 0 };
    throw error;
  }
}

export async function* pagesOf(search: Search, server: Server): AsyncGenerator<Page> {
  const point = await openPoint(search, server);
  if (point === undefined) yield* scrolled(search);
  else yield* walked(search, point);
}

interface Point {
  readonly id: string;
  readonly product: "elasticsearch" | "opensearch";
}

async function openPoint(search: Search, { product, major, minor }: Server): Promise<Point | undefined> {
  const newer = (from: readonly [number, number]): boolean =>
    major > from[0] || (major === from[0] && minor >= from[1]);
  if (product !== "opensearch" && (product === "unknown" || newer([7, 10]))) {
    const id = await tryPoint(search, "_pit", "id");
    if (id !== undefined) return { id, product: "elasticsearch" };
  }
  if (product !== "elasticsearch" && (product === "unknown" || newer([2, 4]))) {
    const id = await tryPoint(search, "_search/point_in_time", "pit_id");
    if (id !== undefined) return { id, product: "opensearch" };
  }
  return undefined;
}

/** Undefined if the server has none, or does not open one while shards are missing: a scroll names missing shards. */
async function tryPoint({ client, indices }: Search, verb: string, field: string): Promise<string | undefined> {
  try {
    const answer = await client.call({ method: "POST", path: `/${indices}/${verb}`, query: { keep_alive: KEEP } });
    return textOf(fieldsOf(answer)[field]) || undefined;
  } catch (error) {
    if (error instanceof StoreCallFailed && [400, 403, 404, 405, 503].includes(error.failure.status)) return undefined;
    throw error;
  }
}

async function* walked(search: Search, point: Point): AsyncGenerator<Page> {
  const { client, place, time } = search;
  let { id } = point;
  // OpenSearch has no `_shard_doc`; the time alone ties, and rows would be lost at a border.
  const byTime = { [time ?? "_id"]: { order: "asc", ...(time === undefined ? {} : { unmapped_type: "date" }) } };
  const sort = point.product === "elasticsearch" ? [{ _shard_doc: "asc" }] : [byTime, { _id: "asc" }];
  try {
    for (let after: readonly unknown[] | undefined; ; ) {
      const body = {
        ...bodyOf(search, after === undefined),
        pit: { id, keep_alive: KEEP },
        sort,
        ...(after === undefined ? {} : { search_after: after }),
      };
      const page = pageOf(await client.call({ method: "POST", path: "/_search", query: PARTIAL, body }), time, place);
      id = page.pit ?? id;
      yield page;
      if (page.documents.length < search.size || page.last === undefined) return;
      after = page.last;
    }
  } finally {
    const elastic = point.product === "elasticsearch";
    await free(client, {
      method: "DELETE",
      path: elastic ? "/_pit" : "/_search/point_in_time",
      body: elastic ? { id } : { pit_id: [id] },
    });
  }
}

async function* scrolled(search: Search): AsyncGenerator<Page> {
  const { client, indices, place, time } = search;
  const path = `/${indices}/_search`;
  const first = { scroll: KEEP, ...PARTIAL, ...LENIENT };
  let call: LogStoreCall = { method: "POST", path, query: first, body: { ...bodyOf(search, true), sort: ["_doc"] } };
  let id: string | undefined;
  try {
    for (;;) {
      const page = pageOf(await client.call(call), time, place);
      id = page.scrollId ?? id;
      yield page;
      if (page.documents.length === 0 || id === undefined) return;
      call = { method: "POST", path: "/_search/scroll", body: { scroll: KEEP, scroll_id: id } };
    }
  } finally {
    if (id !== undefined) await free(client, { method: "DELETE", path: "/_search/scroll", body: { scroll_id: [id] } });
  }
}

function bodyOf({ query, size }: Search, counting: boolean): Readonly<Record<string, unknown>> {
  return { query, size, timeout: SEARCH_LIMIT, track_total_hits: counting };
}

/** A search that is not freed ends by itself, and a failure here must not hide another. */
async function free(client: StoreClient, call: LogStoreCall): Promise<void> {
  await client.call(call).catch(() => undefined);
}
