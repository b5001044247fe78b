/** The kinds of options, as yargs takes them. An option with a value has a word that stands for it in `--help`. */
import type { Options } from "yargs";

export type Option = Options & { readonly word?: string };

export const flag = (describe: string) => ({ type: "boolean", default: false, describe }) as const;

export const value = (word: string, describe: string) =>
  ({ type: "string", word, describe, requiresArg: true, nargs: 1 }) as const;

/** An option that may be given more than once. */
export const list = (word: string, describe: string) =>
  ({ type: "array", string: true, default: [] as string[], word, describe, requiresArg: true, nargs: 1 }) as const;
