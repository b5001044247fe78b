/** A HOME that is no absolute path would make a home of the working directory, where anybody may have put files. */
import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { usualFiles } from "../../../src/config/settings/load.ts";
import { sessionFile } from "../../../src/config/settings/missing.ts";
import { homeDirectory } from "../../../src/kit/process/home-directory.ts";
import { statePath } from "../../../src/cli/process/state-path.ts";

const HOME = userInfo().homedir;

it.each(["", ".", "a/b"])("is the one of the account if HOME is %j, for each thing that lies in it", (home) => {
  const env = { HOME: home };
  expect(homeDirectory(env)).toBe(HOME);
  expect(sessionFile({ ...env, CF_HOME: "" })).toBe(join(HOME, ".cf", "config.json"));
  expect(usualFiles({ env, cwd: "/here" })[1]).toBe(join(HOME, ".config", "dingo-recover", "config.yml"));
  expect(statePath(undefined, env)).toBe(join(HOME, ".local", "state", "dingo-recover"));
});

it("is HOME if that is a place", () => {
  expect(homeDirectory({ HOME: "/home/op" })).toBe("/home/op");
  expect(statePath("", { HOME: "/home/op" })).toBe("/home/op/.local/state/dingo-recover");
});

it.runIf(process.getuid?.() === 0)(
  "is the root directory, as in a container, for an account that no file knows",
  () => {
    const url = new URL("../../../src/kit/process/home-directory.ts", import.meta.url).href;
    const asked =
      "const { homeDirectory } = await import(process.argv[1]); process.setuid(1_000_660_000); console.log(homeDirectory({}))";
    const words = ["--input-type=module", "--eval", asked, url];
    expect(execFileSync(process.execPath, words, { encoding: "utf8", env: {} })).toBe("/\n");
  },
);
