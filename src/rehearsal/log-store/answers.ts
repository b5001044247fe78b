/** A log store's answers over HTTP: each product and version with its endpoints and its refusals. */
import { type HttpRequest, type HttpResponse, jsonBody, jsonResponse } from "../http/message.ts";
import { BadQuery } from "./matching.ts";
import { type SearchBody, Searches } from "./searches.ts";
import { indicesFor, type LogStoreState, mappingOf, type StoredIndex } from "./store.ts";

type Words = readonly [string, string];
type Route = readonly [form: RegExp, answer: (words: Words, request: HttpRequest) => HttpResponse];

const bodyOf = (request: HttpRequest): SearchBody => jsonBody(request) ?? {};

export class LogStoreAnswers {
  state: LogStoreState;
  /** Calls that no adapter sends. */
  readonly strays: string[] = [];
  readonly searches = new Searches();

  readonly #routes: readonly Route[] = [
    [/^GET \/$/, () => this.#hello()],
    [/^GET \/_cat\/indices\/([^/]+)$/, ([indices]) => this.#indices(indices)],
    [/^GET \/([^_/][^/]*)\/_field_caps$/, ([indices], { query }) => this.#capabilities(indices, query)],
    [/^GET \/([^_/][^/]*)\/_mapping\/field\/([^/]+)$/, ([indices, fields]) => this.#mappings(indices, fields)],
    [/^POST \/([^_/][^/]*)\/_search$/, ([indices], request) => this.#search(this.#open(indices), request)],
    [/^POST \/_search$/, (_, request) => this.#searchPoint(request)],
    [/^POST \/_search\/scroll$/, (_, request) => this.#scroll(bodyOf(request))],
    [/^DELETE \/(?:_search\/scroll|_pit|_search\/point_in_time)$/, (_, request) => this.#free(bodyOf(request))],
    [
      /^POST \/([^_/][^/]*)\/(_pit|_search\/point_in_time)$/,
      (words, { body }) => this.#openPoint(words, body.toString()),
    ],
  ];

  constructor(state: LogStoreState) {
    this.state = state;
  }

  answer(request: HttpRequest): HttpResponse {
    const { authorization } = this.state;
    if (authorization !== undefined && request.headers["authorization"] !== authorization)
      return failed(401, "security_exception", "missing authentication credentials for REST request");
    const wrongType = this.#wrongType(request);
    if (wrongType !== undefined) return wrongType;
    try {
      return this.#route(request) ?? this.#stray(request);
    } catch (error) {
      if (error instanceof BadQuery) return failed(400, "parsing_exception", error.message);
      throw error;
    }
  }

  /** A newer client's media type is taken only by the server of the same generation. */
  #wrongType({ headers }: HttpRequest): HttpResponse | undefined {
    const types = `${headers["accept"] ?? ""} ${headers["content-type"] ?? ""}`;
    if (!types.includes("vnd.elasticsearch")) return undefined;
    const { product, version } = this.state;
    if (product === "opensearch" || version.startsWith("7."))
      return jsonResponse(406, { error: `Content-Type header [${types}] is not supported`, status: 406 });
    const [, wanted] = /compatible-with=(\d+)/.exec(types) ?? [];
    if (version.startsWith(`${wanted ?? ""}.`)) return undefined;
    return failed(400, "media_type_header_exception", `Invalid media-type value on headers [Accept]`);
  }

  #route(request: HttpRequest): HttpResponse | undefined {
    const call = `${request.method} ${decodeURIComponent(request.path)}`;
    for (const [form, answer] of this.#routes) {
      const found = form.exec(call);
      if (found !== null) return answer([found[1] ?? "", found[2] ?? ""], request);
    }
    return undefined;
  }

  #hello(): HttpResponse {
    const { product, version } = this.state;
    const distribution = product === "opensearch" ? { distribution: "opensearch" } : { build_flavor: "default" };
    return jsonResponse(200, { name: "node-1", cluster_name: "logs", version: { number: version, ...distribution } });
  }

  #open(pattern: string): readonly StoredIndex[] {
    return (indicesFor(this.state, pattern) ?? []).filter(({ status }) => status === "open");
  }

  #indices(pattern: string): HttpResponse {
    const found = indicesFor(this.state, pattern);
    if (found === undefined) return failed(404, "index_not_found_exception", `no such index [${pattern}]`);
    return jsonResponse(
      200,
      found.map(({ name, status, documents }) => ({
        index: name,
        status,
        "docs.count": status === "open" ? String(documents.length) : null,
      })),
    );
  }

  #capabilities(pattern: string, query: URLSearchParams): HttpResponse {
    const wanted = (query.get("fields") ?? "").split(",");
    const indices = this.#open(pattern);
    const fields: Record<string, Record<string, Capability>> = {};
    for (const index of indices)
      for (const [name, { type, index: searchable }] of Object.entries(mappingOf(index))) {
        if (!wanted.includes(name) && !wanted.includes("*")) continue;
        const told = ((fields[name] ??= {})[type] ??= {
          type,
          searchable: true,
          indices: [],
          non_searchable_indices: [],
        });
        told.indices.push(index.name);
        if (searchable === false) told.non_searchable_indices.push(index.name);
      }
    const names = indices.map(({ name }) => name);
    return jsonResponse(200, { indices: names, fields: tidied(fields, names) });
  }

  #mappings(pattern: string, fields: string): HttpResponse {
    const wanted = fields.split(",");
    const told = this.#open(pattern).map((index) => {
      const found = Object.entries(mappingOf(index)).filter(([name]) => wanted.includes(name));
      const mappings = found.map(([name, field]) => [
        name,
        { full_name: name, mapping: { [name.split(".").at(-1) ?? name]: field } },
      ]);
      return [index.name, { mappings: Object.fromEntries(mappings) as unknown }] as const;
    });
    return jsonResponse(200, Object.fromEntries(told));
  }

  #search(indices: readonly StoredIndex[], request: HttpRequest): HttpResponse {
    const scrolling = request.query.get("scroll") !== null;
    return this.searches.search(indices, bodyOf(request), { scrolling, product: this.state.product });
  }

  #searchPoint(request: HttpRequest): HttpResponse {
    const id = bodyOf(request).pit?.id ?? "";
    const indices = this.searches.point(id);
    return indices === undefined ? noContext(id) : this.#search(indices, request);
  }

  #scroll({ scroll_id: id }: SearchBody): HttpResponse {
    return this.searches.scroll(String(id)) ?? noContext(String(id));
  }

  /** Of servers without points in time, the first reads `_pit` as a type, into which a body would be written. */
  #openPoint([indices, verb]: Words, body: string): HttpResponse {
    const { product, version } = this.state;
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const own = verb === "_pit" ? "elasticsearch" : "opensearch";
    const [since, from] = own === "elasticsearch" ? [7, 10] : [2, 4];
    if (own === product && (major > since || (major === since && minor >= from))) {
      const id = this.searches.openPoint(this.#open(indices));
      return jsonResponse(200, own === "elasticsearch" ? { id } : { pit_id: id });
    }
    if (body !== "") this.strays.push(`POST /${indices}/${verb} with a body, which writes a document`);
    return jsonResponse(400, { error: `no handler found for uri [/${indices}/${verb}] and method [POST]` });
  }

  #free(body: SearchBody): HttpResponse {
    for (const id of [body.id, body.pit_id, body.scroll_id].flat()) if (id !== undefined) this.searches.free(id);
    return jsonResponse(200, { succeeded: true });
  }

  #stray({ method, path }: HttpRequest): HttpResponse {
    this.strays.push(`${method} ${path}`);
    return jsonResponse(405, { error: `Incorrect HTTP method for uri [${path}] and method [${method}]`, status: 405 });
  }
}

interface Capability {
  readonly type: string;
  searchable: boolean;
  readonly indices: string[];
  readonly non_searchable_indices: string[];
}

/** Lists of indices stand only if not all are meant, as in the real answers. */
function tidied(fields: Readonly<Record<string, Record<string, Capability>>>, all: readonly string[]): unknown {
  const tell = ({ type, indices, non_searchable_indices: without }: Capability, mixed: boolean): unknown => ({
    type,
    searchable: without.length === 0,
    ...(mixed || indices.length < all.length ? { indices } : {}),
    ...(without.length > 0 && without.length < indices.length ? { non_searchable_indices: without } : {}),
  });
  return Object.fromEntries(
    Object.entries(fields).map(([name, types]) => {
      const mixed = Object.keys(types).length > 1;
      return [name, Object.fromEntries(Object.entries(types).map(([type, each]) => [type, tell(each, mixed)]))];
    }),
  );
}

export function failed(status: number, type: string, reason: string): HttpResponse {
  return jsonResponse(status, { error: { root_cause: [{ type, reason }], type, reason }, status });
}

function noContext(id: string): HttpResponse {
  return failed(404, "search_context_missing_exception", `No search context found for id [${id}]`);
}
