/** How a server on this machine is asked, whichever it is: over the socket in a directory, as somebody, in a database. */
export type Rows = readonly (readonly string[])[];

export interface Login {
  /** Directory with the server's socket. */
  readonly directory: string;
  readonly user: string;
  readonly database: string;
}

/** Rows of all statements, one after the other; null is "", a line of COPY one cell. Errors: `ServerRefusal`. */
export type Ask = (login: Login, sql: string) => Promise<Rows>;

/** The server's refusal, as psql shows it: `FATAL:  the database system is starting up`. */
export class ServerRefusal extends Error {
  /** The connection was refused, not the statement. */
  readonly atLogin: boolean;

  constructor(message: string, atLogin: boolean) {
    super(message);
    this.atLogin = atLogin;
  }
}
