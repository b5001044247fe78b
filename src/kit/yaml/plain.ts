/** A YAML or JSON file as a plain value, with the same care as a runbook: nothing is read otherwise than it looks. */
import type { Json } from "../../action.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import { Findings } from "./findings.ts";
import type { Located } from "./located.ts";
import { readYaml } from "./read.ts";

export function readPlain(
  text: string,
  file: string,
): { readonly value: Json } | { readonly diagnostics: readonly Diagnostic[] } {
  const findings = new Findings(file, text);
  const root = readYaml(findings);
  return root === undefined || findings.any ? { diagnostics: findings.list() } : { value: plain(root) };
}

function plain(node: Located): Json {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.value)]));
}
