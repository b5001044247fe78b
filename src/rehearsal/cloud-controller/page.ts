/** Lists of the v3 API, with their filters, order and pages, and single resources. */
import { type HttpRequest, jsonResponse } from "../http/message.ts";
import { type Exchange, notFound, Refusal, type Route } from "./exchange.ts";

type Filter<Row> = (row: Row, exchange: Exchange) => string | null | undefined;

/** One kind of resource. */
export interface Resource<Row> {
  /** As a 404 names it. */
  readonly title: string;
  /** The rows that the sender may see. */
  rows(exchange: Exchange): readonly Row[];
  /** By their names, beside `guids`; a filter that is absent or empty filters nothing (cf-bosh.md §1.3). */
  readonly filters?: Readonly<Record<string, Filter<Row>>>;
  /** Listed by time. */
  readonly inTime?: true;
  render(row: Row, exchange: Exchange): unknown;
  /** Other resources that the rows of a page name. */
  included?(rows: readonly Row[], exchange: Exchange): unknown;
}

interface Sortable {
  readonly guid: string;
  readonly createdAt?: string;
  readonly name?: string | null;
}

export const listOf =
  <Row extends Sortable>(resource: Resource<Row>): Route =>
  (exchange) => {
    const { request, state } = exchange;
    const filters = Object.entries<Filter<Row>>({ guids: ({ guid }) => guid, ...resource.filters });
    const rows = resource
      .rows(exchange)
      .filter((row) => filters.every(([name, valueOf]) => passes(request, name, valueOf(row, exchange) ?? null)))
      .filter(({ createdAt = "" }) => resource.inTime !== true || isInTime(request, createdAt));
    const { shown, pagination } = pageOf(request, rows, state.settings.maxPerPage);
    const included = resource.included?.(shown, exchange);
    return jsonResponse(200, {
      pagination,
      resources: shown.map((row) => resource.render(row, exchange)),
      ...(included === undefined ? {} : { included }),
    });
  };

/** The row that the path names, if the sender may see it. */
export function found<Row extends { readonly guid: string }>(resource: Resource<Row>, exchange: Exchange): Row {
  const row = resource.rows(exchange).find(({ guid }) => guid === exchange.params[0]);
  if (row === undefined) throw notFound(resource.title);
  return row;
}

export const oneOf =
  <Row extends { readonly guid: string }>(resource: Resource<Row>): Route =>
  (exchange) =>
    jsonResponse(200, resource.render(found(resource, exchange), exchange));

/** Values are divided by commas, then unescaped once more, so that a comma in a name arrives as %252C. */
function passes({ query }: HttpRequest, name: string, value: string | null): boolean {
  const raw = query.get(name) ?? "";
  return raw === "" || (value !== null && raw.split(",").map(unescape).includes(value));
}

/** `created_ats[gte]` and its kin; times have one form, so that text compares as time. */
function isInTime({ query }: HttpRequest, createdAt: string): boolean {
  const bound = (operator: string): string | null => query.get(`created_ats[${operator}]`);
  const [gt, gte, lt, lte] = [bound("gt"), bound("gte"), bound("lt"), bound("lte")];
  return (
    (gt === null || createdAt > gt) &&
    (gte === null || createdAt >= gte) &&
    (lt === null || createdAt < lt) &&
    (lte === null || createdAt <= lte)
  );
}

function pageOf<Row extends Sortable>(request: HttpRequest, rows: readonly Row[], maxPerPage: number) {
  const perPage = Number(request.query.get("per_page") ?? "50");
  const number = Number(request.query.get("page") ?? "1");
  if (!(perPage >= 1 && perPage <= 5000 && number >= 1)) {
    const detail = "The query parameter is invalid: Per page must be between 1 and 5000";
    throw new Refusal(400, { code: 10005, title: "BadQueryParameter" }, detail);
  }
  const size = Math.min(perPage, maxPerPage);
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const link = (to: number): { readonly href: string } => ({ href: pageUrl(request, to, size) });
  return {
    shown: inOrder(rows, request.query.get("order_by") ?? "created_at").slice((number - 1) * size, number * size),
    pagination: {
      total_results: rows.length,
      total_pages: pages,
      first: link(1),
      last: link(pages),
      next: number < pages ? link(number + 1) : null,
      previous: number > 1 ? link(number - 1) : null,
    },
  };
}

/** Equal stamps keep the order in which they were made. */
function inOrder<Row extends Sortable>(rows: readonly Row[], order: string): readonly Row[] {
  const key = ({ name, createdAt }: Row): string => (order.endsWith("name") ? name : createdAt) ?? "";
  const sorted = [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  return order.startsWith("-") ? sorted.reverse() : sorted;
}

function pageUrl(request: HttpRequest, number: number, perPage: number): string {
  const query = new URLSearchParams(request.query);
  query.set("page", String(number));
  query.set("per_page", String(perPage));
  return `${request.origin}${request.path}?${query.toString()}`;
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
