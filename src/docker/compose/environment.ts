/** The variables that Compose fills in: the caller's environment comes before the project's `.env`. */
import { interpolate, type Variables } from "./interpolation.ts";

/** The environment of the caller. `complete` is false if it is not the one that the stack was brought up with. */
export interface CallerEnvironment {
  readonly values: Readonly<Record<string, string>>;
  readonly complete: boolean;
}

/** The variables of a `.env`. A value is undefined when the two generations of Compose read its line differently. */
export type DotEnv = ReadonlyMap<string, string | undefined>;

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=[ \t]*(.*)$/u;

/**
 * python-dotenv and compose-go's `dotenv`, as far as they agree: comments, `export`, single quotes as they are, double
 * quotes without escapes, and a value up to ` #`. Values that name variables are filled in from the lines before.
 */
export function readDotEnv(text: string, caller: CallerEnvironment): DotEnv {
  const values = new Map<string, string | undefined>();
  const variables = lookUp(caller, [values]);
  for (const line of text.replace(/^\ufeff/u, "").split(/\r?\n/u)) {
    const found = LINE.exec(line);
    if (found?.[1] !== undefined) values.set(found[1], valueOf(found[2] ?? "", variables));
  }
  return values;
}

function valueOf(written: string, variables: Variables): string | undefined {
  const single = /^'([^'\\]*)'\s*(?:#.*)?$/u.exec(written);
  if (single !== null) return single[1] ?? "";
  const double = /^"([^"\\]*)"\s*(?:#.*)?$/u.exec(written);
  if (double === null && /^["']|\\/u.test(written)) return undefined;
  const plain = double?.[1] ?? written.replace(/(?:^|\s)#.*$/u, "").trim();
  const filled = interpolate(plain, variables);
  return filled.known ? filled.text : undefined;
}

/** Earlier files of `files` give way to later ones, all of them to the caller. */
export function lookUp(caller: CallerEnvironment, files: readonly DotEnv[]): Variables {
  return (name) => {
    if (Object.hasOwn(caller.values, name)) return { known: true, value: caller.values[name] };
    for (const file of [...files].reverse()) {
      if (!file.has(name)) continue;
      const value = file.get(name);
      return value === undefined
        ? { known: false, why: `the value of ${name} in the .env file has a form that is not understood` }
        : { known: true, value };
    }
    if (caller.complete) return { known: true, value: undefined };
    return { known: false, why: `${name} may be set in the environment of whoever calls Compose` };
  };
}
