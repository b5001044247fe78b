/** Shipped runbooks as the build has checked them (build/bundle.mjs). */
import { createHash } from "node:crypto";
import { type KeptRunbook, revived } from "../../engine/runbook/kept.ts";
import type { Runbook } from "../../engine/runbook/runbook.ts";
import type { Actions } from "../../engine/runbook/step.ts";
import { hasOwn, OWN_FORM, ownPath, readOwn } from "../../kit/process/own-files.ts";
import type { ComposedFile } from "./runbook-files.ts";

const CHECKED = ownPath("bundle/runbooks.json");

/** Undefined for another text than the build read. */
export function checkedRunbook(
  composed: ComposedFile,
  file: string,
  known: Pick<Actions, "has" | "get">,
): Runbook | undefined {
  if ("diagnostics" in composed) return undefined;
  const { text } = composed;
  const found = checkedRunbooks()[createHash("sha256").update(text).digest("hex")];
  return found === undefined ? undefined : revived(found, { text, file }, known);
}

/** By the SHA-256 of their text; none in a clone. */
function checkedRunbooks(): Readonly<Record<string, KeptRunbook>> {
  return OWN_FORM !== "clone" && hasOwn(CHECKED)
    ? (JSON.parse(readOwn(CHECKED).toString("utf8")) as Record<string, KeptRunbook>)
    : {};
}
