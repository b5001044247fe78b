/** The bundle that is installed: one script with a code cache, whichever Node runs it. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script } from "node:vm";
import { afterAll, describe, expect, it } from "vitest";

const directory = mkdtempSync(join(tmpdir(), "bundle-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe("the bundle", () => {
  it("was compiled by the V8 that runs this, and what another V8 compiled is passed over", () => {
    const [source, cachedData] = ["cjs", "cache"].map((type) => readFileSync(`bundle/program.${type}`));
    const script = source?.toString("latin1") ?? "";
    expect(new Script(script, { ...(cachedData === undefined ? {} : { cachedData }) }).cachedDataRejected).toBe(false);
    expect(script).not.toMatch(/\bimport\(["'`]/u);
    const place = join(directory, "bundle");
    cpSync("bundle", place, { recursive: true });
    cpSync("package.json", join(directory, "package.json"));
    cpSync("runbooks", join(directory, "runbooks"), { recursive: true });
    const asked = (...flags: string[]) =>
      spawnSync(process.execPath, [...flags, join(place, "bin.cjs"), "schema"], { encoding: "utf8" });
    const said = asked();
    expect(said.status).toBe(0);
    // Other flags than those that it was compiled with, then nothing of a cache.
    expect(asked("--stack-size=900")).toMatchObject({ status: 0, stdout: said.stdout, stderr: "" });
    writeFileSync(join(place, "program.cache"), "of another one");
    expect(asked()).toMatchObject({ status: 0, stdout: said.stdout, stderr: "" });
  });
});
