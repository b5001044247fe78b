/** Where runbooks lie: shipped with the package, by name, or in files; and their text with what they include. */
import { realpathSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { refuse } from "../../errors.ts";
import { errnoOf, reasonOf } from "../../engine/journal/durable.ts";
import { nearest } from "../../kit/text/nearest.ts";
import { hasOwn, ownNames, ownPath } from "../../kit/process/own-files.ts";
import { quoted } from "../../kit/text/printable.ts";
import { composeRunbook, type Open } from "../../engine/runbook/compose.ts";
import { ordinaryText } from "../../kit/yaml/bounded-text.ts";
import { readText } from "./text-file.ts";

const SHIPPED = ownPath("runbooks/");
const SHIPPED_NAME = /^[a-z][a-z0-9-]*$/;

export type ComposedFile = ReturnType<typeof composeRunbook>;

/** With the steps of the runbooks that it includes, or every mistake in an include. */
export function composeFile(file: string): ComposedFile {
  return composeRunbook({ file, text: readText(file) }, (name) => included(file, name));
}

/** A shipped runbook by its name, or an ordinary file beside or below the one that includes it: nothing leads out of there. */
function included(from: string, name: string): ReturnType<Open> {
  if (!/[/.]/.test(name)) {
    const file = shippedFile(name);
    return isShipped(name) ? { file, text: readText(file) } : undefined;
  }
  if (isAbsolute(name) || name.split(/[/\\]/).includes("..")) return { refused: "does not lie beside or below it" };
  const file = join(dirname(from), name);
  try {
    const real = realpathSync(file);
    if (!real.startsWith(join(realpathSync(dirname(from)), "/"))) return { refused: "leads out of its directory" };
    const text = ordinaryText(real);
    return text === undefined ? { refused: "is no ordinary file" } : { file, text };
  } catch (thrown) {
    return errnoOf(thrown) === "ENOENT" ? undefined : { refused: `cannot be read: ${reasonOf(thrown)}` };
  }
}

export const shippedFile = (name: string): string => join(SHIPPED, `${name}.yml`);

export const isShipped = (name: string): boolean => SHIPPED_NAME.test(name) && hasOwn(shippedFile(name));

export function fileOf(nameOrFile: string): string {
  if (/[/.]/.test(nameOrFile)) return nameOrFile;
  const shipped = shippedFile(nameOrFile);
  if (hasOwn(shipped)) return shipped;
  const meant = nearest(nameOrFile, shippedNames());
  throw refuse("usage", `there is no runbook ${quoted(nameOrFile)}`).advise(
    `${meant === undefined ? "" : `Did you mean "${meant}"? `}Name one of ${shippedNames().join(", ")}, or a file.`,
  );
}

export function shippedNames(): readonly string[] {
  return ownNames(SHIPPED)
    .filter((name) => name.endsWith(".yml"))
    .map((name) => name.slice(0, -".yml".length));
}
