import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { servePrograms } from "../../src/rehearsal/bash-programs.ts";

describe("programs of the box", () => {
  it("are closed while the call of a killed client waits for an answer that never comes", async () => {
    const directory = mkdtempSync(join(tmpdir(), "bash-programs-"));
    try {
      let called: () => void = () => undefined;
      const call = new Promise<void>((resolve) => (called = resolve));
      const served = await servePrograms({
        directory,
        names: ["waiting"],
        answer: () => {
          called();
          return new Promise(() => undefined);
        },
      });
      const client = spawn(join(directory, "waiting"), { stdio: "ignore" });
      await call;
      client.kill("SIGKILL");
      await once(client, "exit");
      await expect(served.close()).resolves.toBeUndefined();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
