/**
 * A log store that searches for us: Elasticsearch or OpenSearch. It is only ever read. Parts that it could not search are reported,
 * never left out: an empty answer counts only together with an empty list of holes.
 */
export interface LogSearch {
  /** Which documents of which store, for a person: `https://logs.example.org:9200/logs-*`. */
  readonly place: string;
  /** The parts of the store that can be searched. Errors as `search`. */
  survey(): Promise<LogSurvey>;
  /**
   * Gives every document that fits to `take`, each once, in no order, and says what may be missing; empty if every
   * shard has answered in full. Errors: `unreachable`, `access-denied`, `answer-malformed`, `answer-incomplete`.
   */
  search(query: LogQuery, take: (document: LogDocument) => void): Promise<readonly string[]>;
}

export interface LogSurvey {
  /** Of the indices that fit; RFC 3339 in UTC, absent if they hold nothing. */
  readonly from?: string;
  readonly to?: string;
  /** Why a document may not be found: an index that is closed or missing, a field that cannot be searched. */
  readonly holes: readonly string[];
}

export interface LogQuery {
  /** One of these stands in the document: whole words next to one another, of which the last may go on. */
  readonly anyOf: readonly string[];
  /** And one of these. */
  readonly about?: readonly string[];
  /** By the store's own time, which may be wrong by the sender's zone (cf-bosh.md §5.4). */
  readonly from?: Date;
  readonly to?: Date;
  /** Only so many, the latest ones. */
  readonly newest?: number;
}

export interface LogDocument {
  readonly index: string;
  readonly id: string;
  /** The store's own time, RFC 3339 in UTC. */
  readonly time?: string;
  /** As it was sent to the store: foreign JSON. */
  readonly source: unknown;
}
