/** The words of a check about a clone that was made without the packages of its platform. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { scratchDirectories } from "./engine/journal/scratch.ts";

const scratch = scratchDirectories();
const HERE = { os: [process.platform], cpu: [process.arch] };
const PACKAGES = {
  "node_modules/node-for-here": HERE,
  "node_modules/a/node_modules/@scope/for-here": HERE,
  "node_modules/for-another-system": { os: ["none"], cpu: [process.arch] },
  "node_modules/for-one-c-library": { ...HERE, libc: ["none"] },
  "node_modules/for-all": {},
};

function check(installed: readonly string[]) {
  const cwd = scratch();
  writeFileSync(join(cwd, "package-lock.json"), JSON.stringify({ packages: PACKAGES }));
  for (const path of installed) mkdirSync(join(cwd, path), { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [resolve("build/whole-clone.mjs")], { cwd, encoding: "utf8" });
  return { status, stderr };
}

it("one sentence names what is missing, and the command that installs it", () => {
  expect(check([])).toEqual({
    status: 1,
    stderr:
      'This clone lacks packages for this platform (node-for-here and 1 more): "npm ci", without --omit=optional, installs them.\n',
  });
  expect(check(["node_modules/node-for-here"]).stderr).toContain("(@scope/for-here):");
});

it("nothing is said of packages for other platforms", () => {
  expect(check(Object.keys(PACKAGES).slice(0, 2))).toEqual({ status: 0, stderr: "" });
});
