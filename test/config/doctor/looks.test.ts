import { describe, expect, it } from "vitest";
import { Looks } from "../../../src/config/doctor/looks.ts";
import { RecoverError } from "../../../src/errors.ts";

const refused = (code: "access-denied" | "unreachable" | "answer-incomplete") => () =>
  Promise.reject(new RecoverError(code, `it says ${code}`, { remedy: "Do something, then resume." }));

describe("looking at a system", () => {
  it("calls what lies behind a refusal unknown, with the reason, and asks it nothing", async () => {
    const looks = new Looks({ means: "Nothing goes on." });
    await looks.look("x.log-in", "the log-in", refused("access-denied"));
    const never = () => {
      throw new Error("asked");
    };
    await looks.look("x.rights", "the rights", never);
    expect(looks.checks).toEqual([
      {
        id: "x.log-in",
        state: "failed",
        text: "it says access-denied",
        code: "access-denied",
        means: "Nothing goes on.",
        mend: "Do something.",
      },
      { id: "x.rights", state: "unknown", text: "the rights: not looked at (it says access-denied)" },
    ]);
  });

  it("does not take silence, or half an answer, for a refusal", async () => {
    const looks = new Looks({ means: undefined });
    await looks.aside("x.a", "a", refused("unreachable"));
    await looks.aside("x.b", "b", refused("answer-incomplete"));
    expect(looks.checks.map(({ state }) => state)).toEqual(["unknown", "unknown"]);
  });

  it("goes on behind what nothing else depends on", async () => {
    const looks = new Looks({ means: undefined });
    await looks.aside("x.a", "a", refused("access-denied"));
    expect(await looks.look("x.b", "b", () => Promise.resolve(7))).toBe(7);
  });

  it("does not wait for ever", async () => {
    const looks = new Looks({ means: undefined, patienceMs: 1 });
    await looks.look("x.a", "the thing", () => new Promise(() => undefined));
    expect(looks.checks).toMatchObject([
      { state: "unknown", code: "unreachable", text: "the thing: no answer within 0.001 s" },
    ]);
  });
});
