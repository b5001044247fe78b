import { describe, expect, it } from "vitest";
import { together } from "../../src/kit/together.ts";

/** A look whose end the test decides. */
function held<T>(): {
  readonly look: Promise<T>;
  readonly end: (value: T) => void;
  readonly fail: (error: Error) => void;
} {
  let [end, fail]: [(value: T) => void, (error: Error) => void] = [() => undefined, () => undefined];
  const look = new Promise<T>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { look, end, fail };
}

describe("looks that are made together", () => {
  it("are given in the order of the list, whichever ends first", async () => {
    const [slow, quick] = [held<number>(), held<string>()];
    const found = together([slow.look, quick.look]);
    quick.end("b");
    slow.end(1);
    expect(await found).toEqual([1, "b"]);
  });

  it("end when all have ended, also if one has failed", async () => {
    const [failing, slow] = [held<number>(), held<number>()];
    let isOver = false;
    const found = together([failing.look, slow.look]).finally(() => {
      isOver = true;
    });
    failing.fail(new Error("first"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    slow.end(1);
    await expect(found).rejects.toThrow("first");
  });

  it("fail with the error of the first in the list, whichever fails first", async () => {
    const [first, second] = [held<number>(), held<number>()];
    const found = together([first.look, second.look]);
    second.fail(new Error("second"));
    first.fail(new Error("first"));
    await expect(found).rejects.toThrow("first");
  });
});
