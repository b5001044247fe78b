/** Inputs as the command line gives them: a file first, then --input, which wins. */
import { extname } from "node:path";
import { parse } from "yaml";
import type { JsonObject } from "../action.js";
import { RecoverError } from "../errors.js";
import { readText } from "./lint.js";
import type { InputArguments } from "./options.js";

export function readInputs(given: Pick<InputArguments, "input" | "inputs">): JsonObject {
  const fromFile = given.inputs === undefined ? {} : readFile(given.inputs);
  return { ...fromFile, ...Object.fromEntries(given.input.map(split)) };
}

function split(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new RecoverError("usage", `"${text}" is no input`, { remedy: "Write --input NAME=VALUE.", effect: "none" });
}

function readFile(file: string): JsonObject {
  const text = readText(file);
  try {
    const value: unknown = extname(file) === ".json" ? JSON.parse(text) : parse(text, { maxAliasCount: 0 });
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as JsonObject;
  } catch (cause) {
    throw notInputs(file, cause);
  }
  throw notInputs(file);
}

function notInputs(file: string, cause?: unknown): RecoverError {
  return new RecoverError("input-invalid", `"${file}" does not hold inputs`, {
    remedy: "Write one NAME: VALUE on a line, as YAML or JSON.",
    place: file,
    cause,
    effect: "none",
  });
}
