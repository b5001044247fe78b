/** The disk of the box itself: /dev/full answers every write with ENOSPC (full(4)). */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { orUncaught } from "../../src/cli/process/uncaught.ts";
import { VersionedFile } from "../../src/rehearsal/box/versioned-file.ts";

let directory: string;
let others: NodeJS.UncaughtExceptionListener[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dingo-recover-full-"));
  // The test runner's own would count errors that are thrown on purpose as its failure.
  others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
});
afterEach(() => {
  process.removeAllListeners("uncaughtException");
  for (const each of others) process.on("uncaughtException", each);
  rmSync(directory, { recursive: true });
});

describe("a box whose disk is full", () => {
  it("ends what goes on in it, whoever has swallowed the error", async () => {
    const file = new VersionedFile(directory, "world");
    file.write("first");
    symlinkSync("/dev/full", join(directory, "world.2.json.part"));
    const ended = orUncaught(async () => {
      expect(() => file.write("second")).toThrow("ENOSPC");
      return await new Promise<never>(() => undefined);
    });
    await expect(ended).rejects.toMatchObject({ code: "ENOSPC" });
    expect(file.read()).toBe("first");
    // An error of its servers is heard until the process has ended.
    symlinkSync("/dev/full", join(directory, "other.1.json.part"));
    const heard = new Promise((resolve) => process.once("uncaughtException", resolve));
    expect(() => new VersionedFile(directory, "other").write("third")).toThrow("ENOSPC");
    await heard;
    expect(process.listenerCount("uncaughtException")).toBe(1);
  });

  it("hands on what the work itself gives or throws", async () => {
    await expect(orUncaught(() => Promise.resolve(1))).resolves.toBe(1);
    expect(process.listenerCount("uncaughtException")).toBe(0);
    await expect(orUncaught(() => Promise.reject(new Error("its own")))).rejects.toThrow("its own");
  });
});
