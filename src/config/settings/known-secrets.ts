/**
 * The secrets that a configuration names, as far as they are there: own code may print them before the tool reads them.
 * No command is run for it. A secret that is absent is told when it is needed.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { homeDirectory } from "../../kit/process/home-directory.ts";
import { Findings } from "../../kit/yaml/findings.ts";
import type { Located } from "../../kit/yaml/located.ts";
import { type ConfigOptions, readDocument } from "./load.ts";
import { Reading } from "./reading.ts";
import { SETTINGS } from "./settings.ts";

/** No secret is larger, and another file than a key may be named by mistake. */
const LARGEST = 64 * 1024;

export function knownSecrets(options: ConfigOptions): readonly string[] {
  const { env } = options;
  const document = readDocument(options);
  const folder = dirname(document?.path ?? options.cwd);
  const findings = new Findings(document?.path ?? "", "");
  const reading = new Reading({ findings, env, folder, home: homeDirectory(env) });
  const variables = SETTINGS.flatMap(({ kind, variables: names = [] }) => (kind === "secret" ? names : []));
  const named = document?.root === undefined ? [] : referencesIn(document.root);
  const values = [
    ...[...variables, ...named.flatMap(({ form, text }) => (form === "env" ? text : []))].map((name) => env[name]),
    ...named.flatMap(({ form, text }) => (form === "file" ? textOf(reading.path(text)) : [])),
  ];
  return values.flatMap((value) => value?.replace(/\r?\n$/u, "") || []);
}

interface Reference {
  readonly form: "env" | "file";
  readonly text: string;
}

/** In each section, also if another one is wrong. */
function referencesIn(node: Located): readonly Reference[] {
  if (node.kind === "scalar") return [];
  if (node.kind === "list") return node.items.flatMap(referencesIn);
  const here = (["env", "file"] as const).flatMap((form) => {
    const value = node.entries.get(form)?.value;
    return value?.kind === "scalar" && typeof value.value === "string" ? [{ form, text: value.value }] : [];
  });
  return [...here, ...[...node.entries.values()].flatMap(({ value }) => referencesIn(value))];
}

function textOf(path: string): string | undefined {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= LARGEST ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
