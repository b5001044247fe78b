/**
 * The input of a step is journaled, and a resumed step uses the journaled one. A name that contains a secret could only
 * be journaled masked (law 10), and a masked name is another name. So it is refused before any effect. A secret outside
 * such names is masked as ever.
 */
import { type RecoverError, refuse } from "../../errors.ts";
import { isMasked } from "../../kit/secrets/mask.ts";
import type { Secrets } from "../../kit/secrets/secrets.ts";

export interface Named {
  /** Begins the message: `the input "space"`. */
  readonly what: string;
  readonly place?: string;
}

/** Throws `secret-in-name` if the journal could not hold the value as it is, or holds it masked already. */
export function requireWhole(secrets: Secrets, value: unknown, named: Named): void {
  if (isMasked(secrets.maskJson(value))) throw secretInName(named);
}

/** The same of a value that comes from the journal. */
export function requireUnmasked(value: unknown, named: Named): void {
  if (isMasked(value)) throw secretInName(named);
}

function secretInName({ what, place }: Named): RecoverError {
  return refuse("secret-in-name", `${what} contains the text of a secret and cannot be written down as it is`)
    .at(place)
    .advise(
      "Nothing was done with it. Change the secret: a password that is part of a name of the platform protects nothing; then begin anew.",
    );
}
