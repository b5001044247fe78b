/**
 * `discover` in log files alone, without what all other commands load: the answer in the first minutes of an incident
 * comes in about the time that Node itself takes. Whatever it does not know in the command line it leaves to the parser.
 */
import { LocalLogFiles } from "../adapters/logs/local-log-files.js";
import { DirectSink } from "./direct-sink.js";
import { DEFAULT_WINDOW, type DiscoverQuestion, printDiscovery } from "./print-discovery.js";

export interface Question extends DiscoverQuestion {
  readonly logs: readonly string[];
}

const FLAGS: Readonly<Record<string, Partial<Question>>> = {
  "--all": { all: true },
  "--json": { json: true },
  "--no-color": { color: false },
};
const VALUES: Readonly<Record<string, "name" | "space" | "around" | "window">> = {
  "--name": "name",
  "--space": "space",
  "--around": "around",
  "--window": "window",
};
const DEFAULTS: Question = { logs: [], window: DEFAULT_WINDOW, all: false, json: false, color: true };

/** The exit code. */
export async function quickDiscover(asked: Question): Promise<number> {
  try {
    const streams = { stdout: new DirectSink(1), stderr: new DirectSink(2) };
    return await printDiscovery(asked, { logs: { files: new LocalLogFiles(), patterns: asked.logs } }, streams);
  } catch (thrown) {
    return (await import("./failure.js")).reportFailure(thrown, asked.json);
  }
}

/** Undefined where a word is not plainly one of ours: a mistake is told by the parser, as everywhere. */
export function readQuestion(words: readonly string[]): Question | undefined {
  const [command, ...rest] = words;
  if (command !== "discover") return undefined;
  let asked = DEFAULTS;
  const seen = new Set<string>();
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? "";
    const flag = FLAGS[word];
    const value = VALUES[word];
    if (flag !== undefined) asked = { ...asked, ...flag };
    else if (value === undefined && word !== "--logs") return undefined;
    else {
      at += 1;
      const text = rest[at];
      if (text === undefined || text === "" || (text.startsWith("-") && !(text === "-" && word === "--logs")))
        return undefined;
      if (value === undefined) asked = { ...asked, logs: [...asked.logs, text] };
      else if (seen.has(word)) return undefined;
      else asked = { ...asked, [value]: text };
      seen.add(word);
    }
  }
  return asked.logs.length === 0 ? undefined : asked;
}
