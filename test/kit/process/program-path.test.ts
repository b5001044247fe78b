import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { directoriesOf, findProgram, programPath, SYSTEM_PATH } from "../../../src/kit/process/program-path.ts";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "program-path-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

it("takes the first file of the name that can be run, and neither a directory nor a text", async () => {
  for (const name of ["a", "b", "c", "d"]) mkdirSync(join(place, name));
  mkdirSync(join(place, "a", "cf"));
  writeFileSync(join(place, "b", "cf"), "");
  for (const name of ["c", "d"]) {
    writeFileSync(join(place, name, "cf"), "");
    chmodSync(join(place, name, "cf"), 0o755);
  }
  const directories = directoriesOf(
    ["", ...["nowhere", "a", "b", "c", "d"].map((name) => join(place, name))].join(":"),
  );
  expect(await findProgram("cf", directories)).toBe(join(place, "c", "cf"));
  expect(await findProgram("bosh", directories)).toBeUndefined();
});

it("never leads into the working directory", () => {
  expect(programPath({ PATH: ":/usr/bin:.:bin:/opt/cf/bin:" })).toBe("/usr/bin:/opt/cf/bin");
  for (const PATH of ["", ".", ":", undefined]) expect(programPath({ PATH })).toBe(SYSTEM_PATH);
});
