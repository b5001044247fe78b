/** The inputs that a run was begun with, as `--input` reads them again. */
import type { Json, JsonObject } from "../../action.ts";
import type { GivenInput } from "./event.ts";
import type { RunState } from "./state.ts";

/** A step's note: the values that the operator meant, by the names of the inputs that were mistyped. */
const INPUT_MEANT = "input-meant";

/** Without what nobody gave: a default is there again. A mistyped one is told as it was meant. */
export function givenInputs({
  inputs,
  defaulted,
  notes,
}: Pick<RunState, "inputs" | "defaulted" | "notes">): readonly GivenInput[] {
  const meant = [...notes.values()].flat().filter(({ kind }) => kind === INPUT_MEANT);
  const whole = Object.assign({}, inputs, ...meant.map(({ data }) => data)) as JsonObject;
  return Object.keys(inputs).flatMap((name) => {
    const text = asText(whole[name] ?? "");
    return text === "" || defaulted.includes(name) ? [] : [{ name, text }];
  });
}

function asText(value: Json): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "object" ? "" : String(value);
}
