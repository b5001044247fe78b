import { afterEach, expect, it } from "vitest";
import { wrap } from "../../../src/cli/screen/text.ts";
import { COMMAND_VARIABLE } from "../../../src/kit/process/called-as.ts";

const before = process.env[COMMAND_VARIABLE];
afterEach(() => {
  if (before === undefined) delete process.env[COMMAND_VARIABLE];
  else process.env[COMMAND_VARIABLE] = before;
});

const TEXT = "Name a directory, or write a configuration with dingo-recover init, then run the same command again.";

it.each(Array.from({ length: 70 }, (_, index) => 20 + index))(
  "a command of a clone is not broken within its name, in a line of %i",
  (width) => {
    process.env[COMMAND_VARIABLE] = "/tmp/clone/node_modules/.bin/node /tmp/clone/src/bin.cjs";
    const lines = wrap(TEXT, width);
    expect(lines.join("\n")).toContain("/tmp/clone/node_modules/.bin/node /tmp/clone/src/bin.cjs init,");
    expect(lines.join(" ")).toBe(TEXT.replace("dingo-recover", process.env[COMMAND_VARIABLE]));
  },
);
