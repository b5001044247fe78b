/** A finding of a backup test, and how grave it is. */
import { z } from "zod";
import type { Gravity } from "../../../action.ts";

/** `note`: to be known, and no reason to call somebody unless the operator counts it as one. */
export const finding = z.object({
  code: z.string(),
  severity: z.enum(["note", "warning", "serious"]),
  message: z.string(),
  /** The cause of the finding; "" when it is not known. */
  cause: z.string(),
});
export type Finding = z.infer<typeof finding>;
export type Severity = Finding["severity"];

/** A finding with no known cause if none is given. */
export const found = (given: Omit<Finding, "cause"> & { readonly cause?: string }): Finding => ({
  cause: "",
  ...given,
});

const RANKS: readonly Severity[] = ["note", "warning", "serious"];

export function gravityOf(findings: readonly Finding[]): Gravity {
  const gravest = Math.max(0, ...findings.map(({ severity }) => RANKS.indexOf(severity)));
  return (["nothing", "warning", "serious"] as const)[gravest] ?? "serious";
}

/** The gravest first. */
export const byGravity = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort((a, b) => RANKS.indexOf(b.severity) - RANKS.indexOf(a.severity));

/** Further lines of a cause are typed as they are: the code stands before them. */
export function findingText({ severity, code, message, cause }: Finding): string {
  const [head = "", ...lines] = `${message}${cause === "" ? "" : `; ${cause}`}`.split("\n");
  return [`${severity}: ${head} (${code})`, ...lines].join("\n");
}
