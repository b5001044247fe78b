/** Searches under way: pages, scrolls and points in time, each over the store as it was when it began. */
import { type HttpResponse, jsonResponse } from "../http/message.ts";
import { matching, ShardFailure, timeOf } from "./matching.ts";
import type { LogStoreState, StoredDocument, StoredIndex } from "./store.ts";

export interface SearchBody {
  readonly query?: unknown;
  readonly size?: number;
  readonly sort?: readonly unknown[];
  readonly search_after?: readonly unknown[];
  readonly pit?: { readonly id: string };
  readonly aggs?: Readonly<Record<string, Readonly<Record<string, { readonly field: string }>>>>;
  readonly scroll_id?: string | readonly string[];
  readonly pit_id?: string | readonly string[];
  readonly id?: string;
}

interface Hit {
  readonly _index: string;
  readonly _id: string;
  readonly _source: unknown;
  readonly sort: readonly (string | number)[];
}

interface Scroll {
  readonly hits: readonly Hit[];
  readonly size: number;
  readonly failures: readonly unknown[];
  readonly shards: number;
  at: number;
}

export class Searches {
  readonly #points = new Map<string, readonly StoredIndex[]>();
  readonly #scrolls = new Map<string, Scroll>();
  #opened = 0;

  /** Contexts that nobody has freed yet. */
  get open(): number {
    return this.#points.size + this.#scrolls.size;
  }

  openPoint(indices: readonly StoredIndex[]): string {
    this.#opened += 1;
    const id = `point-${this.#opened}`;
    this.#points.set(id, indices);
    return id;
  }

  point(id: string): readonly StoredIndex[] | undefined {
    return this.#points.get(id);
  }

  free(id: string | readonly string[]): void {
    for (const each of [id].flat()) if (!this.#points.delete(each)) this.#scrolls.delete(each);
  }

  search(
    indices: readonly StoredIndex[],
    body: SearchBody,
    { scrolling, product }: { readonly scrolling: boolean; readonly product: LogStoreState["product"] },
  ): HttpResponse {
    const field = sortField(body.sort);
    if (product === "opensearch" && field === "_shard_doc")
      return allFailed("No mapping found for [_shard_doc] in order to sort on");
    const { found, failures } = gather(indices, body.query);
    if (failures.length > 0 && failures.length === indices.length) return allFailed(failures[0]?.reason.reason ?? "");
    const hits = found.map(([index, document], at) => hitOf(index, document, keyOf(document, field, at)));
    const ordered = field === "_shard_doc" || field === "_doc" ? hits : hits.sort(inOrder(body.sort));
    const size = body.size ?? 10;
    const shown = { failures, shards: indices.length, total: ordered.length };
    if (scrolling) return this.#openScroll({ ...shown, hits: ordered, size, at: 0 });
    const after = body.search_after;
    const from = after === undefined ? 0 : ordered.findIndex(({ sort }) => compare(sort, after) > 0);
    const page = from < 0 ? [] : ordered.slice(from, from + size);
    return jsonResponse(200, { ...result(page, shown), ...aggregated(body, found) });
  }

  scroll(id: string): HttpResponse | undefined {
    const scroll = this.#scrolls.get(id);
    if (scroll === undefined) return undefined;
    const page = scroll.hits.slice(scroll.at, scroll.at + scroll.size);
    scroll.at += scroll.size;
    return jsonResponse(200, { _scroll_id: id, ...result(page, { ...scroll, total: scroll.hits.length }) });
  }

  #openScroll(scroll: Scroll): HttpResponse {
    this.#opened += 1;
    const id = `scroll-${this.#opened}`;
    this.#scrolls.set(id, scroll);
    return this.scroll(id) ?? jsonResponse(500, {});
  }
}

interface Failure {
  readonly index: string;
  readonly reason: { readonly type: string; readonly reason: string };
}

function gather(indices: readonly StoredIndex[], query: unknown) {
  const found: (readonly [StoredIndex, StoredDocument])[] = [];
  const failures: Failure[] = [];
  for (const index of indices) {
    try {
      for (const document of matching(index, query ?? { match_all: {} })) found.push([index, document]);
    } catch (error) {
      if (!(error instanceof ShardFailure)) throw error;
      failures.push({ index: index.name, reason: { type: "illegal_state_exception", reason: error.message } });
    }
  }
  return { found, failures };
}

function hitOf(index: StoredIndex, document: StoredDocument, key: string | number): Hit {
  return { _index: index.name, _id: document.id, _source: document.source, sort: [key, document.id] };
}

function sortField(sort: readonly unknown[] | undefined): string {
  const [first] = sort ?? [];
  return typeof first === "string" ? first : (Object.keys(first ?? {})[0] ?? "_doc");
}

function keyOf({ source }: StoredDocument, field: string, at: number): string | number {
  return field === "_doc" || field === "_shard_doc" ? at : (timeOf(source, field) ?? MISSING);
}

/** A document without the field comes last, whichever way they are sorted. */
const MISSING = Number.MAX_SAFE_INTEGER;

function inOrder(sort: readonly unknown[] | undefined): (a: Hit, b: Hit) => number {
  const down = JSON.stringify(sort?.[0] ?? "").includes('"desc"');
  const isMissing = ({ sort: [key] }: Hit): boolean => key === MISSING;
  return (a, b) => {
    if (isMissing(a) !== isMissing(b)) return isMissing(a) ? 1 : -1;
    return compare(a.sort, b.sort) * (down ? -1 : 1);
  };
}

function compare(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [at, value] of a.entries()) {
    const other = b[at];
    if (other === undefined || value === other) continue;
    return (value as string | number) < (other as string | number) ? -1 : 1;
  }
  return 0;
}

function result(
  hits: readonly Hit[],
  {
    failures,
    shards,
    total,
  }: { readonly failures: readonly unknown[]; readonly shards: number; readonly total: number },
): Readonly<Record<string, unknown>> {
  return {
    took: 1,
    timed_out: false,
    _shards: {
      total: shards,
      successful: shards - failures.length,
      failed: failures.length,
      ...(failures.length === 0 ? {} : { failures }),
    },
    hits: { total: { value: total, relation: "eq" }, hits },
  };
}

function aggregated({ aggs }: SearchBody, found: readonly (readonly [StoredIndex, StoredDocument])[]): object {
  if (aggs === undefined) return {};
  const values = Object.entries(aggs).map(([name, told]) => {
    const [[kind, { field }] = ["", { field: "" }]] = Object.entries(told);
    const times = found.flatMap(([, { source }]) => timeOf(source, field) ?? []);
    return [name, { value: times.length === 0 ? null : kind === "min" ? Math.min(...times) : Math.max(...times) }];
  });
  return { aggregations: Object.fromEntries(values) as unknown };
}

function allFailed(reason: string): HttpResponse {
  const cause = { type: "illegal_state_exception", reason };
  const error = { root_cause: [cause], type: "search_phase_execution_exception", reason: "all shards failed" };
  return jsonResponse(400, { error, status: 400 });
}
