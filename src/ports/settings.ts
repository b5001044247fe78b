/** What the configuration says of the foundation, for actions: places, never secrets. */
export interface Settings {
  /** BOSH deployment of Dingo PostgreSQL; found among the director's deployments where absent. */
  readonly deployment?: string;
  /** Bucket that holds `backups/GUID/wal`. */
  readonly bucket?: string;
  /** etcd as HOST:PORT; otherwise what the container's ETCD_HOST_PORT says. */
  readonly etcd?: string;
}
