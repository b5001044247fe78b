/** List filters, order and paging of the v3 API. */
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import { errorResponse } from "./exchange.ts";

/** Values of a list filter: divided by commas, then unescaped once more, so that a comma in a name arrives as %252C. */
export function values(request: HttpRequest, name: string): readonly string[] | undefined {
  const raw = request.query.get(name);
  if (raw === null || raw === "") return undefined;
  return raw.split(",").map(unescape);
}

/** True if the filter is absent or has the value. An empty filter filters nothing (cf-bosh.md §1.3). */
export function passes(request: HttpRequest, name: string, value: string | null): boolean {
  const wanted = values(request, name);
  return wanted === undefined || (value !== null && wanted.includes(value));
}

/** `created_ats[gte]` and its kin; times have one form, so that text compares as time. */
export function inTime(request: HttpRequest, createdAt: string): boolean {
  const bound = (operator: string): string | null => request.query.get(`created_ats[${operator}]`);
  const [gt, gte, lt, lte] = [bound("gt"), bound("gte"), bound("lt"), bound("lte")];
  return (
    (gt === null || createdAt > gt) &&
    (gte === null || createdAt >= gte) &&
    (lt === null || createdAt < lt) &&
    (lte === null || createdAt <= lte)
  );
}

export interface Listed<T> {
  readonly items: readonly T[];
  readonly render: (item: T) => unknown;
  /** The value of `included`, for the items of this page. */
  readonly included?: (items: readonly T[]) => unknown;
  readonly maxPerPage: number;
}

interface Sortable {
  readonly guid: string;
  readonly createdAt: string;
  readonly name?: string | null;
}

export function page<T extends Sortable>(request: HttpRequest, listed: Listed<T>): HttpResponse {
  const perPage = Number(request.query.get("per_page") ?? "50");
  const number = Number(request.query.get("page") ?? "1");
  if (!(perPage >= 1 && perPage <= 5000 && number >= 1)) {
    return errorResponse(400, {
      code: 10005,
      title: "BadQueryParameter",
      detail: "The query parameter is invalid: Per page must be between 1 and 5000",
    });
  }
  const size = Math.min(perPage, listed.maxPerPage);
  const sorted = inOrder(listed.items, request.query.get("order_by") ?? "created_at");
  const shown = sorted.slice((number - 1) * size, number * size);
  const pages = Math.max(1, Math.ceil(sorted.length / size));
  const link = (to: number): { readonly href: string } => ({ href: pageUrl(request, to, size) });
  return jsonResponse(200, {
    pagination: {
      total_results: sorted.length,
      total_pages: pages,
      first: link(1),
      last: link(pages),
      next: number < pages ? link(number + 1) : null,
      previous: number > 1 ? link(number - 1) : null,
    },
    resources: shown.map(listed.render),
    ...(listed.included === undefined ? {} : { included: listed.included(shown) }),
  });
}

function inOrder<T extends Sortable>(items: readonly T[], order: string): readonly T[] {
  const down = order.startsWith("-");
  const key = (item: T): string => (order.endsWith("name") ? (item.name ?? "") : item.createdAt);
  // Equal stamps keep the order in which they were made.
  const sorted = items
    .map((item, index) => ({ item, index }))
    .sort((a, b) => compare(key(a.item), key(b.item)) || a.index - b.index)
    .map(({ item }) => item);
  return down ? sorted.reverse() : sorted;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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
