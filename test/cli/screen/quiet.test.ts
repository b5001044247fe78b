import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../../src/engine/state/event.ts";
import { quietRenderer } from "../../../src/cli/screen/quiet.ts";
import { NOBODY } from "../../../src/cli/screen/renderer.ts";

const stamp = { schema: "dingo-recover/event@1", time: "2026-11-21T00:00:00.000Z", run: "r" } as const;
const note: RunEvent = { ...stamp, type: "note", message: "on the way" };
const ended = (exitCode: number): RunEvent => ({
  ...stamp,
  type: "run-ended",
  outcome: "succeeded",
  exitCode,
  head: "",
});

function heard(...events: readonly RunEvent[]): { readonly said: string[]; readonly close: () => Promise<void> } {
  const said: string[] = [];
  const loud = {
    sink: (event: RunEvent) => void said.push(event.type),
    say: (text: string) => void said.push(text),
    operator: NOBODY,
  };
  const quiet = quietRenderer({ ...loud, close: () => Promise.resolve() });
  quiet.say("a word");
  for (const event of events) quiet.sink(event);
  return { said, close: () => quiet.close() };
}

describe("a quiet run", () => {
  it("that ends with 0 says nothing at all", async () => {
    const { said, close } = heard(note, ended(0));
    await close();
    expect(said).toEqual([]);
  });

  it.each([20, 21, 15])("that ends with %i says everything, in its order", (code) => {
    expect(heard(note, ended(code)).said).toEqual(["a word", "note", "run-ended"]);
  });

  it("that does not come to an end says how far it came", async () => {
    const { said, close } = heard(note);
    expect(said).toEqual([]);
    await close();
    expect(said).toEqual(["a word", "note"]);
  });
});
