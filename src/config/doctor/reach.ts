/** Whether a place answers at all, before anybody logs in there. The request does not name the operator. */
export interface FirstAnswer {
  readonly status: number;
  /** By the server's own clock; undefined if it does not say. */
  readonly date: Date | undefined;
}

export interface Reach {
  /** One GET without credentials. Errors: `unreachable`, `host-key-mismatch` (its certificate is not trusted). */
  http(url: string): Promise<FirstAnswer>;
  /** The name that an SSH server gives itself. Errors: `unreachable`, `answer-malformed`. */
  ssh(host: string, port: number): Promise<string>;
}
