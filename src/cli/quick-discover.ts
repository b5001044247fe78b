/**
 * `discover` in log files alone, without what all other commands load: the answer in the first minutes of an incident
 * comes in about the time that Node itself takes. Whatever it does not know in the command line it leaves to the parser.
 */
import { LocalLogFiles } from "../adapters/logs/local-log-files.js";
import { optional } from "../optional.js";
import type { Sink } from "../ui/output.js";
import { DEFAULT_WINDOW, type DiscoverQuestion, printDiscovery } from "./print-discovery.js";
import { readPlainWords } from "./plain-words.js";

export interface Question extends DiscoverQuestion {
  readonly logs: readonly string[];
}

const KNOWN = {
  flags: ["--all", "--json", "--no-color", "--verbose"],
  values: ["--name", "--space", "--around", "--window"],
  repeated: ["--logs"],
  dash: true,
} as const;

/** The exit code. */
export async function quickDiscover(
  asked: Question,
  streams: { readonly stdout: Sink; readonly stderr: Sink },
): Promise<number> {
  try {
    return await printDiscovery(asked, { logs: { files: new LocalLogFiles(), patterns: asked.logs } }, streams);
  } catch (thrown) {
    return (await import("./failure.js")).reportFailure(thrown, asked.json, streams);
  }
}

/** Undefined where a word is not plainly one of ours: a mistake is told by the parser, as everywhere. */
export function readQuestion([command, ...rest]: readonly string[]): Question | undefined {
  const plain = command === "discover" ? readPlainWords(rest, KNOWN) : undefined;
  const logs = plain?.values("--logs") ?? [];
  if (plain === undefined || logs.length === 0 || plain.places.length > 0) return undefined;
  const valueOf = (option: (typeof KNOWN.values)[number]): string | undefined => plain.values(option)[0];
  return {
    logs,
    window: valueOf("--window") ?? DEFAULT_WINDOW,
    ...optional("name", valueOf("--name")),
    ...optional("space", valueOf("--space")),
    ...optional("around", valueOf("--around")),
    all: plain.flags.has("--all"),
    json: plain.flags.has("--json"),
    color: !plain.flags.has("--no-color"),
    ...(plain.flags.has("--verbose") ? { verbose: true } : {}),
  };
}
