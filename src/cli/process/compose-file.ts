/** The text of a runbook with all that it includes. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { errnoOf, reasonOf } from "../../engine/journal/durable.ts";
import { composeRunbook, type Open } from "../../engine/runbook/compose.ts";
import { ordinaryText } from "../../kit/yaml/bounded-text.ts";
import { isShipped, shippedFile, shippedNames } from "./runbook-files.ts";
import { nearest } from "../../kit/text/nearest.ts";
import { readText } from "./text-file.ts";

export type ComposedFile = ReturnType<typeof composeRunbook>;

/** With the steps of the runbooks that it includes, or every mistake in an include. */
export function composeFile(file: string): ComposedFile {
  return composeRunbook({ file, text: readText(file) }, (name) => included(file, name));
}

function notShipped(from: string, name: string): ReturnType<Open> {
  const meant = existsSync(join(dirname(from), `${name}.yml`)) ? `${name}.yml` : nearest(name, shippedNames());
  if (meant === undefined) return undefined;
  return { refused: "is no shipped runbook", remedy: meantBy(meant) };
}

const meantBy = (name: string): string => `Did you mean \`- include: ${name}\`?`;

/** A shipped runbook by its name, or an ordinary file beside or below the one that includes it: nothing leads out of there. */
function included(from: string, name: string): ReturnType<Open> {
  if (!/[/.]/.test(name)) {
    const file = shippedFile(name);
    return isShipped(name) ? { file, text: readText(file) } : notShipped(from, name);
  }
  if (isAbsolute(name) || name.split(/[/\\]/).includes("..")) return { refused: "does not lie beside or below it" };
  const file = join(dirname(from), name);
  try {
    const real = realpathSync(file);
    if (!real.startsWith(join(realpathSync(dirname(from)), "/"))) return { refused: "leads out of its directory" };
    const text = ordinaryText(real);
    return text === undefined ? { refused: "is no ordinary file" } : { file, text };
  } catch (thrown) {
    if (errnoOf(thrown) !== "ENOENT") return { refused: `cannot be read: ${reasonOf(thrown)}` };
    const shipped = name.replace(/\.yml$/u, "");
    return isShipped(shipped) ? { refused: "is not there", remedy: meantBy(shipped) } : undefined;
  }
}
