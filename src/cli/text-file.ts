import { readFileSync } from "node:fs";
import { RecoverError } from "../errors.js";
import { reasonOf } from "../journal/durable.js";
import { quoted } from "../printable.js";

/** The text of a file that a person named. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new RecoverError("usage", `${quoted(file)} cannot be read: ${reasonOf(cause)}`, {
      remedy: "Name a file that exists and may be read.",
      place: file,
      cause,
      effect: "none",
    });
  }
}
