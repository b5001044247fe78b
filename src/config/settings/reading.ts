/** The tools with which every section of the configuration is read: the file's findings, its folder, the environment. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { RecoverError, refuse } from "../../errors.ts";
import { hasObeyed, quoted } from "../../kit/text/printable.ts";
import type { Findings } from "../../kit/yaml/findings.ts";
import { boundedText } from "../../kit/yaml/bounded-text.ts";
import type { Located, LocatedScalar } from "../../kit/yaml/located.ts";
import { MOST_BYTES } from "../../kit/yaml/read.ts";

export type Environment = Readonly<Record<string, string | undefined>>;
export type Text = LocatedScalar & { readonly value: string };

export class Reading {
  readonly findings: Findings;
  readonly env: Environment;
  readonly #elsewhere: RecoverError[] = [];
  readonly #folder: string;
  readonly #home: string;

  constructor(options: {
    readonly findings: Findings;
    readonly env: Environment;
    readonly folder: string;
    readonly home: string;
  }) {
    this.findings = options.findings;
    this.env = options.env;
    this.#folder = options.folder;
    this.#home = options.home;
  }

  /** Mistakes outside the file: in variables, and in files that it names. */
  get elsewhere(): readonly RecoverError[] {
    return this.#elsewhere;
  }

  /** Undefined if it cannot be read for what is wrong elsewhere: that is noted once, and the others are read on. */
  section<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (thrown) {
      if (!(thrown instanceof RecoverError) || thrown.code !== "config-invalid") throw thrown;
      if (!this.#elsewhere.some(({ message }) => message === thrown.message)) this.#elsewhere.push(thrown);
      return undefined;
    }
  }

  /** A path of the file: `~/` is the home, relative ones begin at the configuration file. */
  path(text: string): string {
    return pathBelow(text, { folder: this.#folder, home: this.#home });
  }

  /** A variable; undefined if it is unset or empty. Throws `config-invalid` for one with control characters. */
  variable(name: string): string | undefined {
    const value = this.env[name];
    if (value === undefined || value === "") return undefined;
    // Certificates come with line breaks; nothing else may hide what a terminal obeys.
    if (!hasObeyed(value.replaceAll("\r\n", "\n"))) return value;
    throw environmentError(name, "holds a control character", `Set ${name} anew, without it.`);
  }

  /** True or false; false if it is absent or (with a finding) something else. */
  flag(node: Located | undefined, name: string): boolean {
    if (node === undefined) return false;
    if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
    this.findings.add(node.at, {
      message: `"${name}" is neither true nor false`,
      remedy: "Write true or false; YAML reads yes and no as text.",
    });
    return false;
  }
}

/** `~/` is the home; a relative path begins at the folder. */
export function pathBelow(text: string, { folder, home }: { readonly folder: string; readonly home: string }): string {
  return text.startsWith("~/") ? join(home, text.slice(2)) : resolve(folder, text);
}

export function environmentError(name: string, what: string, remedy: string): RecoverError {
  return refuse("config-invalid", `the environment variable ${name} ${what}`)
    .at(`environment variable ${name}`)
    .advise(remedy);
}

/** The text of a file that a person named. Undefined if there is none. Errors: `config-invalid` if it cannot be read. */
export function readIfThere(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const text = boundedText(path);
    if (Buffer.byteLength(text) > MOST_BYTES) throw new Error("it is larger than 1 MiB");
    return text;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

export function unreadable(path: string, cause: unknown): RecoverError {
  const why = cause instanceof Error ? ("code" in cause ? String(cause.code) : cause.message) : "unknown reason";
  return refuse("config-invalid", `${quoted(path)} cannot be read (${why})`)
    .at(path)
    .advise("Name a file that exists and that you may read.", cause);
}
