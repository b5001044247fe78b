import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { referencesIn } from "../../../src/engine/journal/evidence.ts";
import type { EntryBody } from "../../../src/engine/journal/entry.ts";
import { readRun } from "../../../src/engine/journal/file-journal.ts";
import { sha256 } from "../../../src/engine/journal/line.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { NOON, note, openJournal, writeNotes } from "./journal-file.ts";
import { scratchDirectories } from "./scratch.ts";

const scratch = scratchDirectories();
const linesOf = (directory: string): string[] =>
  readFileSync(join(directory, "journal.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "");

describe("a journal on disk", () => {
  it("holds one chained line per entry, readable by nobody but its owner", async () => {
    const directory = join(scratch(), "run");
    const journal = await writeNotes(directory, "one", "two");
    const lines = linesOf(directory);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { v: 1, seq: 1, run: "20261121-120000-test", epoch: 1, prev: "0".repeat(64), time: NOON.toISOString() },
      { v: 1, seq: 2, prev: sha256(lines[0] ?? "") },
    ]);
    expect(journal.head).toBe(sha256(lines[1] ?? ""));
    expect(statSync(join(directory, "journal.jsonl")).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it("has an entry on disk before append returns, behind it only newlines", async () => {
    const directory = scratch();
    const journal = openJournal(directory);
    await journal.append(note("durable"));
    const text = readFileSync(join(directory, "journal.jsonl"), "utf8");
    expect(text).toMatch(/^\{.*"durable".*\}\n+$/);
    expect(readRun(directory, new Secrets()).entries).toEqual(journal.entries);
    await journal.close();
    expect(readFileSync(join(directory, "journal.jsonl"), "utf8")).toMatch(/[^\n]\n$/);
  });

  it("goes on if another process stopped", async () => {
    const directory = scratch();
    await writeNotes(directory, "one");
    const second = openJournal(directory, { epoch: 2 });
    await second.append(note("two"));
    await second.close();
    const reading = readRun(directory, new Secrets());
    expect(reading.entries.map(({ seq, epoch }) => [seq, epoch])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(reading.head).toBe(second.head);
  });

  it("grows beyond its preallocated part", async () => {
    const directory = scratch();
    const journal = openJournal(directory);
    for (let count = 0; count < 60; count += 1) await journal.append(note("x".repeat(10_000)));
    await journal.close();
    expect(readRun(directory, new Secrets()).entries).toEqual(journal.entries);
  });

  it("masks registered secrets before hashing, in evidence too, and never in its own vocabulary", async () => {
    const directory = scratch();
    const secrets = new Secrets();
    secrets.register("s3cr3t-value");
    secrets.register("step-recorded");
    const journal = openJournal(directory, { secrets });
    const entry = await journal.append(note("password s3cr3t-value"));
    const evidence = await journal.keep("log", "seen s3cr3t-value there");
    await journal.close();
    expect(entry).toMatchObject({ type: "step-recorded", data: { text: "password ********" } });
    expect(await journal.recall(evidence)).toBe("seen ******** there");
    expect(linesOf(directory).join()).not.toContain("s3cr3t-value");
  });

  it("keeps control characters out of the file and in the value", async () => {
    const directory = scratch();
    const hostile = "a\u001b[31mb\u0007\u009bc\u202ed\u2028e\nf";
    await writeNotes(directory, hostile);
    const [line = ""] = linesOf(directory);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
    expect(readRun(directory, new Secrets()).entries[0]).toMatchObject({ data: { text: hostile } });
  });

  it("keeps large values in evidence and gives them back whole", async () => {
    const directory = scratch();
    const keys = Array.from({ length: 5000 }, (_, index) => `wal_005/00000001000000000000${index}.lzo`);
    const large: EntryBody = {
      type: "step-succeeded",
      step: "list",
      attempt: 1,
      how: "ran",
      output: { keys },
      evidence: "",
    };
    const journal = openJournal(directory);
    const entry = await journal.append(large);
    await journal.close();
    const [line = ""] = linesOf(directory);
    expect(Buffer.byteLength(line)).toBeLessThan(2000);
    expect(entry).toMatchObject({ output: { keys }, outputEvidence: { name: "list-output.json" } });
    expect(readRun(directory, new Secrets()).entries).toEqual([entry]);
    writeFileSync(join(directory, "evidence", readdirSync(join(directory, "evidence"))[0] ?? ""), "changed");
    expect(() => readRun(directory, new Secrets())).toThrow(expect.objectContaining({ code: "journal-broken" }));
  });

  it("keeps the commands of a step whole, however many there are, beside an input that is large too", async () => {
    const directory = scratch();
    const commands = Array.from({ length: 1000 }, (_, index) => ({
      on: "here",
      line: `mv ${index} ${"x".repeat(60)}`,
    }));
    const input = { keys: commands.map(({ line }) => line) };
    const started = { type: "step-started", step: "s", attempt: 1, action: "a.b", effect: "create" } as const;
    const journal = openJournal(directory);
    const entry = await journal.append({ ...started, input, commands, commandsSha256: "" });
    await journal.close();
    expect(entry).toMatchObject({ commands, input, commandsEvidence: { name: "s-commands.json" } });
    expect(readRun(directory, new Secrets()).entries).toEqual([entry]);
  });

  it("refuses a line above 64 KiB that has no large value to set aside", async () => {
    const journal = openJournal(scratch());
    const evidence = "x".repeat(70_000);
    await expect(journal.append({ type: "step-in-doubt", step: "a", attempt: 1, evidence })).rejects.toThrow("64 KiB");
  });

  it("takes nothing for evidence that has a name, a digest and a size beside other things", () => {
    const reference = { name: "objects", sha256: "a".repeat(64), bytes: 12 };
    const dump = { ...reference, name: "important-db", path: "/var/tmp/x/dump.sql" };
    expect(referencesIn({ input: dump, more: [{ listing: reference }] })).toEqual([reference]);
  });

  it("stores the same evidence once and finds it by its hash", async () => {
    const directory = scratch();
    const journal = openJournal(directory);
    const one = await journal.keep("listing", "content");
    const other = await journal.keep("listing again", "content");
    expect(one.sha256).toBe(other.sha256);
    expect(one).toEqual({ name: "listing", sha256: sha256("content"), bytes: 7 });
    expect(readdirSync(join(directory, "evidence"))).toEqual([one.sha256]);
    expect(await journal.recall(one)).toBe("content");
  });
});

describe("a journal that cannot be written", () => {
  const failing = (code: string) => ({
    observer: {
      before: (seq: number): void => {
        if (seq === 2) throw Object.assign(new Error(`${code}: no`), { code });
      },
    },
  });

  it("says why, and refuses every later append", async () => {
    const directory = scratch();
    const journal = openJournal(directory, failing("ENOSPC"));
    await journal.append(note("one"));
    const failed = expect.objectContaining({
      code: "journal-write-failed",
      message: "the journal cannot be written: the disk is full",
      place: join(directory, "journal.jsonl"),
    });
    await expect(journal.append(note("two"))).rejects.toEqual(failed);
    await expect(journal.append(note("three"))).rejects.toEqual(failed);
    await expect(journal.keep("log", "text")).rejects.toEqual(failed);
    expect(linesOf(directory)).toHaveLength(1);
  });

  it("has begun nothing if it was the first entry: no run is there to resume", async () => {
    const before = (): never => {
      throw Object.assign(new Error("ENOSPC: no"), { code: "ENOSPC" });
    };
    const journal = openJournal(scratch(), { observer: { before } });
    await expect(journal.append(note("one"))).rejects.toMatchObject({
      code: "journal-write-failed",
      remedy: "Nothing was begun. Make room or rights there, then begin again.",
    });
  });

  it("is refused as a whole if its directory cannot be made", () => {
    const blocked = join(scratch(), "file");
    writeFileSync(blocked, "");
    expect(() => openJournal(join(blocked, "run"))).toThrow(
      expect.objectContaining({ code: "state-dir-unusable", exitCode: 15 }),
    );
  });

  it("is fenced off as soon as another process holds the run", async () => {
    let fenced = false;
    const directory = scratch();
    const checkFence = (): void => {
      if (fenced) throw Object.assign(new Error("fenced"), { code: "fenced" });
    };
    const journal = openJournal(directory, { checkFence });
    await journal.append(note("one"));
    fenced = true;
    await expect(journal.append(note("two"))).rejects.toThrow();
    expect(linesOf(directory)).toHaveLength(1);
  });

  it("can be asked whether it still holds the run, and takes nothing more after a no", async () => {
    let fenced = false;
    const directory = scratch();
    const checkFence = (): void => {
      if (fenced) throw Object.assign(new Error("fenced"), { code: "fenced" });
    };
    const journal = openJournal(directory, { checkFence });
    await journal.checkFence();
    fenced = true;
    await expect(journal.checkFence()).rejects.toThrow("fenced");
    fenced = false;
    await expect(journal.append(note("one"))).rejects.toThrow("fenced");
    expect(linesOf(directory)).toHaveLength(0);
  });
});
