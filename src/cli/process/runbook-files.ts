/** Places of runbooks: shipped with the package, by name, or in files. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { refuse } from "../../errors.ts";
import { nearest } from "../../kit/text/nearest.ts";
import { hasOwn, ownNames, ownPath } from "../../kit/process/own-files.ts";
import { quoted } from "../../kit/text/printable.ts";

const SHIPPED = ownPath("runbooks/");
const SHIPPED_NAME = /^[a-z][a-z0-9-]*$/;

export const shippedFile = (name: string): string => join(SHIPPED, `${name}.yml`);

export const isShipped = (name: string): boolean => SHIPPED_NAME.test(name) && hasOwn(shippedFile(name));

export function fileOf(nameOrFile: string): string {
  if (/[/.]/.test(nameOrFile)) return nameOrFile;
  const shipped = shippedFile(nameOrFile);
  if (hasOwn(shipped)) return shipped;
  const beside = `./${nameOrFile}.yml`;
  const meant = existsSync(beside) ? beside : nearest(nameOrFile, shippedNames());
  throw refuse("usage", `there is no runbook ${quoted(nameOrFile)}`).advise(
    `${meant === undefined ? "" : `Did you mean "${meant}"? `}Name one of ${shippedNames().join(", ")}, or a file.`,
  );
}

export function shippedNames(): readonly string[] {
  return ownNames(SHIPPED)
    .filter((name) => name.endsWith(".yml"))
    .map((name) => name.slice(0, -".yml".length));
}
