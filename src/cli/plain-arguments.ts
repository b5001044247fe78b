/** What every command takes, of words that are read without the parser. */
import type { GlobalArguments } from "./options.js";
import type { PlainWords } from "./plain-words.js";

export const FLAGS = ["--json", "--no-color", "--verbose"];
export const VALUES = ["--config", "--state-dir"];

export const valueOf = (plain: PlainWords, option: string): string | undefined => plain.values(option)[0];

export function everywhere(plain: PlainWords): GlobalArguments {
  return {
    config: valueOf(plain, "--config"),
    "state-dir": valueOf(plain, "--state-dir"),
    json: plain.flags.has("--json"),
    verbose: plain.flags.has("--verbose"),
    color: !plain.flags.has("--no-color"),
  };
}
