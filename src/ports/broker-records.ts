/**
 * What a Dingo PostgreSQL broker itself keeps of its instances, asked over its administrative addresses. It is only ever
 * read. A broker says the same of what it does not know and of what it could not look up (dingo.md §2.10): neither is "there
 * is none".
 */
export interface BrokerRecords {
  /** For a person: `http://10.0.0.9:8888`. */
  readonly place: string;
  /**
   * What it manages under this GUID. Errors: `unreachable`, `access-denied`, `answer-malformed`, `answer-incomplete`,
   * `not-logged-in`.
   */
  current(guid: string): Promise<BrokerAnswer>;
  /** The record of an instance of that name, also of one that was deleted. Errors as `current`. */
  named(wanted: { readonly spaceGuid: string; readonly name: string }): Promise<BrokerAnswer>;
}

export type BrokerAnswer =
  | { readonly record: BrokerRecord }
  /** Why nothing follows from the answer. */
  | { readonly unknown: string };

/** Without its credentials, which are not even read. */
export interface BrokerRecord {
  readonly guid: string;
  /** Absent before broker 0.9.3. */
  readonly name?: string;
  readonly orgGuid?: string;
  readonly spaceGuid?: string;
  readonly planGuid?: string;
  /** How many nodes it has; absent in a record of its backup. */
  readonly nodes?: number;
}
