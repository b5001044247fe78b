import { refuse } from "../../errors.ts";
import { reasonOf } from "../../engine/journal/durable.ts";
import { nameInside, readOwn } from "../../kit/process/own-files.ts";
import { quoted } from "../../kit/text/printable.ts";
import { boundedText } from "../../kit/yaml/bounded-text.ts";

/** The text of a YAML file that a person named. */
export function readText(file: string): string {
  try {
    return nameInside(file) === undefined ? boundedText(file) : readOwn(file).toString("utf8");
  } catch (cause) {
    throw refuse("usage", `${quoted(file)} cannot be read: ${reasonOf(cause)}`)
      .at(file)
      .advise("Name a file that exists and may be read.", cause);
  }
}
