/** A finding of an audit: the fact, its consequence, its place, and the exact way to put it right. */
export type Severity = "serious" | "warning" | "note";

/** Stable: scripts may rely on them. */
export type FindingCode =
  | "data-in-layer"
  | "data-in-anonymous-volume"
  | "data-in-unused-volume"
  | "data-beside-mount"
  | "data-damaged"
  | "data-half-made"
  | "data-of-other-version"
  | "data-without-backup"
  | "database-without-storage"
  | "database-image-unpinned"
  | "written-by-several"
  | "written-by-two-projects"
  | "bind-missing"
  | "bind-of-database-read-only"
  | "image-makes-volume"
  | "data-in-memory"
  | "crash-unsafe"
  | "name-left-to-chance"
  | "layer-large"
  | "log-unbounded"
  | "kept-by-run"
  | "compose-file-missing"
  | "project-renamed"
  | "same-volume-of-other-project"
  | "volumes-unused"
  | "space-short"
  | "storage-driver";

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

const ORDER: readonly Severity[] = ["serious", "warning", "note"];

/** The gravest first; those of one gravity in the order of their codes and subjects. */
export function sorted(findings: readonly Finding[]): readonly Finding[] {
  const key = ({ severity, code, subject }: Finding): string => `${ORDER.indexOf(severity)} ${code} ${subject}`;
  return [...findings].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** How grave all of it is together; a note is nothing. */
export function gravest(findings: readonly Finding[]): "nothing" | "warning" | "serious" {
  const has = (severity: Severity): boolean => findings.some((each) => each.severity === severity);
  return has("serious") ? "serious" : has("warning") ? "warning" : "nothing";
}
