/** Without a sandbox: who can say that it goes without, and who cannot. */
import { describe, expect, it } from "vitest";
import { askedWithout } from "../../../../src/archive/adapters/sandbox/unsandboxed.ts";
import { RecoverError } from "../../../../src/errors.ts";
import type { Answer, Question } from "../../../../src/ports/operator.ts";
import type { Sandbox } from "../../../../src/ports/sandbox.ts";

const none = () => new RecoverError("no-sandbox", "there is no bwrap", { remedy: "Install it.", place: "bwrap" });

function asking(answer: Answer | undefined, open: () => Promise<Sandbox> = () => Promise.reject(none())) {
  const asked: Question[] = [];
  const operator = {
    ask: (question: Question) => {
      asked.push(question);
      return Promise.resolve(answer);
    },
  };
  return { asked, opened: askedWithout(open, operator)(undefined) };
}

describe("without a sandbox", () => {
  it("goes on when a person types the word, and its name says so", async () => {
    const { asked, opened } = asking({ value: "UNSANDBOXED", by: "operator" });
    expect(await opened).toMatchObject({ kind: "none", name: "no sandbox (UNSANDBOXED was typed)" });
    expect(asked).toMatchObject([{ kind: "typed", expected: "UNSANDBOXED", why: "there is no bwrap. Install it." }]);
  });

  it.each([undefined, { value: "yes", by: "operator" }, { value: "UNSANDBOXED", by: "flag" }] as const)(
    "is refused by the answer %j",
    async (answer) => {
      await expect(asking(answer).opened).rejects.toMatchObject({ code: "no-sandbox" });
    },
  );

  it("asks nobody when there is one, or when something else is wrong", async () => {
    const sandbox = { kind: "bubblewrap", name: "bubblewrap 0.8.0" } as Sandbox;
    const made = asking(undefined, () => Promise.resolve(sandbox));
    expect(await made.opened).toBe(sandbox);
    const other = asking(undefined, () => Promise.reject(new Error("gone")));
    await expect(other.opened).rejects.toThrow("gone");
    expect([...made.asked, ...other.asked]).toEqual([]);
  });
});
