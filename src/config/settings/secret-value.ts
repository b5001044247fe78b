/** Fetches a secret from where the configuration says it is; it is registered with the masker before anybody has it. */
import { readFileSync } from "node:fs";
import { RecoverError, refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { Secrets } from "../../kit/secrets/secrets.ts";
import type { SecretReference } from "./config.ts";
import type { Environment } from "./reading.ts";

export interface SecretSources {
  readonly secrets: Secrets;
  readonly env: Environment;
  /** Runs a program to its end and gives its standard output; throws if it fails. */
  readonly run: (argv: readonly [string, ...string[]], cwd: string) => Promise<string>;
}

/** The secret, without one line break at its end. Throws `not-logged-in` if the place holds none. */
export async function secretValue(reference: SecretReference, sources: SecretSources): Promise<string> {
  const value = (await fetch(reference, sources)).replace(/\r?\n$/u, "");
  if (value === "") throw missing(reference, "is empty");
  return sources.secrets.register(value);
}

async function fetch(reference: SecretReference, { env, run }: SecretSources): Promise<string> {
  switch (reference.kind) {
    case "env":
      return env[reference.name] ?? "";
    case "file":
      try {
        return readFileSync(reference.path, "utf8");
      } catch (cause) {
        throw missing(reference, "cannot be read", cause);
      }
    case "command":
      try {
        return await run(reference.argv, reference.cwd);
      } catch (cause) {
        throw missing(reference, `failed${reasonOf(cause)}`, cause);
      }
  }
}

/** A reason in our own words: the output of the program may hold the secret. */
function reasonOf(cause: unknown): string {
  return cause instanceof RecoverError ? `: ${cause.message}` : "";
}

function missing(reference: SecretReference, what: string, cause?: unknown): RecoverError {
  const remedies = {
    env: "Set the variable in the environment of dingo-recover.",
    file: "Write the secret into that file, readable by you alone.",
    command: "Run the command by hand and see what it says; it has to print the secret.",
  };
  return refuse("not-logged-in", `${placeOfSecret(reference)} ${what}`).advise(remedies[reference.kind], cause);
}

/** Where the secret is, for a person. */
export function placeOfSecret(reference: SecretReference): string {
  switch (reference.kind) {
    case "env":
      return `the environment variable ${reference.name}`;
    case "file":
      return `the file ${quoted(reference.path)}`;
    case "command":
      return `the command ${quoted(reference.argv[0])}`;
  }
}
