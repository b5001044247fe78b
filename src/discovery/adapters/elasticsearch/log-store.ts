/** Elasticsearch 7 to 9 and OpenSearch 1 to 3 as one port. */
import { RecoverError } from "../../../errors.ts";
import type { LogDocument, LogQuery, LogSearch, LogSurvey } from "../../../ports/log-search.ts";
import type { Secrets } from "../../../kit/secrets/secrets.ts";
import { printable } from "../../../kit/text/printable.ts";
import { fieldsOf, textOf } from "../../../kit/json.ts";
import { reasonOf, toRecoverError } from "./failure.ts";
import { holesOf, instantOf, pageOf } from "./page.ts";
import { LENIENT, PARTIAL, pagesOf, type Server, serverOf } from "./paging.ts";
import { leftOutQuery, queryOf } from "./query.ts";
import { mappingHoles, MESSAGE_FIELDS, type Searchable, searchableOf, TIME_FIELDS } from "./searchable.ts";
import { strangeAnswer } from "./strange-answer.ts";
import { StoreCallFailed, StoreClient, type StoreClientOptions } from "./store-client.ts";

export interface LogStoreOptions extends StoreClientOptions {
  /** Names and patterns, divided by commas; a pattern after a minus is left out. */
  readonly index: string;
}

/** More than this are no deletions, and would fill the memory. */
export const MOST_DOCUMENTS = 200_000;
/** Documents in one answer; fewer if they are so large that no answer holds them. */
const SIZES = [500, 25, 1] as const;

export class LogStore implements LogSearch {
  readonly place: string;
  readonly #client: StoreClient;
  readonly #secrets: Secrets;
  readonly #index: string;
  /** Percent-encoded. */
  readonly #indices: string;
  #server: Promise<Server> | undefined;
  #fields: Promise<Searchable> | undefined;

  constructor({ index, ...options }: LogStoreOptions) {
    this.place = `${options.url}/${index}`;
    this.#client = new StoreClient(options);
    this.#secrets = options.secrets;
    this.#index = index;
    this.#indices = encodeURIComponent(index).replaceAll("%2C", ",");
  }

  survey(): Promise<LogSurvey> {
    return this.#explained(async () => {
      const { names, holes } = await this.#indicesThere();
      const fields = await this.#searchable();
      const unsearchable = names.filter((name) => !fields.indices.has(name));
      if (unsearchable.length > 0)
        holes.push(
          `${unsearchable.length} of its indices, "${printable(unsearchable[0] ?? "")}" for one, have no field of lines that can be searched`,
        );
      if (fields.indices.size === 0) return { holes };
      holes.push(...(await this.#mappingHoles(fields)), ...(await this.#leftOut(fields)));
      if (fields.time === undefined)
        return { holes: [...holes, `its documents have no time (${TIME_FIELDS.join(" or ")})`] };
      return await this.#span(fields.time, holes);
    });
  }

  search(query: LogQuery, take: (document: LogDocument) => void): Promise<readonly string[]> {
    return this.#explained(async () => {
      const fields = await this.#searchable();
      if (fields.texts.length + fields.whole.length === 0) return ["it has no field of lines that can be searched"];
      return query.newest === undefined
        ? await this.#searchAll(query, fields, take)
        : await this.#newest(query, fields, take);
    });
  }

  close(): void {
    this.#client.close();
  }

  /** Closed indices answer no search, and wildcards pass over them without a word. */
  async #indicesThere(): Promise<{ readonly names: readonly string[]; readonly holes: string[] }> {
    const holes: string[] = [];
    const query = { format: "json", h: "index,status,docs.count" };
    let answer: unknown;
    try {
      answer = await this.#client.call({ method: "GET", path: `/_cat/indices/${this.#indices}`, query });
    } catch (error) {
      if (!(error instanceof StoreCallFailed) || ![400, 403, 404].includes(error.failure.status)) throw error;
      if (error.failure.status === 404) return { names: [], holes: [this.#noIndex()] };
      return {
        names: [],
        holes: [
          `its indices cannot be listed, so that closed or missing ones are not known (${reasonOf(error.failure)})`,
        ],
      };
    }
    const rows = Array.isArray(answer) ? answer.map(fieldsOf) : undefined;
    if (rows === undefined || rows.some((row) => textOf(row["index"]) === ""))
      throw strangeAnswer(this.place, "JSON that is no list of indices");
    if (rows.length === 0) holes.push(this.#noIndex());
    const closed = rows.filter((row) => row["status"] === "close");
    if (closed.length > 0)
      holes.push(`${closed.length} of its indices are closed, "${printable(textOf(closed[0]?.["index"]))}" for one`);
    const open = rows.filter((row) => row["status"] !== "close" && row["docs.count"] !== "0");
    return { names: open.map((row) => textOf(row["index"])), holes };
  }

  #noIndex(): string {
    return `there is no index "${printable(this.#index)}"`;
  }

  #searchable(): Promise<Searchable> {
    this.#fields ??= this.#askFields();
    this.#fields.catch(() => (this.#fields = undefined));
    return this.#fields;
  }

  async #askFields(): Promise<Searchable> {
    const ask = async (fields: readonly string[]): Promise<Searchable> => {
      const query = { fields: fields.join(","), ...LENIENT };
      const answer = await this.#client.call({ method: "GET", path: `/${this.#indices}/_field_caps`, query });
      const told = fieldsOf(answer)["fields"];
      if (typeof told !== "object" || told === null) throw strangeAnswer(this.place, "JSON that tells of no fields");
      return searchableOf(answer);
    };
    const known = await ask([...MESSAGE_FIELDS, ...TIME_FIELDS]);
    return known.texts.length + known.whole.length > 0 ? known : await ask(["*"]);
  }

  async #mappingHoles({ texts }: Searchable): Promise<readonly string[]> {
    if (texts.length === 0) return [];
    const path = `/${this.#indices}/_mapping/field/${texts.map(encodeURIComponent).join(",")}`;
    try {
      return mappingHoles(await this.#client.call({ method: "GET", path, query: LENIENT }));
    } catch (error) {
      if (!(error instanceof StoreCallFailed) || error.failure.status !== 403) throw error;
      return ["how its fields are taken apart may not be seen, so that a search may miss lines (view_index_metadata)"];
    }
  }

  async #leftOut(fields: Searchable): Promise<readonly string[]> {
    if (fields.patternOnly.length === 0) return [];
    const answer = await this.#single({ query: leftOutQuery(fields), track_total_hits: true });
    const { total = 0, holes } = pageOf(answer, undefined, this.place);
    return total === 0
      ? holes
      : [
          ...holes,
          `${total} of its documents have no line that can be searched: most often it is too long (ignore_above)`,
        ];
  }

  async #span(time: string, holes: readonly string[]): Promise<LogSurvey> {
    const aggs = { first: { min: { field: time } }, last: { max: { field: time } } };
    const answer = await this.#single({ query: { match_all: {} }, aggs });
    const { first, last } = fieldsOf(fieldsOf(answer)["aggregations"]);
    const [from, to] = [first, last].map((each) => instantOf(fieldsOf(each)["value"]));
    const all = [...holes, ...holesOf(answer)];
    return from === undefined || to === undefined ? { holes: all } : { from, to, holes: all };
  }

  async #searchAll(
    query: LogQuery,
    fields: Searchable,
    take: (document: LogDocument) => void,
  ): Promise<readonly string[]> {
    const seen = new Set<string>();
    const give = (document: LogDocument): void => {
      const key = `${document.index} ${document.id}`;
      if (seen.has(key)) return;
      seen.add(key);
      take(document);
    };
    for (const size of SIZES) {
      try {
        return await this.#walk(query, fields, { size, give });
      } catch (error) {
        if (!(error instanceof StoreCallFailed) || !error.failure.tooLarge) throw error;
      }
    }
    return ["a document is too large to be fetched, and those after it were not"];
  }

  async #walk(
    query: LogQuery,
    fields: Searchable,
    { size, give }: { readonly size: number; readonly give: (document: LogDocument) => void },
  ): Promise<readonly string[]> {
    const search = {
      client: this.#client,
      indices: this.#indices,
      place: this.place,
      query: queryOf(query, fields),
      time: fields.time,
      size,
    };
    const holes = new Set<string>();
    let [given, total] = [0, 0];
    this.#server ??= serverOf(this.#client);
    for await (const page of pagesOf(search, await this.#server)) {
      total = Math.max(total, page.total ?? 0);
      for (const hole of page.holes) holes.add(hole);
      for (const document of page.documents) give(document);
      given += page.documents.length;
      if (given >= MOST_DOCUMENTS)
        return [...holes, `more than ${MOST_DOCUMENTS} documents fit; the rest was not fetched`];
    }
    if (given < total) holes.add(`${total - given} of ${total} documents that fit were not delivered`);
    return [...holes];
  }

  async #newest(
    query: LogQuery,
    fields: Searchable,
    take: (document: LogDocument) => void,
  ): Promise<readonly string[]> {
    const { time } = fields;
    const sort = time === undefined ? ["_doc"] : [{ [time]: { order: "desc", unmapped_type: "date" } }];
    const body = { query: queryOf(query, fields), size: query.newest, sort };
    const page = pageOf(await this.#single(body), time, this.place);
    for (const document of page.documents) take(document);
    return page.holes;
  }

  /** An answer of one page; nothing is delivered if the body does not say how many. */
  #single(body: Readonly<Record<string, unknown>>): Promise<unknown> {
    const path = `/${this.#indices}/_search`;
    return this.#client.call({ method: "POST", path, query: { ...PARTIAL, ...LENIENT }, body: { size: 0, ...body } });
  }

  async #explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RecoverError || !(error instanceof StoreCallFailed)) throw error;
      throw toRecoverError(error.failure, this.place, this.#secrets);
    }
  }
}
