/**
 * The world of a rehearsal: one foundation as one serialisable value. Time moves it on (`advance.ts`), events change it
 * (`apply.ts`); both are pure. A scenario builds the first value and sets faults, never a reply to a call.
 *
 * All times are milliseconds since 1970 on the world's own clock, which runs faster than the real one. The facts about
 * a container, line by line and second by second: dingo.md §3 and real-parts.md §1.3–§1.5, §2, §3.
 */
import type { Appointment, Deed } from "./appointment.ts";
import type { BrokerState } from "./broker-state.ts";
import type { EtcdState } from "./etcd.ts";
import type { Database } from "./database/database.ts";
import type { StoreState } from "./store-state.ts";

/** `a`: the first releases (broker 0.1.2); `f`: the last ones (0.10.2). */
export type Era = "a" | "f";

export interface LogLine {
  readonly at: number;
  readonly text: string;
  /** Of a line that a loop prints in each of its turns: the line without its time. */
  readonly again?: string;
}

export interface PublishedPort {
  readonly container: number;
  readonly hostIp: string;
  readonly host: number;
}

export type ContainerStatus = "created" | "running" | "stopping" | "exited" | "restarting";

/** The state of the programs inside one life of a container. */
export interface ContainerProcess {
  /** `postgres.yml` says `no_master: 1`: the archive may be used although there is no leader. Rewritten at each start. */
  prepared: boolean;
  patroni: "absent" | "running";
  postgres: "stopped" | "starting" | "running";
  role: "none" | "replica" | "master";
  /** A bootstrap is under way; a second one does not begin. */
  busy: boolean;
  /** The first base backup of this life was begun. */
  backedUp: boolean;
}

/** The state of a life, as far as its next lines depend on it. */
export interface Told {
  /** Patroni has its connection to the server of this life; it says so when it makes it. */
  connected?: boolean;
  /** The server follows a leader. */
  streams?: boolean;
  /** The data were those of a server that had been shut down. */
  shutDown?: boolean;
  /** A leader that stops has asked this member to take over. */
  asked?: boolean;
}

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly createdAt: number;
  readonly env: Record<string, string>;
  readonly labels: Record<string, string>;
  /** Host directory that is mounted at /data. */
  readonly dataDirectory: string;
  readonly ports: PublishedPort[];
  status: ContainerStatus;
  exitCode: number;
  startedAt: number;
  finishedAt: number;
  restartCount: number;
  restartPolicy: "no" | "always";
  /** Counts the starts: appointments of an earlier life are void. */
  life: number;
  /** Stopped by `docker stop`: the policy does not bring it back until the daemon restarts. */
  stoppedByHand: boolean;
  /** Milliseconds before the next restart by policy; doubles while the container dies young. */
  backOff: number;
  /** Files in the container's own layer: they survive stop and start, and go with `docker rm`. */
  tmp: {
    sysid?: { readonly text: string; readonly at: number };
    /** The server was killed in this role: its socket is still there, and so is its pid file, with the data. */
    killed?: "leading" | "following";
  };
  process: ContainerProcess;
  /** Made if it is missing: worlds that were saved before know nothing of it. */
  told?: Told;
  logs: LogLine[];
}

export interface HostEntry {
  readonly kind: "directory" | "file";
  readonly owner: string;
  readonly group: string;
  /** Octal, as `stat -c %a` prints it. */
  readonly mode: string;
  /** Of a file that somebody reads. */
  readonly text?: string;
  /** Of a `postgres0` directory that holds a cluster. */
  database?: Database;
}

export interface Cell {
  readonly ip: string;
  readonly group: string;
  readonly index: number;
  readonly id: string;
  readonly agentId: string;
  readonly az: string;
  readonly dockerVersion: string;
  freeBytes: number;
  /** Absolute path → entry. */
  files: Record<string, HostEntry>;
  containers: Record<string, Container>;
  /** Ephemeral users that the director's agent made: name → public key line. */
  users: Record<string, string>;
  /** Lines of docker.stderr.log. */
  daemonLog: LogLine[];
}

/** One line as a log collector received it. */
export interface SyslogLine {
  readonly at: number;
  readonly host: string;
  readonly program: string;
  readonly text: string;
}

/** The far side's record of changes: a count that does not come from the tool's journal. */
export interface FarRecord {
  readonly at: number;
  readonly system: "docker" | "broker" | "etcd" | "host" | "sql" | "agent";
  readonly what: string;
  readonly subject: string;
}

/** A call that no adapter sends: it fails the rehearsal. */
export interface Stray {
  readonly at: number;
  readonly where: string;
  readonly what: string;
}

/** Unkindness that a scenario asks for. */
export interface Faults {
  /** That many of the next `docker stop` run into the grace period and end in a kill (real-parts.md §2: once in eleven). */
  slowStops: number;
  /** Deeds of somebody else once the next `docker stop` has ended, each with the milliseconds until then. */
  afterStop?: readonly { readonly ms: number; readonly deed: Deed }[];
  /** A deed of somebody else on an instance's container when the first object is copied into its archive. */
  onFirstCopy?: Deed;
  /** A deed of somebody else on the container whose data directory was moved aside, as soon as it has an empty one. */
  onceEmptied?: Deed;
  /** A deed of somebody else on the first node of the next instance, as soon as it leads. */
  onceItLeads?: Deed;
  /** Containers are made without a bucket: nothing is archived. */
  withoutArchive?: boolean;
  /** A delete reaches no cell, and the broker says done all the same (dingo.md §2.11). */
  deafCells?: boolean;
  /** Every create takes at least this long, in milliseconds: the broker waits for a node that is slow to come. */
  slowCreates?: number;
  /** The containers' key may read and write objects, but not list them: wal-e finds no backup. */
  containersMayNotList?: boolean;
  /** The containers' wal-e gets a 404 for this segment, although it is there. */
  lostOnTheWay?: string;
}

export interface Network {
  readonly routerHost: string;
  /** host:port, as a container's ETCD_HOST_PORT says. */
  readonly etcd: string;
  readonly bucket: string;
  readonly region: string;
  /** The region in the operator's configuration, if it is wrong. */
  readonly configuredRegion?: string;
  /** The plan's WALE_GPG_KEY_ID: containers encrypt their uploads, and can decrypt them. */
  readonly gpgKey?: string;
}

export interface World {
  readonly version: 1;
  readonly era: Era;
  readonly seed: number;
  /** Up to when time has passed. */
  now: number;
  /** Counts the draws from the seed. */
  drawn: number;
  readonly deployment: string;
  /** How log lines are collected. Default: into one file. */
  readonly collector?: "rotated" | "log-store";
  /** Of the images that containers are made from. Default: that of the era. */
  readonly postgresVersion?: string;
  /** The image itself, if it is not the era's: its tag says what its containers print (lines/release.ts). */
  readonly image?: string;
  readonly network: Network;
  readonly cells: Cell[];
  etcd: EtcdState;
  store: StoreState;
  broker: BrokerState;
  agenda: Appointment[];
  syslog: SyslogLine[];
  record: FarRecord[];
  strays: Stray[];
  faults: Faults;
}

/** One container in its place: all that the programs inside it can see and change. */
export interface Site {
  readonly world: World;
  readonly cell: Cell;
  readonly container: Container;
}

export function cellAt(world: World, ip: string): Cell | undefined {
  return world.cells.find((cell) => cell.ip === ip);
}

/** Every container of the foundation in its place. */
export function allContainers(world: World): Site[] {
  return world.cells.flatMap((cell) => Object.values(cell.containers).map((container) => ({ world, cell, container })));
}

/** The first container of an instance. */
export const siteOf = (world: World, guid: string | undefined): Site | undefined =>
  allContainers(world).find(({ container }) => container.env.PATRONI_SCOPE === guid);

export function note(world: World, seen: Omit<FarRecord, "at">): void {
  world.record.push({ at: world.now, ...seen });
}
