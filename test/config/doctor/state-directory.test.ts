import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { examineStateDirectory } from "../../../src/config/doctor/state-directory.ts";
import { testDirectory } from "../../directory.ts";

let parent: string;
let path: string;
beforeEach(() => {
  parent = testDirectory();
  path = join(parent, "state");
});

const look = (fix = false) => examineStateDirectory({ path, fix })[0];
const modeOf = (directory: string): number => statSync(directory).mode & 0o777;

describe("the state directory, as doctor sees it", () => {
  it("that is not there is no fault, and is not made", () => {
    expect(look(true)).toMatchObject({ id: "machine.state", state: "note" });
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it("is for its owner alone, with what is in it; only --fix makes it so", () => {
    mkdirSync(join(path, "runs"), { recursive: true });
    for (const directory of [path, join(path, "runs")]) chmodSync(directory, 0o755);
    expect(look()).toMatchObject({ state: "warning", mend: expect.stringContaining("doctor --fix") as string });
    expect(modeOf(path)).toBe(0o755);
    expect(look(true)).toMatchObject({ state: "ok", fixed: true });
    for (const directory of [path, join(path, "runs")]) expect(modeOf(directory)).toBe(0o700);
    expect(look()).not.toHaveProperty("fixed");
  });

  it("that holds other things is left as it is, whatever was asked for", () => {
    mkdirSync(path);
    chmodSync(path, 0o755);
    writeFileSync(join(path, "holiday.jpg"), "");
    expect(look(true)).toMatchObject({ state: "warning", text: expect.stringContaining("holiday.jpg") as string });
    expect(modeOf(path)).toBe(0o755);
  });

  it("that is a link, or no directory, is not used", () => {
    symlinkSync(parent, path);
    expect(look()).toMatchObject({ state: "failed", code: "state-dir-unusable" });
    rmSync(path);
    writeFileSync(path, "");
    expect(look()).toMatchObject({ state: "failed", text: expect.stringContaining("is no directory") as string });
  });
});
