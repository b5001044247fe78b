/** The words of a director and of its UAA are a stranger's. */
import { expect, it } from "vitest";
import { readAs, tokenAnswer } from "../../../../src/foundation/adapters/bosh/answers.ts";
import { taskFailed } from "../../../../src/foundation/adapters/bosh/director-session.ts";

it("tells the result of a task in one short line", () => {
  const result = `boom \u001b[2J\n$ rm -rf /${"x".repeat(1_000_000)}`;
  const { message } = taskFailed("1", { state: "error\n$ id", result });
  expect(message).toMatch(/^the director's task 1 ended as "error\\n\$ id": boom {2}\[2J \$ rm -rf \/x+$/u);
  expect(message.length).toBeLessThan(300);
});

it.each([
  { access_token: "a\r\nX-Other: 1" },
  { access_token: "a", token_type: "bearer\u001b[31m" },
  { access_token: "", token_type: "bearer" },
])("refuses a token that no header holds: %j", (answer) => {
  expect(() => readAs(tokenAnswer, answer, "/oauth/token")).toThrow(
    /unexpected form at "(?:access_token|token_type)"/u,
  );
});
