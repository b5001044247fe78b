/** What the last drill on this foundation took from the start of its window to its log-in, and how much it moved. */
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

/** What the configuration says of the foundation, for actions: places, never secrets. */
export interface Settings {
  /** BOSH deployment of Dingo PostgreSQL; found among the director's deployments where absent. */
  readonly deployment?: string;
  /** Bucket that holds `backups/GUID/wal`. */
  readonly bucket?: string;
  /** etcd as HOST:PORT; otherwise what the container's ETCD_HOST_PORT says. */
  readonly etcd?: string;
  /** Of the state directory; absent where none has come to its end here. */
  readonly drill?: DrillTimes;
}
