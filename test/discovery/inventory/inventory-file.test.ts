import { existsSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InventoryFile } from "../../../src/discovery/inventory/inventory-file.ts";
import { LockFile } from "../../../src/engine/journal/locks.ts";
import { thisProcess } from "../../../src/kit/process/process-identity.ts";
import { testDirectory } from "../../directory.ts";

const now = new Date("2026-11-21T12:00:00Z");
const place = (): string => join(testDirectory(), "deeper", "inventory.jsonl");

describe("the file of an inventory", () => {
  it("is made for its owner alone, and grows", () => {
    const path = place();
    for (const line of ["one\n", "two\n"]) {
      const file = InventoryFile.open(path, now);
      file.append(line);
      file.close();
    }
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("keeps what a kill left of a line apart from the next one", () => {
    const path = place();
    InventoryFile.open(path, now).close();
    writeFileSync(path, '{"schema":"dingo-rec');
    const file = InventoryFile.open(path, now);
    file.append("two\n");
    file.close();
    expect(readFileSync(path, "utf8")).toBe('{"schema":"dingo-rec\ntwo\n');
  });

  it("is not left empty by a survey that failed before its first line, and one that was there stays", () => {
    const path = place();
    InventoryFile.open(path, now).close();
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, "");
    InventoryFile.open(path, now).close();
    expect(existsSync(path)).toBe(true);
  });

  it("is written by one process at a time, and again once that has ended", () => {
    const path = place();
    const first = InventoryFile.open(path, now);
    expect(() => InventoryFile.open(path, now)).toThrow(expect.objectContaining({ code: "locked" }) as Error);
    first.close();
    InventoryFile.open(path, now).close();
  });

  it("is free if the process that held it is dead, and not if it ran elsewhere", () => {
    const path = place();
    InventoryFile.open(path, now).close();
    const lock = new LockFile(join(path, ".."), path);
    const holder = { key: path, run: "inventory", epoch: 0, ...thisProcess(), startedAt: now.toISOString() };
    lock.create({ ...holder, started: "another boot:1" });
    InventoryFile.open(path, now).close();
    lock.create({ ...holder, host: "elsewhere" });
    expect(() => InventoryFile.open(path, now)).toThrow(expect.objectContaining({ code: "locked" }) as Error);
  });

  it("is never a link to something else, and nothing stays locked if it cannot be opened", () => {
    const path = place();
    InventoryFile.open(path, now).close();
    const link = join(path, "..", "link.jsonl");
    symlinkSync(path, link);
    expect(() => InventoryFile.open(link, now)).toThrow(
      expect.objectContaining({ code: "state-dir-unusable" }) as Error,
    );
    expect(readdirSync(join(path, "..", "locks"))).toEqual([]);
  });
});
