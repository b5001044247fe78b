/** The last drill on this foundation: its time from the window's start to the log-in, and the amount moved. */
export interface DrillTimes {
  readonly run: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly seconds: number;
  readonly objects: number;
  readonly bytes: number;
  readonly expandedBytes: number;
  readonly segments: number;
}

/** WAL-E's own settings, read from a directory of files like `envdir`; the content of secret files is never kept. */
export interface WalESettings {
  /** s3://BUCKET/PREFIX */
  readonly prefix: string;
  /** Of OpenPGP; "" if archives are not encrypted. */
  readonly gpgKey: string;
  /** Files with a secret that others than owner and group may read, each with its mode. */
  readonly looseFiles: readonly string[];
}

/** The configuration of the foundation for actions: places, never secrets. */
export interface Settings {
  /** BOSH deployment of Dingo PostgreSQL; found among the director's deployments if absent. */
  readonly deployment?: string | undefined;
  /** Bucket that holds `backups/GUID/wal`. */
  readonly bucket?: string | undefined;
  /** etcd as HOST:PORT; otherwise what the container's ETCD_HOST_PORT says. */
  readonly etcd?: string | undefined;
  readonly walE?: WalESettings | undefined;
  /** File with the private key that opens encrypted archives, and its mode, if others than owner and group may read it. */
  readonly looseKey?: string | undefined;
  /** Of the state directory, looked for when it is asked; undefined if none has come to its end here. */
  readonly drill?: (() => DrillTimes | undefined) | undefined;
}
