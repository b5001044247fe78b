/**
 * A section of the configuration as it is read: the file's key, else the variables that the table of settings names for it
 * (settings.ts). A mistake in the file is a finding; one in a variable is thrown.
 */
import { Fields } from "../../kit/yaml/fields.ts";
import type { Located } from "../../kit/yaml/located.ts";
import { quoted } from "../../kit/text/printable.ts";
import { parseAddress } from "./address.ts";
import type { SecretReference } from "./config.ts";
import { CERTIFICATE } from "./key-text.ts";
import { environmentError, readIfThere, type Reading } from "./reading.ts";
import { readSecret } from "./secret.ts";
import { type Setting, SETTINGS } from "./settings.ts";
import { shownValue } from "./shown-value.ts";

/** The texts that a setting takes, and the complaint about any other. */
export interface Form<T> {
  /** Undefined for a text that it does not take. */
  readonly read: (text: string) => T | undefined;
  /** Behind the name of the key or of the variable: "is no address". */
  readonly wrong: string;
  readonly remedy: string;
  /** The remedy when the key must stand in the file, and does not. */
  readonly needed?: string;
}

export const fitting =
  (pattern: RegExp) =>
  (text: string): string | undefined =>
    pattern.test(text) ? text : undefined;

/** An address; without a scheme it is one of HTTPS. */
export const addressOf = (text: string): string | undefined => parseAddress(text, "https")?.url;

export class Part {
  readonly #reading: Reading;
  readonly #name: string;
  /** Undefined if the file has no such section, or something else in its place. */
  readonly fields: Fields<string> | undefined;

  /** `name`: of the section, "bosh.gateway". */
  constructor(reading: Reading, name: string, node: Located | undefined) {
    this.#reading = reading;
    this.#name = name;
    const what = `"${name.split(".").at(-1) ?? ""}"`;
    this.fields = node === undefined ? undefined : Fields.of(reading.findings, node, { what, keys: keysOf(name) });
  }

  get(key: string): Located | undefined {
    return this.fields?.get(key);
  }

  /** The first variable that is set for the key, if the file is silent. */
  variable(key: string): { readonly name: string; readonly value: string } | undefined {
    const { variables = [] } = settingOf(`${this.#name}.${key}`);
    for (const name of BY_VARIABLES.has(this.#name) && this.get(key) === undefined ? variables : []) {
      const value = this.#reading.variable(name);
      if (value !== undefined) return { name, value };
    }
    return undefined;
  }

  text(key: string): string | undefined {
    return this.fields?.text(key)?.value ?? this.variable(key)?.value;
  }

  given<T>(key: string, form: Form<T>): T | undefined {
    const variable = this.variable(key);
    const value = variable === undefined ? this.inFile(key, form) : form.read(variable.value);
    if (variable !== undefined && value === undefined) throw environmentError(variable.name, form.wrong, form.remedy);
    return value;
  }

  /** As `given`, of the file alone. The finding does not repeat the text. */
  inFile<T>(key: string, { read, wrong, remedy, needed }: Form<T>): T | undefined {
    const node = needed === undefined ? this.fields?.text(key) : this.fields?.needText(key, needed);
    const value = node === undefined ? undefined : read(node.value);
    if (node !== undefined && value === undefined)
      this.#reading.findings.add(node.at, { message: `the value of "${this.#name}.${key}" ${wrong}`, remedy });
    return value;
  }

  secret(key: string): SecretReference | undefined {
    const node = this.get(key);
    if (node !== undefined) return readSecret(this.#reading, node, key);
    const variable = this.variable(key);
    return variable && { kind: "env", name: variable.name };
  }

  flag(key: string): boolean {
    return this.#reading.flag(this.get(key), key);
  }

  /** `ca_cert`: a path or the PEM text, as the bosh CLI takes it; both give the text. `whose`: "the director's". */
  certificate(whose: string): string | undefined {
    const variable = this.variable("ca_cert");
    const node = this.fields?.text("ca_cert");
    const written = node?.value ?? variable?.value;
    if (written === undefined || CERTIFICATE.test(written)) return written;
    const path = this.#reading.path(written);
    const text = readIfThere(path);
    if (text !== undefined && CERTIFICATE.test(text)) return text;
    const shown = quoted(shownValue(node === undefined ? written : path, "text"));
    const wrong = `names ${shown}, which ${text === undefined ? "is not there" : "holds no certificate"}`;
    if (variable !== undefined)
      throw environmentError(variable.name, wrong, `Set it to the path of ${whose} CA certificate, or unset it.`);
    const remedy = `Name a file that holds ${whose} CA certificate in PEM form, or write the certificate with \`|\`.`;
    if (node !== undefined) this.#reading.findings.add(node.at, { message: `"ca_cert" ${wrong}`, remedy });
    return undefined;
  }
}

/** Sections whose variables count key by key. Those of any other count only if the file lacks the whole section. */
const BY_VARIABLES: ReadonlySet<string> = new Set(["cf", "bosh", "s3"]);

/** The keys of a section in the order of the table. */
function keysOf(section: string): readonly string[] {
  const within = SETTINGS.filter(({ name }) => name.startsWith(`${section}.`));
  return [...new Set(within.map(({ name }) => name.slice(section.length + 1).split(".")[0] ?? ""))];
}

function settingOf(name: string): Setting {
  const setting = SETTINGS.find((each) => each.name === name);
  if (setting === undefined) throw new Error(`the table of settings has no ${name}`);
  return setting;
}
