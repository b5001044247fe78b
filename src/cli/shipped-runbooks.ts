/** Runbooks by name (shipped with the package) or by file; users' own actions come from the configuration. */
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { REGISTRY } from "../actions/registry.js";
import { diagnosticsError } from "../diagnostic.js";
import { RecoverError } from "../errors.js";
import { quoted } from "../printable.js";
import { loadRunbook } from "../runbook/load.js";
import type { Runbook } from "../runbook/runbook.js";
import { readText } from "./lint.js";

const SHIPPED = new URL("../../runbooks/", import.meta.url);

export function openRunbook(nameOrFile: string): Runbook {
  return parseRunbook(readText(fileOf(nameOrFile)), fileOf(nameOrFile));
}

/** Throws `runbook-invalid` with every mistake. */
export function parseRunbook(text: string, file: string): Runbook {
  const loaded = loadRunbook(text, file, REGISTRY);
  if ("diagnostics" in loaded) throw diagnosticsError("runbook-invalid", loaded.diagnostics);
  return loaded.runbook;
}

function fileOf(nameOrFile: string): string {
  if (/[/.]/.test(nameOrFile)) return nameOrFile;
  const shipped = fileURLToPath(new URL(`${nameOrFile}.yml`, SHIPPED));
  if (existsSync(shipped)) return shipped;
  const names = readdirSync(SHIPPED)
    .filter((name) => name.endsWith(".yml"))
    .map((name) => name.slice(0, -".yml".length));
  throw new RecoverError("usage", `there is no runbook ${quoted(nameOrFile)}`, {
    remedy: `Name one of ${names.join(", ")}, or a file.`,
    effect: "none",
  });
}
