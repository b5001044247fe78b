/** Reads the fields of a located map: unknown keys are named with the accepted ones, wrong types with what is meant. */
import type { Finding } from "../text/diagnostic.ts";
import { nearest } from "../text/nearest.ts";
import { quoted } from "../text/printable.ts";
import type { Findings } from "./findings.ts";
import type { Located, LocatedMap, LocatedScalar } from "./located.ts";

export class Fields<Key extends string> {
  readonly findings: Findings;
  readonly at: number;
  readonly end: number;
  readonly #what: string;
  readonly #entries: LocatedMap["entries"];

  private constructor(findings: Findings, node: LocatedMap, what: string) {
    this.findings = findings;
    this.at = node.at;
    this.end = node.end;
    this.#what = what;
    this.#entries = node.entries;
  }

  /** Undefined (and a finding) if the node is no map. `what` names it in messages: "a step", "the runbook". */
  static of<Key extends string>(
    findings: Findings,
    node: Located,
    expected: {
      readonly what: string;
      readonly keys: readonly Key[];
      readonly goneKey?: (key: string) => Finding | undefined;
    },
  ): Fields<Key> | undefined {
    const { what, keys, goneKey } = expected;
    if (node.kind !== "map") {
      findings.add(node.at, {
        message: `${what} is ${article(node)}, not a map`,
        remedy: `Write it as keys: ${keys.join(", ")}.`,
      });
      return undefined;
    }
    for (const [key, entry] of node.entries)
      if (!(keys as readonly string[]).includes(key))
        findings.add(entry.keyAt, goneKey?.(key) ?? unknownKey({ what, key, accepted: keys }));
    return new Fields<Key>(findings, node, what);
  }

  get(key: Key): Located | undefined {
    return this.#entries.get(key)?.value;
  }

  keyAt(key: Key): number {
    return this.#entries.get(key)?.keyAt ?? this.at;
  }

  /** The node, or a finding that it is missing. */
  need(key: Key, remedy: string): Located | undefined {
    const node = this.get(key);
    if (node === undefined)
      this.findings.missing({ at: this.at, end: this.end }, { message: `${this.#what} lacks "${key}"`, remedy });
    return node;
  }

  /** Text that is not empty; undefined if the key is absent or (with a finding) something else. */
  text(key: Key): (LocatedScalar & { readonly value: string }) | undefined {
    const node = this.get(key);
    return node === undefined ? undefined : textOf(this.findings, node, key);
  }

  needText(key: Key, remedy: string): (LocatedScalar & { readonly value: string }) | undefined {
    return this.need(key, remedy) === undefined ? undefined : this.text(key);
  }
}

/** A text node, or a finding. Numbers and booleans are not text: their digits may not survive. */
export function textOf(
  findings: Findings,
  node: Located,
  what: string,
): (LocatedScalar & { readonly value: string }) | undefined {
  if (node.kind === "scalar" && typeof node.value === "string" && node.value.trim() !== "")
    return { ...node, value: node.value };
  const remedy =
    node.kind === "scalar" && node.source !== "" && typeof node.value !== "string"
      ? `Put it in quotes: "${node.source}".`
      : "Write the text after the colon; in quotes if it begins with a special character.";
  findings.add(node.at, { message: `"${what}" is ${article(node)}, not text`, remedy });
  return undefined;
}

export function unknownKey(about: {
  readonly what: string;
  readonly key: string;
  readonly accepted: Iterable<string>;
}): Finding {
  const accepted = [...about.accepted];
  const near = nearest(about.key, accepted);
  const list = accepted.length === 0 ? "No key is accepted here." : `Accepted are: ${accepted.join(", ")}.`;
  return {
    message: `${about.what} has no key ${quoted(about.key)}`,
    remedy: near === undefined ? list : `Did you mean "${near}"? ${list}`,
  };
}

/** "a list", "a number", "empty" … as it reads in a sentence. */
export function article(node: Located): string {
  if (node.kind !== "scalar") return `a ${node.kind}`;
  if (node.value === null || node.value === "") return "empty";
  return typeof node.value === "string" ? "text" : `a ${typeof node.value}`;
}
