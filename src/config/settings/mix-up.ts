/** Answers that belong to another question. `init` asks again; in a file such a word may be meant: a host can be called `admin`. */
import { type RecoverError, refuse } from "../../errors.ts";
import type { Setting } from "./settings.ts";

const ADDRESSES: ReadonlySet<string> = new Set(["cf.api", "bosh.environment", "s3.endpoint"]);
const NAMES: ReadonlySet<string> = new Set(["cf.username", "bosh.client", "bosh.gateway.user"]);

/** A word with neither scheme, dot nor port. */
const BARE_WORD = /^(?!localhost$)[^.:/]*$/iu;
const URL_BEGINS = /^[a-z][a-z0-9+.-]*:\/\//iu;

/** Errors: `input-invalid`. The typed text is not repeated: it may be a password. */
export function refuseMixUp({ name, example }: Pick<Setting, "name" | "example">, text: string): void {
  if (ADDRESSES.has(name) && BARE_WORD.test(text)) throw mixUp(name, "a single word is no address", example);
  if (NAMES.has(name) && URL_BEGINS.test(text)) throw mixUp(name, "that is an address, not a name", example);
}

function mixUp(name: string, what: string, example: string): RecoverError {
  const remedy = `Example: ${example}.`;
  return refuse("input-invalid", `${name}: ${what}`).at(name).advise(remedy);
}
