import { describe, expect, it } from "vitest";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { sayings } from "../../src/kit/shell/shell.ts";

const shell = { label: "host", secrets: new Secrets(), run: () => Promise.reject(new Error("not asked")) };
const said = (stderr: string): string => sayings(shell, { code: 1, stdout: "", stderr });

describe("the words of a failed command", () => {
  it("stand on one line, without the blanks around each of theirs", () => {
    expect(said("  one \n\n\t two\r\n")).toBe("one; two");
    expect(said(" \n ")).toBe("it said nothing");
  });

  it("are told at once however many blanks a stranger puts into them", () => {
    expect(said(`a${" ".repeat(60_000)}b`)).toHaveLength(401);
  });
});
