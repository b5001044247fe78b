/** An option is given once, unless its help says that it is repeatable: yargs would make a list of it. */
import { refuse } from "../../errors.ts";

/** Throws `usage` for the first of `names` that was given twice. */
export function requireOnce(given: Readonly<Record<string, unknown>>, names: readonly string[]): true {
  const twice = names.find((name) => Array.isArray(given[name]));
  if (twice === undefined) return true;
  throw refuse("usage", `--${twice} is given more than once`).advise("Give it once.");
}
