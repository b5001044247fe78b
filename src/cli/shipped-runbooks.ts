/** Runbooks by name (shipped with the package) or by file; users' own actions come from the configuration. */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { REGISTRY } from "../actions/registry.js";
import { diagnosticsError } from "../diagnostic.js";
import { RecoverError } from "../errors.js";
import { errnoOf, reasonOf } from "../journal/durable.js";
import { quoted } from "../printable.js";
import { composeRunbook, type Open } from "../runbook/compose.js";
import { type Loaded, loadRunbook } from "../runbook/load.js";
import type { Runbook } from "../runbook/runbook.js";
import { readOrdinary, readText } from "./text-file.js";

const SHIPPED = new URL("../../runbooks/", import.meta.url);

/** Throws `runbook-invalid` with every mistake. */
export function openRunbook(nameOrFile: string): Runbook {
  const loaded = loadFile(fileOf(nameOrFile));
  if ("diagnostics" in loaded) throw diagnosticsError("runbook-invalid", loaded.diagnostics);
  return loaded.runbook;
}

/** With the steps of the runbooks that it includes. */
export function loadFile(file: string): Loaded {
  const composed = composeRunbook({ file, text: readText(file) }, (name) => included(file, name));
  if ("diagnostics" in composed) return composed;
  const loaded = loadRunbook(composed.text, file, REGISTRY);
  return "diagnostics" in loaded ? { diagnostics: loaded.diagnostics.map(composed.locate) } : loaded;
}

/** A shipped runbook by its name, or an ordinary file beside or below the one that includes it: nothing leads out of there. */
function included(from: string, name: string): ReturnType<Open> {
  if (!/[/.]/.test(name)) {
    const file = shippedFile(name);
    return SHIPPED_NAME.test(name) && existsSync(file) ? { file, text: readText(file) } : undefined;
  }
  if (isAbsolute(name) || name.split(/[/\\]/).includes("..")) return { refused: "does not lie beside or below it" };
  const file = join(dirname(from), name);
  try {
    const real = realpathSync(file);
    if (!real.startsWith(join(realpathSync(dirname(from)), "/"))) return { refused: "leads out of its directory" };
    const text = readOrdinary(real);
    return text === undefined ? { refused: "is no ordinary file" } : { file, text };
  } catch (thrown) {
    return errnoOf(thrown) === "ENOENT" ? undefined : { refused: `cannot be read: ${reasonOf(thrown)}` };
  }
}

const SHIPPED_NAME = /^[a-z][a-z0-9-]*$/;

const shippedFile = (name: string): string => fileURLToPath(new URL(`${name}.yml`, SHIPPED));

function fileOf(nameOrFile: string): string {
  if (/[/.]/.test(nameOrFile)) return nameOrFile;
  const shipped = shippedFile(nameOrFile);
  if (existsSync(shipped)) return shipped;
  const names = readdirSync(SHIPPED)
    .filter((name) => name.endsWith(".yml"))
    .map((name) => name.slice(0, -".yml".length));
  throw new RecoverError("usage", `there is no runbook ${quoted(nameOrFile)}`, {
    remedy: `Name one of ${names.join(", ")}, or a file.`,
    effect: "none",
  });
}
