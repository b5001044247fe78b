/** Turns what a person types into YAML text. A secret is never typed: only the place where it is kept. */
import { type RecoverError, refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import { VARIABLE_NAME } from "./secret.ts";
import type { Setting } from "./settings.ts";

/** A text that YAML reads as that text without quotes: it can be no number, no flag and no sign of YAML. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z/~](?:[A-Za-z0-9_./@~-]|:(?=\S))*$/iu;
const SECRET_FORMS = "env:NAME, file:PATH or command:PROGRAM ARGUMENT";

/** Errors: `input-invalid`. A text that may be a secret is not repeated. */
export function writtenValue({ name, kind }: Setting, text: string): string {
  switch (kind) {
    case "text":
    case "address":
      return textValue(text);
    case "flag":
      if (text === "true" || text === "false") return text;
      throw invalid(name, `${quoted(text)} is neither true nor false`, "Write true or false.");
    case "port":
      if (/^\d{1,5}$/u.test(text)) return String(Number(text));
      throw invalid(name, `${quoted(text)} is no port`, "Write a number from 1 to 65535.");
    case "list":
      return `[${text
        .split(",")
        .map((each) => JSON.stringify(each.trim()))
        .join(", ")}]`;
    case "secret":
      return secretValue(name, text) ?? fail(name);
    case "text-or-secret":
      return secretValue(name, text) ?? textValue(text);
  }
}

const textValue = (text: string): string => (PLAIN.test(text) ? text : JSON.stringify(text));

function secretValue(name: string, text: string): string | undefined {
  const [, form, rest = ""] = /^(env|file|command):\s*(.+)$/su.exec(text) ?? [];
  if (form === undefined) return undefined;
  if (form === "command")
    return `{ command: [${rest
      .trim()
      .split(/\s+/u)
      .map((word) => JSON.stringify(word))
      .join(", ")}] }`;
  if (form === "env" && !VARIABLE_NAME.test(rest))
    throw invalid(name, "that is no name of a variable", "Write env:NAME, without $; never the secret itself.");
  return `{ ${form}: ${textValue(rest)} }`;
}

function fail(name: string): never {
  throw invalid(
    name,
    "that does not say where the secret is to be had",
    `Write ${SECRET_FORMS}; a secret itself is never written down.`,
  );
}

function invalid(name: string, what: string, remedy: string): RecoverError {
  return refuse("input-invalid", `${name}: ${what}`).at(name).advise(remedy);
}
