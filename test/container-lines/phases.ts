/** The phases of a container's life that were captured, and the releases whose images they were captured of. */
export const RELEASES = ["0.9.1", "0.9.3", "0.10.2"] as const;
export type Release = (typeof RELEASES)[number];

export const PHASES = [
  /** A new cluster, from the look-up of its address to the first base backup and its list. */
  "first-start",
  /** Two segments are closed. */
  "archiving",
  /** `docker stop` of a lone leader. */
  "sigterm",
  /** The same container again: its data are there. */
  "start-after-stop",
  /** The same after `docker kill`: crash recovery, the leader key is still there. */
  "start-after-kill",
  /** The data directory was emptied, the archive is another cluster's: restored, refused, and so on (two lives). */
  "restart-loop",
  /** The same with the right system identifier: restore, promotion, base backup. */
  "restore",
  /** A second node joins. */
  "replica-first-start",
  /** The first node is stopped and hands over. */
  "fail-over-leader",
  /** The second one takes over: promotion, base backup. */
  "fail-over-replica",
  /** The first one comes back as a replica. */
  "return-as-replica",
  /** Its server cannot start any more: the watcher has Patroni begin anew. */
  "restart-failed",
] as const;
export type Phase = (typeof PHASES)[number];
