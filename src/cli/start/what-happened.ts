/** The events that may have happened, each with its runbook: the answers of the first screen. */
export interface Happening {
  readonly value: string;
  readonly label: string;
  readonly consequence: string;
  /** Name of a shipped runbook. */
  readonly runbook: string;
  /** It may be on another machine: its input `host`. */
  readonly onDockerHost?: true;
}

/** Deletions first; then what looks only; last what is done before anything happens. */
export const HAPPENINGS: readonly Happening[] = [
  {
    value: "service",
    label: "a database service was deleted",
    consequence: "asks before it changes anything",
    runbook: "recover-deleted-service",
  },
  {
    value: "space",
    label: "a whole space was deleted",
    consequence: "all of its databases; one consent",
    runbook: "recover-deleted-space",
  },
  {
    value: "table",
    label: "a table was dropped, or rows were deleted",
    consequence: "the service lives on",
    runbook: "recover-to-time",
  },
  {
    value: "volume",
    label: "docker-compose down took a database",
    consequence: "no volume is written to",
    runbook: "salvage-docker-volumes",
    onDockerHost: true,
  },
  {
    value: "audit",
    label: "what would lose the data of a Docker host?",
    consequence: "looks only",
    runbook: "audit-docker-storage",
    onDockerHost: true,
  },
  {
    value: "persist",
    label: "a Compose stack has its databases in containers",
    consequence: "looks first",
    runbook: "persist-compose-data",
    onDockerHost: true,
  },
  {
    value: "backup",
    label: "does a backup restore?",
    consequence: "on a throw-away copy",
    runbook: "test-backup",
  },
  {
    value: "drill",
    label: "would a deleted service come back?",
    consequence: "on one of its own",
    runbook: "drill",
  },
];
