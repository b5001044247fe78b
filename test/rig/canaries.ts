/** Secrets that must be nowhere, looked for in files and texts, as they are and in the forms that programs give them. */
import { readFileSync } from "node:fs";
import { filesBelow } from "../../src/rehearsal/supervisor/leaks.ts";
import { formsOf } from "../../src/rehearsal/supervisor/secret-forms.ts";

export type Canaries = Readonly<Record<string, string>>;

/** The names of the secrets that a text holds. */
export function secretsIn(text: string, canaries: Canaries): readonly string[] {
  return Object.entries(canaries).flatMap(([name, secret]) =>
    secret !== "" &&
    linesOf(secret)
      .flatMap(formsOf)
      .some((form) => text.includes(form))
      ? [name]
      : [],
  );
}

/** "FILE: NAME OF THE SECRET" for every secret in a file below a directory. */
export function secretsBelow(directory: string, canaries: Canaries): readonly string[] {
  return filesBelow(directory).flatMap((file) =>
    secretsIn(readFileSync(file, "latin1"), canaries).map((name) => `${file}: ${name}`),
  );
}

/** A key of many lines is told by any of its longer ones. */
function linesOf(secret: string): readonly string[] {
  return secret.includes("\n")
    ? secret.split("\n").filter((line) => line.length > 30 && !line.startsWith("-----"))
    : [secret];
}
