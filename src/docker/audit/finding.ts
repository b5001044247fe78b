/** A finding of an audit: the fact, its consequence, its place, and the exact way to put it right. */
export type Severity = "serious" | "warning" | "note";

/** The worst of one gravity first. Stable: scripts may rely on the names. */
const CODES = [
  "data-damaged",
  "data-in-layer",
  "data-in-anonymous-volume",
  "data-beside-mount",
  "written-by-several",
  "crash-unsafe",
  "bind-missing",
  "data-in-unused-volume",
  "data-of-other-version",
  "space-short",
  "database-without-storage",
  "storage-driver",
  "compose-file-ahead",
  "project-renamed",
  "data-in-memory",
  "name-left-to-chance",
  "written-by-two-projects",
  "unhealthy",
  "data-without-backup",
  "data-half-made",
  "layer-large",
  "same-volume-of-other-project",
  "bind-of-database-read-only",
  "compose-file-missing",
  "database-image-unpinned",
  "image-makes-volume",
  "kept-by-run",
  "log-unbounded",
  "health-unwatched",
  "space-taken",
  "volumes-unused",
] as const;
export type FindingCode = (typeof CODES)[number];

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** `container shop-db-1`, `volume 3f2a…`, `service db`. */
  readonly subject: string;
  /** `FILE:LINE`, or "" when no file says it. */
  readonly at: string;
  /** One sentence: the fact and its consequence. */
  readonly what: string;
  /** One sentence: the remedy, after the commands if there are any. */
  readonly fix: string;
  /** Exactly as they are typed on the host, in this order. */
  readonly commands: readonly string[];
}

/** The answer of one rule about one thing. */
export type Judged = Finding | readonly Finding[];

const ORDER: readonly Severity[] = ["serious", "warning", "note"];

/** The gravest first; those of one gravity in the order of the codes, then of their subjects. */
export function sorted(findings: readonly Finding[]): readonly Finding[] {
  const rank = ({ severity, code }: Finding): number => ORDER.indexOf(severity) * CODES.length + CODES.indexOf(code);
  return [...findings].sort((a, b) => rank(a) - rank(b) || (a.subject < b.subject ? -1 : 1));
}

/** How grave all of it is together; a note is nothing. */
export function gravest(findings: readonly Finding[]): "nothing" | "warning" | "serious" {
  const has = (severity: Severity): boolean => findings.some((each) => each.severity === severity);
  return has("serious") ? "serious" : has("warning") ? "warning" : "nothing";
}
