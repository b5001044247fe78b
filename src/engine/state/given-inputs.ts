/** The inputs that a run was begun with, as `--input` reads them again. */
import type { Json } from "../../action.ts";
import type { GivenInput } from "./event.ts";
import type { RunState } from "./state.ts";

/** Without what nobody gave: a default is there again. */
export function givenInputs({ inputs, defaulted }: Pick<RunState, "inputs" | "defaulted">): readonly GivenInput[] {
  return Object.entries(inputs).flatMap(([name, value]) => {
    const text = asText(value);
    return text === "" || defaulted.includes(name) ? [] : [{ name, text }];
  });
}

function asText(value: Json): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "object" ? "" : String(value);
}
