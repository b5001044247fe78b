/**
 * One Docker host: an engine, and the machine on which its `docker` CLI runs. Everything here only reads; what a look
 * needs to see inside a directory is a container that lives for that look alone (see `look`).
 *
 * Facts are what `docker info`, `volume inspect`, `inspect`, `image inspect` and `system df -v` of Engine 1.13 to 29 say.
 * A field that an engine does not tell is `undefined`, never empty: unknown is not absent.
 *
 * Errors: `docker-missing` (no CLI), `docker-denied` (the socket refuses this user), `docker-unreachable` (no engine
 * answers), `docker-context` (the CLI's context is no usable engine), `unreachable`, `access-denied`,
 * `host-key-mismatch`, `host-key-unknown` (SSH), `answer-incomplete`, `answer-malformed`, `command-failed`.
 */
import type { ComposeCall } from "../kit/commands/compose-commands.ts";
import type { DatabaseCopies } from "./database-copy.ts";
import type { DockerWork } from "./docker-work.ts";

/** The facts of `docker info`, and where the CLI sees the engine. */
export interface EngineFacts {
  /** The engine's own id, the same for everybody who speaks to it. */
  readonly id: string;
  /** Name of the machine that the engine runs on, as the engine says it. */
  readonly name: string;
  /** `20.10.24`, without what a distribution appends. */
  readonly version: string;
  readonly operatingSystem: string;
  readonly storageDriver: string;
  /** `[["Backing Filesystem","extfs"], …]` */
  readonly driverStatus: readonly (readonly [string, string])[];
  /** `/var/lib/docker`: a path on the engine's machine. */
  readonly root: string;
  /** Runs as an ordinary user: its paths lie in that user's home, owners of files are shifted. */
  readonly rootless: boolean;
  /** Owners of files are shifted (`userns-remap`). */
  readonly remapped: boolean;
  /** `unix:///var/run/docker.sock`, `tcp://…`, `ssh://…`: where the CLI finds it. */
  readonly endpoint: string;
  /** The CLI's context: `default` if nobody chose one. */
  readonly context: string;
  /** Whether paths of the engine are paths of the machine that the CLI runs on, and this user may read them as root. */
  readonly readsDirectly: boolean;
  /** Warnings of the engine. */
  readonly warnings: readonly string[];
}

export interface DockerVolume {
  readonly name: string;
  readonly driver: string;
  /** Of the local driver: the directory on the engine's machine; "" if the driver has none. */
  readonly mountpoint: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the driver: `{ type: "nfs", o: "addr=…", device: ":/x" }`; empty for a plain directory. */
  readonly options: Readonly<Record<string, string>>;
  /** RFC 3339; undefined before Engine 1.13 and for some drivers. */
  readonly createdAt: string | undefined;
  /** Nobody gave it a name: the engine made 64 hexadecimal digits, or labelled it so (Engine 23). */
  readonly anonymous: boolean;
}

export type MountKind = "volume" | "bind" | "tmpfs" | "other";

export interface DockerMount {
  readonly kind: MountKind;
  /** Of a volume its name, else "". */
  readonly volume: string;
  /** Path on the engine's machine; "" for tmpfs. */
  readonly source: string;
  /** Path in the container. */
  readonly destination: string;
  readonly writable: boolean;
}

export interface DockerContainer {
  readonly id: string;
  readonly name: string;
  /** As it was asked for: `postgres:16`. */
  readonly image: string;
  /** `sha256:…` */
  readonly imageId: string;
  readonly running: boolean;
  /** `running`, `exited`, `created`, `paused`, `restarting`, `dead`, `removing`. */
  readonly status: string;
  readonly exitCode: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly startedAt: string;
  /** `no`, `always`, `unless-stopped`, `on-failure`. */
  readonly restartPolicy: string;
  /** Removed by the engine as soon as it stops, with its anonymous volumes. */
  readonly removedWhenStopped: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly DockerMount[];
  /** Bind sources as they were asked for (`HostConfig.Binds`, `HostConfig.Mounts`), `SOURCE:DESTINATION[:OPTIONS]`. */
  readonly binds: readonly string[];
  /** Those few variables that say where data lie and whom to ask, such as PGDATA and POSTGRES_USER; never a password. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path on the engine's machine of what the container wrote over its image (overlay2); undefined elsewhere. */
  readonly layer: string | undefined;
  /** Whom it runs as, as it was asked for; "" for the image's own. */
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly ports: readonly { readonly container: string; readonly hostIp: string; readonly host: number }[];
  readonly networks: readonly string[];
  /** Paths of it that lie in memory (`--tmpfs`). */
  readonly inMemory?: readonly string[];
  /** Of its health check: "healthy", "unhealthy", "starting", or "none" if it has none. */
  readonly health?: string;
  /** Whether its log is bounded; absent if the engine does not say. */
  readonly hasLogBound?: boolean;
  /** The beginning of the id if nobody chose one; absent if the engine names none. */
  readonly hostname?: string;
  /** Ids of containers whose network, process or IPC namespace it lives in; absent if the engine names none. */
  readonly joins?: readonly string[];
}

export interface DockerImage {
  readonly id: string;
  readonly tags: readonly string[];
  /** Paths that become anonymous volumes if nothing is mounted over them. */
  readonly volumes: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly user: string;
  /** Those few of it that say what it is, such as PG_MAJOR and PGDATA. */
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly size: number | undefined;
}

/**
 * Sizes as `docker system df -v` adds them up: the engine walks directories and reads no file. It shows three digits
 * and a unit, so that the bytes are about right. Undefined if it does not say.
 */
export interface StorageSizes {
  /** Bytes by name of the volume. */
  readonly volumes: ReadonlyMap<string, number>;
  /** Bytes of a container's own layer, by its full id. */
  readonly layers: ReadonlyMap<string, number>;
  readonly images: { readonly count: number; readonly bytes: number } | undefined;
  readonly buildCache: number | undefined;
  /** Why some of it is not known. */
  readonly unknown: string | undefined;
}

export interface DiskSpace {
  readonly bytes: number;
  readonly free: number;
  readonly inodes: number | undefined;
  readonly freeInodes: number | undefined;
}

/** A directory on the engine's machine, by its absolute path: a volume's mountpoint, a bind's source, a layer. */
export interface Place {
  /** The caller's name for it, such as `volume:data`; it comes back with the answer. */
  readonly key: string;
  readonly path: string;
  /**
   * A directory below it, such as `18/docker` in a volume or `var/lib/mysql` in a layer. A writer there could have put
   * a link into the way; no link is followed.
   */
  readonly inside?: string;
  /** A search goes so many levels below it, 0 for none; as deep as it goes if absent. */
  readonly depth?: number;
}

/** The reads that are asked for in each place. Paths are relative, without ".."; no link is followed on the way. */
export interface LookOrder {
  /** Files of which the first bytes are wanted. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** How many names of the directory itself are wanted. */
  readonly entries: number;
}

/** Bytes of a name that are no UTF-8 are replaced by U+FFFD. */
export interface LookedEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "other";
}

export interface LookedFile {
  readonly path: string;
  readonly size: number;
  /** Seconds of the epoch. */
  readonly modified: number;
  readonly uid: number;
  readonly content: Uint8Array;
}

export type Looked =
  | {
      readonly state: "seen";
      readonly key: string;
      readonly entries: readonly LookedEntry[];
      /** There are more names than `entries`. */
      readonly more: boolean;
      /** Of the order's files those that are ordinary files, in its order. */
      readonly files: readonly LookedFile[];
      /** Of the order's files those that are there and could not be read, or are no ordinary files. */
      readonly unread: readonly string[];
      /** Targets of those of them that are links. */
      readonly links?: ReadonlyMap<string, string>;
      readonly uid: number;
      /** Octal, `700`. */
      readonly mode: string;
      /** Seconds of the epoch, of the directory itself. */
      readonly modified: number;
      /** Bytes of the file system that it lies on. */
      readonly space: DiskSpace | undefined;
    }
  /** The engine's machine has no such path. */
  | { readonly state: "absent"; readonly key: string }
  /** There is something, and it is no directory. */
  | { readonly state: "file"; readonly key: string; readonly size: number }
  /** Nobody can tell: why, as a sentence. */
  | { readonly state: "unknown"; readonly key: string; readonly why: string };

export type Searched =
  | {
      readonly state: "seen";
      readonly key: string;
      /** Relative to the place. */
      readonly paths: readonly string[];
      /** There are more paths than these. */
      readonly more: boolean;
      /** There are directories deeper than the place says. */
      readonly deeper?: boolean;
    }
  | { readonly state: "absent"; readonly key: string }
  | { readonly state: "unknown"; readonly key: string; readonly why: string };

export type Measured =
  | { readonly state: "seen"; readonly key: string; readonly bytes: number }
  | { readonly state: "absent"; readonly key: string }
  | { readonly state: "unknown"; readonly key: string; readonly why: string };

/** A change of a container against its image (`docker diff`), with its path in the container. */
export interface LayerChange {
  readonly how: "added" | "changed" | "deleted";
  readonly path: string;
}

/** A setting that one container has and another lacks or has otherwise; never its value, perhaps a password. */
export interface Unlike {
  /** "the variable", "the command" … */
  readonly what: string;
  /** Of a variable; else "". */
  readonly name: string;
  readonly how: "lost" | "changed";
}

export interface DockerHost {
  /** "here", or "ops@db1.example.com" for a host behind SSH: where printed commands are typed. */
  readonly label: string;
  /** The words before every docker command: `docker`, or `sudo -n docker`. */
  readonly words: readonly [string, ...string[]];
  engine(): Promise<EngineFacts>;
  /** All, stopped ones too; one that went meanwhile is left out. */
  containers(): Promise<readonly DockerContainer[]>;
  /** All of every driver; one that went meanwhile is left out. */
  volumes(): Promise<readonly DockerVolume[]>;
  /** Those that have a name or belong to a container. */
  images(): Promise<readonly DockerImage[]>;
  sizes(): Promise<StorageSizes>;
  /**
   * Looks into directories, in batches. A container of a present image (never pulled) reads, without network, each place
   * mounted read-only by its path: not even a time of access changes. So a volume that has vanished is `absent`; named
   * (`-v NAME:`) it would be created, and filled with the image's content. Places that no container can look into are
   * read by root on the engine's own machine, by path.
   */
  look(places: readonly Place[], order: LookOrder, progress?: (done: number) => void): Promise<readonly Looked[]>;
  /**
   * Paths below directories that end in one of `ends`, such as `global/pg_control`. For volumes, and for a container's
   * own layer, which lacks its image's files. Looks in the way that `look` does; `inside` is ignored.
   */
  search(
    places: readonly Place[],
    ends: readonly string[],
    progress?: (done: number) => void,
  ): Promise<readonly Searched[]>;
  /** Bytes that lie below each place, as its file system counts them. Looks in the way that `look` does. */
  measure(places: readonly Place[]): Promise<readonly Measured[]>;
  /**
   * By the engine, which compares the whole image with the container: seconds for each. For engines that do not say where a
   * layer lies. Undefined if the container went meanwhile. Error: `answer-incomplete` if it changed more than can be listed.
   */
  changes(container: string): Promise<readonly LayerChange[] | undefined>;
  /**
   * In what a container is not as an earlier one was, both by their full ids: environment and settings, but for mounts,
   * networks and names. Undefined if one of them is gone.
   */
  unlike(before: string, after: string): Promise<readonly Unlike[] | undefined>;
  /**
   * The text of a file on the CLI's machine, such as a Compose file, up to `most` bytes; undefined if there is none.
   * Error: `command-failed` if it is no ordinary file, is longer, or may not be read.
   */
  file(path: string, most: number): Promise<string | undefined>;
  /**
   * The whole of a project as its Compose takes it, files of every profile. Nothing is fetched: a file that names another
   * one on the network is refused. `over` is a text in the place of one file, of the last one if the call has it not.
   */
  composed(call: ComposeCall, over?: { readonly file: string; readonly text: string }): Promise<ComposeAnswer>;
  close(): Promise<void>;
}

/** The answer of `config`. It holds passwords: it is compared and read here, never shown, never journaled. */
export type ComposeAnswer =
  | {
      readonly state: "told";
      /** JSON of the second generation, YAML of the first. */
      readonly text: string;
      /** Variables without a value, for which Compose puts nothing. */
      readonly unset: readonly string[];
    }
  /** Compose's own words. */
  | { readonly state: "refused"; readonly why: string }
  /** The host has no Compose of that generation. */
  | { readonly state: "missing"; readonly program: string };

/** Where an engine is: `host` as `DockerHosts.open` takes it, `sudo` for a docker that is called through it. */
export interface DockerPlace {
  readonly host: string;
  readonly sudo: boolean;
}

export interface DockerHosts {
  /** `""` is this machine, with the engine that its `docker` speaks to; `[USER@]HOST[:PORT]` is reached by SSH. */
  open(at: DockerPlace): Promise<DockerHost>;
  /** The same host, with calls that change it. */
  work(at: DockerPlace): Promise<DockerWork>;
  /** The same host, with calls that start servers on copies of its data. */
  copies(at: DockerPlace): Promise<DatabaseCopies>;
  /** Ends every connection. */
  close(): Promise<void>;
}
