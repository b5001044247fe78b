/** One PostgreSQL container of a cell, as the rig and its tests look at it. */
import { execa } from "execa";
import { containerLog, containerState, type ContainerState, docker, type Output, tryDocker } from "./docker.ts";
import { until } from "./until.ts";

/** The words of psql 9.6 before its first statement. */
const NOT_LET_IN =
  /^psql: (?:could not connect to server|FATAL: {2}the database system is (?:starting up|shutting down|in recovery mode))/;

export interface Patroni {
  readonly state?: string;
  readonly role?: string;
  readonly server_version?: number;
  readonly database_system_identifier?: string;
}

export class PostgresNode {
  readonly nodeId: string;
  /** "cf-NODE". */
  readonly container: string;
  /** "address:port" of the database and of Patroni's API on the cell. */
  readonly database: string;
  readonly api: string;
  /** Host path that is /data in the container. */
  readonly dataDirectory: string;

  constructor(nodeId: string, container: string, database: string, api: string, dataDirectory: string) {
    this.nodeId = nodeId;
    this.container = container;
    this.database = database;
    this.api = api;
    this.dataDirectory = dataDirectory;
  }

  /**
   * Each statement is a separate transaction, over the socket, which trusts. Rows are lines, columns have "|" between.
   * Waits while Patroni has the server restarted: nothing was done yet then.
   */
  async sql(...statements: readonly string[]): Promise<readonly string[]> {
    const commands = statements.flatMap((statement) => ["-c", statement]);
    const psql = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "postgres"];
    const said = await until(`PostgreSQL in ${this.container} to let psql in`, 90_000, async () => {
      const output = await tryDocker(["exec", this.container, ...psql, ...commands]);
      if (NOT_LET_IN.test(output.stderr)) throw new Error(output.stderr);
      return output;
    });
    if (said.code !== 0) throw new Error(`psql in ${this.container} failed: ${said.stderr}`);
    return said.stdout.split("\n").filter((line) => line !== "");
  }

  /** Patroni's own answer; undefined while its API does not answer. */
  async patroni(): Promise<Patroni | undefined> {
    try {
      const response = await fetch(`http://${this.api}/patroni`, { signal: AbortSignal.timeout(3_000) });
      return (await response.json()) as Patroni;
    } catch {
      return undefined;
    }
  }

  async state(): Promise<ContainerState> {
    const state = await containerState(this.container);
    if (state === undefined) throw new Error(`${this.container} is gone`);
    return state;
  }

  /** Log lines of this life of the container and of those before it; with `since`, from then on. */
  log(since?: string): Promise<readonly string[]> {
    return containerLog(this.container, since);
  }

  start(): Promise<string> {
    return docker(["start", this.container]);
  }

  /** As the page and the cell broker do it. */
  stop(graceSeconds = 10): Promise<string> {
    return docker(["stop", "-t", String(graceSeconds), this.container]);
  }

  kill(): Promise<Output> {
    return tryDocker(["kill", this.container]);
  }
}

export interface Login {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

export type LoginResult =
  | { readonly ok: true; readonly rows: readonly string[] }
  | { readonly ok: false; readonly refused: boolean; readonly message: string };

/** Logs in over the network as an application does, with this machine's psql. `refused`: the password was wrong. */
export async function logIn(login: Login, sql = "select 1"): Promise<LoginResult> {
  const result = await execa("psql", ["-X", "-q", "-A", "-t", "-d", "postgres", "-c", sql], {
    reject: false,
    env: {
      PGHOST: login.host,
      PGPORT: String(login.port),
      PGUSER: login.username,
      PGPASSWORD: login.password,
      PGCONNECT_TIMEOUT: "30",
    },
  });
  if (result.exitCode === 0) return { ok: true, rows: result.stdout.split("\n").filter((line) => line !== "") };
  return { ok: false, refused: /password authentication failed/.test(result.stderr), message: result.stderr };
}
