import { describe, expect, it } from "vitest";
import { lookAgain } from "../../src/cli/look-again.ts";
import { RecoverError } from "../../src/errors.ts";

const RUN = "20261122-120000-abcd";

describe("the end of a run", () => {
  it.each([40, 120])("names the commands of its report and page, each on a line of its own (%i columns)", (width) => {
    const lines = lookAgain({ run: RUN }, width);
    expect(lines.slice(-2)).toEqual([
      `  dingo-recover report ${RUN} --format html -o report.html`,
      `  dingo-recover serve ${RUN}`,
    ]);
    expect(lines.slice(1, -2).join(" ")).toBe("What others are shown of it, in a file and in a browser:");
  });

  it("leaves the last word to how a run goes on that did not come to its end", () => {
    const error = new RecoverError("stopped-by-operator", "stopped", { remedy: "Resume it.", effect: "none" });
    expect(lookAgain({ run: RUN, error }, 80)).toEqual([]);
  });
});
