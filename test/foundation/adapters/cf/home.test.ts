import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src/action.ts";
import { CfHome } from "../../../../src/foundation/adapters/cf/home.ts";
import { ResourceLog } from "../../../contract/resource-log.ts";

const directory = mkdtempSync(join(tmpdir(), "cf-home-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const leftOver = (data: JsonObject): ResourceLog => new ResourceLog([{ kind: "cf-home", data }]);

describe("the home of a cf process", () => {
  it("is the owner's alone", async () => {
    const home = await CfHome.open(new ResourceLog(), directory);
    expect(statSync(home.path).mode & 0o777).toBe(0o700);
    await home.close();
    expect(existsSync(home.path)).toBe(false);
  });

  it("drops the trace of a session that it takes over, and keeps its file 0600", async () => {
    const session = join(directory, "config.json");
    writeFileSync(session, JSON.stringify({ Target: "https://api", Trace: "true", Other: 1 }));
    const home = await CfHome.open(new ResourceLog(), directory);
    await home.adopt(session);
    expect(await home.config()).toMatchObject({ Target: "https://api", Trace: "", Other: 1 });
    expect(statSync(join(home.path, ".cf", "config.json")).mode & 0o777).toBe(0o600);
    await home.close();
  });

  it("removes what a killed process left, and counts what is gone already as removed", async () => {
    const path = join(directory, "dingo-recover-cf-0123456789abcdef");
    mkdirSync(path);
    for (let round = 0; round < 2; round++) {
      const recorder = leftOver({ path, host: hostname() });
      const home = await CfHome.open(recorder, directory);
      expect(existsSync(path)).toBe(false);
      expect(recorder.leftOpen()).toHaveLength(1);
      await home.close();
    }
  });

  it("removes what a killed process of another run or command left, and lets the homes of the living be", async () => {
    const parent = mkdtempSync(join(directory, "tmp-"));
    const living = await CfHome.open(new ResourceLog(), parent);
    const [prefix = "", random = ""] = living.path.split(/-(?=[0-9a-f]{16}$)/);
    const ofTheDead = [prefix.replace(/-\d+$/, "-1"), prefix.replace(/-\d+-\d+$/, "-4194304-7")];
    const notToTell = [prefix.replace(/-[0-9a-f]{8}-(?=\d)/, "-00000000-").replace(/-\d+$/, "-1"), "dingo-recover-cf"];
    for (const name of [...ofTheDead, ...notToTell]) mkdirSync(join(parent, basename(`${name}-${random}`)));
    const precious = join(parent, "precious");
    mkdirSync(precious);
    const link = join(parent, basename(`${ofTheDead[0] ?? ""}-${"0".repeat(16)}`));
    symlinkSync(precious, link);
    const home = await CfHome.open(new ResourceLog(), parent);
    const kept = [...notToTell.map((name) => basename(`${name}-${random}`)), basename(link), "precious"];
    expect(readdirSync(parent).sort()).toEqual([...kept, basename(living.path), basename(home.path)].sort());
    await living.close();
    await home.close();
  });

  it("does not lie where another user could put something in its place", async () => {
    const open = mkdtempSync(join(directory, "open-"));
    chmodSync(open, 0o777);
    const home = await CfHome.open(new ResourceLog(), open);
    expect([readdirSync(open), dirname(home.path)]).toEqual([[], "/tmp"]);
    await home.close();
  });

  it("touches no path that is not surely ours, and leaves it noted", async () => {
    const precious = join(directory, "precious");
    mkdirSync(precious);
    const link = join(directory, "dingo-recover-cf-fedcba9876543210");
    symlinkSync(precious, link);
    const elsewhere = join(directory, "dingo-recover-cf-00000000000000aa");
    mkdirSync(elsewhere);
    const doubtful: readonly JsonObject[] = [
      { path: precious, host: hostname() },
      { path: "/", host: hostname() },
      { path: link, host: hostname() },
      { path: elsewhere, host: "another-machine" },
      { path: 7, host: hostname() },
    ];
    for (const data of doubtful) {
      const recorder = leftOver(data);
      const home = await CfHome.open(recorder, directory);
      await home.close();
      expect(recorder.leftOpen()).toEqual([{ kind: "cf-home", data }]);
    }
    expect(readdirSync(directory)).toEqual(expect.arrayContaining(["precious", "dingo-recover-cf-fedcba9876543210"]));
    expect(existsSync(elsewhere)).toBe(true);
  });
});
