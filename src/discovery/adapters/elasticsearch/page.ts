/** One answer to a search: documents, the parts of the store that did not answer, and the place of the next page. */
import { refuse } from "../../../errors.ts";
import type { LogDocument } from "../../../ports/log-search.ts";
import { printable } from "../../../kit/text/printable.ts";
import { fieldsOf, textOf } from "../../../kit/json.ts";

export interface Page {
  readonly documents: readonly LogDocument[];
  readonly holes: readonly string[];
  /** Documents that fit, in all pages; absent if the server did not count. */
  readonly total: number | undefined;
  /** `sort` of the last document. */
  readonly last: readonly unknown[] | undefined;
  /** Of a scroll. */
  readonly scrollId: string | undefined;
  /** Of a point in time: the newest one is to be used. */
  readonly pit: string | undefined;
}

/** Throws `answer-malformed` if it is no answer to a search. */
export function pageOf(answer: unknown, time: string | undefined, place: string): Page {
  const { hits: told, _scroll_id: scrollId, pit_id: pit } = fieldsOf(answer);
  const { hits, total } = fieldsOf(told);
  if (!Array.isArray(hits))
    throw refuse("answer-malformed", `what answers at "${place}" is no answer to a search`)
      .at(place)
      .advise("Check that the address is that of Elasticsearch or OpenSearch itself, not of a dashboard or a proxy.");
  const count: unknown = typeof total === "number" ? total : fieldsOf(total)["value"];
  const sort: unknown = fieldsOf(hits.at(-1))["sort"];
  return {
    documents: hits.map((hit) => documentOf(fieldsOf(hit), time)),
    holes: holesOf(answer),
    total: typeof count === "number" ? count : undefined,
    last: Array.isArray(sort) ? (sort as readonly unknown[]) : undefined,
    scrollId: textOf(scrollId) || undefined,
    pit: textOf(pit) || undefined,
  };
}

function documentOf(hit: Readonly<Record<string, unknown>>, time: string | undefined): LogDocument {
  const source: unknown = hit["_source"];
  const at = time === undefined ? undefined : instantOf(fieldsOf(source)[time]);
  return {
    index: textOf(hit["_index"]),
    id: textOf(hit["_id"]),
    ...(at === undefined ? {} : { time: at }),
    source,
  };
}

/** Text, or milliseconds since 1970, as documents are sent. */
export function instantOf(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** The parts that an answer lacks: shards, clusters, or hits that a time limit cut off. */
export function holesOf(answer: unknown): readonly string[] {
  // `terminated_early` says nothing of the kind: a scroll in index order ends its pages so (7.6.1).
  const { timed_out: late, _shards: shards, _clusters: clusters } = fieldsOf(answer);
  const { failed, total, failures } = fieldsOf(shards);
  const holes: string[] = [];
  if (late === true) holes.push("the store gave up before it had searched everything");
  if (typeof failed === "number" && failed > 0)
    holes.push(`${failed} of ${Number(total)} shards did not answer${whyOf(failures)}`);
  const { skipped, partial, failed: lost } = fieldsOf(clusters);
  if ([skipped, partial, lost].some((count) => typeof count === "number" && count > 0))
    holes.push("a remote cluster did not answer in full");
  return holes;
}

function whyOf(failures: unknown): string {
  const first = fieldsOf(Array.isArray(failures) ? failures[0] : undefined);
  const { type, reason } = fieldsOf(first["reason"]);
  const where = textOf(first["index"]);
  const why = [where, textOf(type), textOf(reason)].filter((part) => part !== "").join(": ");
  return why === "" ? "" : ` (${printable(why).slice(0, 200)})`;
}
