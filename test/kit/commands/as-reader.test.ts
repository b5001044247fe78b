/** Whose rights a program has that repeats files of a directory: a link there may lead to files of root. */
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asReader } from "../../../src/kit/commands/as-owner.ts";
import type { Argv } from "../../../src/kit/commands/host-commands.ts";

const [OWNER, OTHER, NOBODY] = [65_530, 65_520, 65_534];

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "as-reader-"));
  chmodSync(place, 0o755);
  for (const name of ["root", "owner", "other"]) mkdirSync(at(name));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const at = (...names: readonly string[]): string => join(place, ...names);
const said = ([program, ...args]: Argv): string => {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    return error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  }
};
const whoReads = (...names: readonly string[]): number =>
  Number(
    said(
      asReader(
        names.map((name) => at(name)),
        "id",
        "-u",
      ),
    ),
  );

it("is this account if the directories are its own, and the words arrive as they are", () => {
  expect(whoReads("root")).toBe(process.getuid?.());
  expect(said(asReader([at("root")], "printf", "%s|", "a b", "", "--", "$HOME"))).toBe("a b||--|$HOME|");
});

describe.runIf(process.getuid?.() === 0)("as root", () => {
  beforeEach(() => {
    chownSync(at("owner"), OWNER, OWNER);
    chownSync(at("other"), OTHER, OTHER);
  });

  it("is the owner, who reads its own files and none of root's", () => {
    for (const name of ["own", "secret"]) writeFileSync(at(name), "read", { mode: 0o600 });
    chownSync(at("own"), OWNER, OWNER);
    const cat = (name: string): string => {
      symlinkSync(at(name), at("owner", name));
      return said(asReader([at("root"), at("owner")], "cat", at("owner", name)));
    };
    expect(cat("own")).toBe("read");
    expect(cat("secret")).toContain("Permission denied");
  });

  it("is the owner of a directory above one of root's, who may put another in its place", () => {
    mkdirSync(at("owner", "below"));
    expect(whoReads(join("owner", "below"))).toBe(OWNER);
    symlinkSync("owner/below", at("link"));
    expect(whoReads("link")).toBe(OWNER);
  });

  it.each([
    ["several accounts own the directories", ["owner", "other", "owner"], () => undefined],
    ["others may write to one of root's", ["root"], () => chmodSync(at("root"), 0o775)],
    ["a link of others lies on the way", ["owner/link"], () => symlinkSync(at("root"), at("owner", "link"))],
    ["there is none", ["root", "absent"], () => undefined],
  ])("is nobody if %s", (_, names, made) => {
    made();
    if (names.includes("root")) chownSync(at("root"), 0, OWNER);
    expect(whoReads(...names)).toBe(NOBODY);
  });
});
