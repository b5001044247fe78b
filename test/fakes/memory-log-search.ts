/** A log store of a few documents, found by a piece of their text; it may have holes, or fail. */
import type { LogDocument, LogQuery, LogSearch, LogSurvey } from "../../src/ports/log-search.ts";

export class MemoryLogSearch implements LogSearch {
  readonly place = "https://logs.example.org/logs-*";
  readonly asked: LogQuery[] = [];
  holes: readonly string[] = [];
  failure: Error | undefined;
  readonly #sources: readonly unknown[];

  constructor(sources: readonly unknown[] = []) {
    this.#sources = sources;
  }

  async survey(): Promise<LogSurvey> {
    if (this.failure !== undefined) throw this.failure;
    return { holes: this.holes };
  }

  async search(query: LogQuery, take: (document: LogDocument) => void): Promise<readonly string[]> {
    if (this.failure !== undefined) throw this.failure;
    this.asked.push(query);
    for (const [at, source] of this.#sources.entries())
      if (query.anyOf.some((phrase) => JSON.stringify(source).includes(phrase)))
        take({ index: "logs-1", id: `d${at}`, source });
    return this.holes;
  }
}
