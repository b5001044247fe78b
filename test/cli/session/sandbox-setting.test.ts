/** Whether a restored database may do without a sandbox is said by the configuration alone, and heard by every runbook that starts one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { configReadFor } from "../../../src/cli/session/configuration.ts";
import { loadFile } from "../../../src/cli/process/shipped-runbooks.ts";
import type { Config } from "../../../src/config/settings/config.ts";
import { testDirectory } from "../../directory.ts";

let folder: string;
beforeEach(() => (folder = testDirectory()));

async function read(runbook: string, text: string): Promise<Config> {
  const file = join(folder, "config.yml");
  writeFileSync(file, text);
  const loaded = loadFile(join(import.meta.dirname, "../../../runbooks", `${runbook}.yml`));
  if ("diagnostics" in loaded) throw new Error(JSON.stringify(loaded.diagnostics));
  return await configReadFor(loaded.runbook, { config: file } as never, {});
}

describe.each(["test-backup", "recover-to-time"])("the configuration of %s", (runbook) => {
  it("wants a sandbox unless it says by name that it does without", async () => {
    expect((await read(runbook, "# nothing\n")).unsandboxed).toBeUndefined();
    expect((await read(runbook, "sandbox: needed\n")).unsandboxed).toBeUndefined();
    expect((await read(runbook, "sandbox: unsandboxed\n")).unsandboxed).toBe(true);
  });

  it.each(["yes", "none", "UNSANDBOXED", "false"])("is refused if it says %s", async (text) => {
    await expect(read(runbook, `sandbox: ${text}\n`)).rejects.toThrow(/sandbox/);
  });
});
