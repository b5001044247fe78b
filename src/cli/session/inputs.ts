/** Inputs as the command line gives them: a file first, then --input, which wins. */
import type { JsonObject } from "../../action.ts";
import { diagnosticsError } from "../../kit/text/diagnostic.ts";
import { refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import { readPlain } from "../../kit/yaml/plain.ts";
import { readText } from "../process/text-file.ts";
import type { InputArguments } from "../options/options.ts";

export function readInputs(given: Pick<InputArguments, "input" | "inputs">): JsonObject {
  const fromFile = given.inputs === undefined ? {} : readFile(given.inputs);
  const pairs = given.input.map(split);
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw refuse("usage", `the input ${quoted(twice)} is given more than once`).advise(
      `Give --input ${twice}=VALUE once.`,
    );
  return { ...fromFile, ...Object.fromEntries(pairs) };
}

function split(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw refuse("usage", `${quoted(text)} is no input`).advise("Write --input NAME=VALUE.");
}

/** YAML, of which JSON is a part. Errors: `input-invalid` with every mistake and its place. */
function readFile(file: string): JsonObject {
  const read = readPlain(readText(file), file);
  if ("diagnostics" in read) throw diagnosticsError("input-invalid", read.diagnostics);
  const { value } = read;
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as JsonObject;
  throw refuse("input-invalid", `${quoted(file)} does not hold inputs`)
    .at(file)
    .advise("Write one NAME: VALUE on a line.");
}
