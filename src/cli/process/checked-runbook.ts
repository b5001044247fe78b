/** Shipped runbooks as the build has checked them (build/bundle.mjs), for as long as nobody has changed one of the files. */
import { createHash } from "node:crypto";
import { type KeptRunbook, revived } from "../../engine/runbook/kept.ts";
import type { Runbook } from "../../engine/runbook/runbook.ts";
import type { Actions } from "../../engine/runbook/step.ts";
import { hasOwn, OWN_FORM, ownPath, readOwn } from "../../kit/process/own-files.ts";
import { shippedFile, shippedNames } from "./runbook-files.ts";

export interface CheckedRunbooks {
  /** SHA-256 of all files. */
  readonly sources: string;
  readonly runbooks: Readonly<Record<string, KeptRunbook>>;
}

/** Undefined for every other file, and in a clone. */
export function checkedRunbook(file: string, known: Pick<Actions, "has" | "get">): Runbook | undefined {
  const name = shippedNames().find((each) => shippedFile(each) === file);
  const found = name === undefined ? undefined : keptRunbook(name);
  return found === undefined ? undefined : revived(found, file, known);
}

export const keptRunbook = (name: string): KeptRunbook | undefined => checkedRunbooks()?.runbooks[name];

const CHECKED = ownPath("bundle/runbooks.json");

function checkedRunbooks(): CheckedRunbooks | undefined {
  if (OWN_FORM === "clone" || !hasOwn(CHECKED)) return undefined;
  const checked = JSON.parse(readOwn(CHECKED).toString("utf8")) as CheckedRunbooks;
  return checked.sources === sourcesHash() ? checked : undefined;
}

/** One runbook includes another: each counts for all. */
export function sourcesHash(): string {
  const hash = createHash("sha256");
  for (const name of [...shippedNames()].sort()) {
    const text = readOwn(shippedFile(name));
    hash.update(`${name} ${text.length}\n`).update(text);
  }
  return hash.digest("hex");
}
