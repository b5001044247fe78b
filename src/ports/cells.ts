/**
 * The cells: virtual machines with a Docker engine, reached over SSH with an ephemeral user of the director
 * (facts: cf-bosh.md §3.4, dingo.md §1.6–§1.12, §5).
 *
 * A command is an argv array, quoted once by one function for the remote login shell; secrets go on stdin only.
 * Errors: `unreachable`, `access-denied`, `host-key-mismatch`, `host-key-unknown`, `program-missing`,
 * `answer-incomplete`, `answer-malformed`, `command-failed` (the command ran and said no), `guard-refused` (a compare
 * failed, a destination exists).
 */
import type { BoshInstance } from "./director.ts";

export interface HostCommand {
  readonly argv: readonly [string, ...string[]];
  readonly stdin?: string;
  /** Runs through `sudo -n`. */
  readonly sudo?: boolean;
  readonly timeoutMs?: number;
}

export interface CommandResult {
  /** 128 + N if signal N ended the command. */
  readonly code: number;
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly running: boolean;
  readonly status: string;
  readonly exitCode: number;
  readonly startedAt: string;
  readonly restartCount: number;
  readonly restartPolicy: string;
  /** Env without secret values: NAME, PATRONI_SCOPE, NODE_ID, NODE_NAME, ETCD_HOST_PORT, WAL_S3_BUCKET, CELL_GUID, … */
  readonly env: Readonly<Record<string, string>>;
  /** Host path that is mounted at /data. */
  readonly dataDirectory: string | undefined;
  readonly ports: readonly { readonly container: number; readonly hostIp: string; readonly host: number }[];
}

export interface ContainerEngine {
  version(): Promise<string>;
  /** All containers, stopped ones too, inspected. */
  list(): Promise<readonly Container[]>;
  inspect(name: string): Promise<Container | undefined>;
  stop(name: string, graceSeconds: number): Promise<void>;
  start(name: string): Promise<void>;
  setRestartPolicy(name: string, policy: "no" | "always"): Promise<void>;
  /** Lines of stdout and stderr since an RFC 3339 time, oldest first. */
  logs(name: string, since: string): Promise<readonly string[]>;
}

export interface EtcdNode {
  readonly key: string;
  readonly value: string;
  readonly modifiedIndex: number;
  /** Seconds left. */
  readonly ttl?: number;
  /** True for a directory, whose value is "". */
  readonly directory?: boolean;
}

/** etcd's v2 API, by curl on the cell. Keys begin with "/". */
export interface Etcd {
  /** Undefined only for errorCode 100. */
  get(key: string): Promise<EtcdNode | undefined>;
  /** Direct children of a directory; empty if the directory is absent. */
  list(directory: string): Promise<readonly EtcdNode[]>;
  /** Plain PUT, action `set`: never `prevExist` (dingo.md §1.10). With `prevValue` it is a compare-and-swap. */
  put(key: string, value: string, options?: { readonly prevValue?: string }): Promise<void>;
  /** Compare-and-delete with the value that was journaled. False if the key is absent already. */
  remove(key: string, prevValue: string): Promise<boolean>;
}

export interface HostFiles {
  /** "absent" only if stat says so. */
  kind(path: string): Promise<"directory" | "file" | "absent">;
  entries(directory: string): Promise<readonly string[]>;
  /** The text of a small file, up to 4096 bytes of it. */
  read(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  /** Copies a directory with all that is below it, owners and modes kept; `guard-refused` if the destination exists. */
  copyTree(from: string, to: string): Promise<void>;
  /** Makes one directory with the owner, group and mode of `like`. */
  makeDirectory(path: string, like: string): Promise<void>;
  /**
   * Deletes a directory that a run moved aside, `…/data.dingo-recover-RUN` or `…-undone`, and nothing else: any other
   * path is `guard-refused` before anything is sent. An absent one is no error.
   */
  removeTree(path: string): Promise<void>;
  freeBytes(path: string): Promise<number>;
}

export interface Restoring {
  /** The server shows the connection by this name, among all that it has. */
  readonly application: string;
  readonly timeoutMs: number;
}

export interface Sql {
  /** As OS user postgres over the container's socket: `psql -X -A -t`; rows are lines, columns divided by tabs. */
  socket(container: string, sql: string): Promise<readonly (readonly string[])[]>;
  /** From inside the container through a network address with a password, as an application would log in. */
  login(
    container: string,
    to: {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
      /** How long the text may take; two minutes if absent. */
      readonly timeoutMs?: number;
    },
    sql: string,
  ): Promise<
    | { readonly ok: true; readonly rows: readonly (readonly string[])[] }
    | { readonly ok: false; readonly why: "password" | "other"; readonly message: string }
  >;
  /** The release of the container's pg_restore: `9.6.24`. */
  restores(container: string): Promise<string>;
  /** An archive of pg_dump by the container's pg_restore, logged in likewise: all of it, or nothing. */
  restore(
    container: string,
    to: Omit<Parameters<Sql["login"]>[1], "timeoutMs"> & Restoring,
    archive: Uint8Array,
  ): Promise<
    { readonly ok: true } | { readonly ok: false; readonly why: "password" | "other"; readonly message: string }
  >;
}

/** One cell with an open connection. */
export interface Cell {
  readonly instance: BoshInstance;
  /** "cell_z1/0 (10.58.111.150)" for printed commands. */
  readonly label: string;
  exec(command: HostCommand): Promise<CommandResult>;
  readonly docker: ContainerEngine;
  readonly files: HostFiles;
  readonly sql: Sql;
  /** etcd at HOST:PORT as a container's ETCD_HOST_PORT says. */
  etcd(hostPort: string): Etcd;
  /** A JSON document by GET on the cell: Patroni's API at :8008/patroni. Undefined if nothing listens. */
  getJson(url: string): Promise<unknown>;
  /** Credentials of S3 from a container's environment, registered with the masker. */
  containerSecret(container: string, name: string): Promise<string | undefined>;
}

export interface Cells {
  /** Opens (or reuses) the connection; the ephemeral user is journaled before its setup. */
  open(instance: BoshInstance): Promise<Cell>;
  /** The cell of that group and id if this process still has a living connection to it. */
  living(at: { readonly deployment: string; readonly group: string; readonly id: string }): Cell | undefined;
  /** Closes all connections and removes the ephemeral users. */
  close(): Promise<void>;
}
