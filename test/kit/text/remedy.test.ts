import { describe, expect, it } from "vitest";
import { RecoverError } from "../../../src/errors.ts";
import { goingOnByCommand, ofCommand, withoutGoingOn } from "../../../src/kit/text/remedy.ts";

describe("a remedy, outside a run", () => {
  it.each([
    "Wait, then resume.",
    "Wait; then resume.",
    "Wait, then try again.",
    "Wait, and then run or resume the run.",
  ])("of %s names no run to go on with", (remedy) => {
    expect(withoutGoingOn(remedy)).toBe("Wait.");
    expect(goingOnByCommand(remedy)).toBe("Wait, then run the same command again.");
  });

  it("stays as it is if it says nothing of that", () => {
    expect(goingOnByCommand("Resume nothing.")).toBe("Resume nothing.");
    const error = new RecoverError("unreachable", "no answer", { remedy: "Wait." });
    expect(ofCommand(error)).toBe(error);
  });

  it("keeps all else of its error", () => {
    const cause = new Error("gone");
    const details = { place: "there", effect: "none", cause } as const;
    const error = ofCommand(new RecoverError("unreachable", "no answer", { remedy: "Wait, then resume.", ...details }));
    expect(error).toMatchObject({ code: "unreachable", message: "no answer", ...details });
    expect(error).toMatchObject({ remedy: "Wait, then run the same command again." });
  });
});
