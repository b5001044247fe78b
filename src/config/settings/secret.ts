/** References to secrets in the configuration: `{env: NAME}`, `{file: PATH}` or `{command: [PROGRAM, ARGUMENT…]}`. */
import type { Diagnostic, Finding } from "../../kit/text/diagnostic.ts";
import { article, Fields, textOf } from "../../kit/yaml/fields.ts";
import type { Located } from "../../kit/yaml/located.ts";
import type { SecretReference } from "./config.ts";
import { holdsKey } from "./key-text.ts";
import type { Reading } from "./reading.ts";

export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/u;
const FORMS = "`{env: NAME}`, `{file: PATH}` or `{command: [PROGRAM, ARGUMENT]}`";

/** The finding about a secret that stands in the file. It never repeats the value. */
export const LITERAL_SECRET: Finding = {
  message: "a secret stands in the configuration file, where backups, screens and version control would see it",
  remedy: `Say where it is to be had instead: ${FORMS}; and replace that secret, since it was written down.`,
};

/** The finding about a key in the place of its file's path. */
export const LITERAL_KEY: Finding = {
  message: LITERAL_SECRET.message,
  remedy: "Write the path of its file instead; and replace that secret, since it was written down.",
};

export function readSecret(reading: Reading, node: Located, name: string): SecretReference | undefined {
  const { findings } = reading;
  if (node.kind === "scalar" && node.value !== null && node.value !== "") {
    findings.add(node.at, LITERAL_SECRET);
    return undefined;
  }
  const fields = Fields.of(findings, node, { what: `"${name}"`, keys: ["env", "file", "command"] });
  if (fields === undefined) return undefined;
  const forms = (["env", "file", "command"] as const).filter((key) => fields.get(key) !== undefined);
  const [form] = forms;
  if (form === undefined || forms.length > 1) {
    findings.add(fields.at, { message: `"${name}" names ${forms.length} sources`, remedy: `Write one of ${FORMS}.` });
    return undefined;
  }
  return form === "command" ? readCommand(reading, fields.get("command")) : readPlace(reading, fields, form);
}

function readPlace(
  reading: Reading,
  fields: Fields<"env" | "file" | "command">,
  form: "env" | "file",
): SecretReference | undefined {
  const text = fields.text(form);
  if (text === undefined) return undefined;
  if (form === "file" && holdsKey(text.value)) reading.findings.add(text.at, LITERAL_KEY);
  if (form === "file") return { kind: "file", path: reading.path(text.value) };
  if (VARIABLE_NAME.test(text.value)) return { kind: "env", name: text.value };
  reading.findings.add(text.at, {
    message: "that is no name of an environment variable",
    remedy: "Write the variable's name without `$`, e.g. `{env: CF_PASSWORD}`; never the secret itself.",
  });
  return undefined;
}

function readCommand(reading: Reading, node: Located | undefined): SecretReference | undefined {
  const { findings } = reading;
  if (node?.kind !== "list" || node.items.length === 0) {
    if (node !== undefined)
      findings.add(node.at, {
        message: `"command" is ${article(node)}, not a list of words`,
        remedy: "Write the program and each argument apart: `command: [pass, show, bosh]`; no shell reads it.",
      });
    return undefined;
  }
  const words = node.items.flatMap((item) => textOf(findings, item, "command")?.value ?? []);
  const [program, ...rest] = words;
  return program === undefined || words.length < node.items.length
    ? undefined
    : { kind: "command", argv: [program, ...rest], cwd: reading.path(".") };
}

const SECRET_KEY = String.raw`(?:password|passphrase|secret|token)\w{0,200}["']?\s*:\s*`;
/** A value behind a key that sounds secret; `{` begins a reference, private_key may be a path. */
const SECRET_LINE = new RegExp(`${SECRET_KEY}(?![{\\s#]|$)`, "iu");
/** Its value may stand on the next line. */
const SECRET_BEFORE = new RegExp(`${SECRET_KEY}(?:[|>][-+]?\\s*)?$`, "iu");

/**
 * Mistakes without the text of a secret: YAML's complaints quote what they found. One on a line with a secret is told as
 * the mistake about that secret, and once.
 */
export function discreet(diagnostics: readonly Diagnostic[], text: string): readonly Diagnostic[] {
  const lines = text.split(/\r?\n/u);
  const isTold = ({ message }: Diagnostic): boolean => message === LITERAL_SECRET.message;
  return diagnostics.flatMap((one, at) => {
    if (isTold(one) || !holdsSecret(lines, one.line - 1)) return [one];
    const stands = diagnostics.some((each, other) => each.line === one.line && (isTold(each) || other < at));
    return stands ? [] : [{ ...one, ...LITERAL_SECRET }];
  });
}

/** The text without the lines that hold a secret: it may be kept and shown. */
export function discreetText(text: string): string {
  const lines = text.split(/\r?\n/u);
  return lines.map((line, at) => (holdsSecret(lines, at) ? "# a line that holds a secret" : line)).join("\n");
}

const holdsSecret = (lines: readonly string[], at: number): boolean =>
  SECRET_LINE.test(lines[at] ?? "") || SECRET_BEFORE.test(lines[at - 1] ?? "");
