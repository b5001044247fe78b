/** The findings of a run of any runbook, and how grave they are. Journals of all releases are read. */
import type { UnitDigest } from "./digest.ts";

export interface FindingDigest {
  readonly severity: Severity;
  /** One sentence. */
  readonly text: string;
}

const SEVERITIES = ["serious", "warning", "note"] as const;
type Severity = (typeof SEVERITIES)[number];

interface Finding {
  readonly severity: Severity;
  readonly code: string;
  readonly message?: string | undefined;
  readonly what?: string | undefined;
  readonly subject?: string | undefined;
}

/** Of the last step that concluded something, the gravest first. */
export function findingsIn(units: readonly UnitDigest[]): readonly FindingDigest[] {
  const concluded = units.findLast(({ output }) => Array.isArray(output?.["findings"]))?.output?.["findings"];
  const told = Array.isArray(concluded) ? concluded.filter(isFinding) : [];
  return SEVERITIES.flatMap((severity) =>
    told
      .filter((each) => each.severity === severity)
      .map(({ subject, message, what, code }) => ({
        severity,
        text: `${subject === undefined ? "" : `${subject}: `}${message ?? what ?? code}`,
      })),
  );
}

function isFinding(value: unknown): value is Finding {
  if (typeof value !== "object" || value === null) return false;
  const { severity, code, message, what, subject } = value as Partial<Record<keyof Finding, unknown>>;
  const isWord = (word: unknown): boolean => word === undefined || typeof word === "string";
  const isNamed = SEVERITIES.some((each) => each === severity) && typeof code === "string";
  return isNamed && isWord(message) && isWord(what) && isWord(subject);
}

const MOST_NAMED = 3;

/** The gravest in a sentence each, and how many more there are; no notes. */
export function graveTexts(findings: readonly FindingDigest[]): readonly string[] {
  const grave = findings.filter(({ severity }) => severity !== "note").map(({ text }) => text);
  const more = grave.length - MOST_NAMED;
  return [...grave.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more in the report`] : [])];
}

/** `2 serious, 1 warning`; empty if there is none. */
export function countsText(findings: readonly FindingDigest[]): string {
  return SEVERITIES.flatMap((severity) => {
    const count = findings.filter((each) => each.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${severity === "serious" || count === 1 ? "" : "s"}`];
  }).join(", ");
}
