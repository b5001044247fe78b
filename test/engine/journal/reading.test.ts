import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRun } from "../../../src/engine/journal/file-journal.ts";
import { sha256 } from "../../../src/engine/journal/line.ts";
import { readJournal } from "../../../src/engine/journal/reading.ts";
import { evidenceHolds, verifyJournal } from "../../../src/engine/journal/verification.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { note, openJournal, writeNotes } from "./journal-file.ts";
import { scratchDirectories } from "./scratch.ts";

const scratch = scratchDirectories();
const fileOf = (directory: string): string => join(directory, "journal.jsonl");
const bytesOf = (directory: string): Buffer => readFileSync(fileOf(directory));
const read = (bytes: Uint8Array): ReturnType<typeof readJournal> => readJournal(bytes, "j");
const broken = (line: number): unknown => expect.objectContaining({ code: "journal-broken", place: `j:${line}` });

async function threeLines(): Promise<{ directory: string; lines: string[]; bytes: Buffer }> {
  const directory = scratch();
  await writeNotes(directory, "one", "two", "three");
  const bytes = bytesOf(directory);
  return { directory, bytes, lines: bytes.toString().split("\n").slice(0, -1) };
}

describe("a torn tail", () => {
  it("is told from the whole lines wherever the last write was cut", async () => {
    const { bytes, lines } = await threeLines();
    const lastStart = bytes.length - (lines[2]?.length ?? 0) - 1;
    for (let cut = lastStart; cut < bytes.length; cut += 1) {
      const plain = read(bytes.subarray(0, cut));
      const padded = read(Buffer.concat([bytes.subarray(0, cut), Buffer.from("\n\n\n")]));
      const whole = cut === bytes.length - 1 ? 3 : 2;
      expect(plain.entries).toHaveLength(whole);
      expect(padded.entries).toHaveLength(whole);
      expect(plain.torn.length > 0).toBe(whole === 2 && cut > lastStart);
    }
  });

  it("may have lost pages in its middle, if the padding shows through", async () => {
    const { bytes, lines } = await threeLines();
    const start = bytes.length - (lines[2]?.length ?? 0) - 1;
    for (const [from, to] of [
      [start, start + 20],
      [start + 10, start + 40],
    ] as const) {
      const holed = Buffer.concat([bytes, Buffer.from("\n\n")]);
      holed.fill("\n", from, to);
      expect(read(holed).entries).toHaveLength(2);
    }
  });

  it("is moved aside before the next append, and never twice to the same place", async () => {
    const directory = scratch();
    await writeNotes(directory, "one", "two");
    for (const expected of [["journal.torn-1"], ["journal.torn-1", "journal.torn-2"]]) {
      writeFileSync(fileOf(directory), Buffer.concat([bytesOf(directory), Buffer.from('{"v":1,"se')]));
      await openJournal(directory).close();
      expect(readdirSync(directory).filter((name) => name.startsWith("journal.torn"))).toEqual(expected);
      expect(readFileSync(join(directory, expected.at(-1) ?? ""), "utf8")).toBe('{"v":1,"se');
    }
    expect(readRun(directory, new Secrets()).entries).toHaveLength(2);
    expect(verifyJournal(directory)).toMatchObject({ ok: true, tornBytes: 0 });
  });

  it("is no reason to refuse a reader, who changes nothing", async () => {
    const { directory, bytes } = await threeLines();
    writeFileSync(fileOf(directory), bytes.subarray(0, bytes.length - 5));
    expect(verifyJournal(directory)).toMatchObject({ ok: true, lines: 2 });
    expect(verifyJournal(directory).tornBytes).toBeGreaterThan(100);
    expect(readdirSync(directory)).toEqual(["journal.jsonl"]);
  });

  it("written by a dying process leaves the lines before it intact", async () => {
    const directory = scratch();
    const torn = { torn: (seq: number, length: number) => (seq === 2 ? length >> 1 : undefined) };
    const dying = openJournal(directory, { observer: torn });
    await dying.append(note("one"));
    await expect(dying.append(note("two"))).rejects.toThrow();
    const next = openJournal(directory);
    await next.append(note("again"));
    await next.close();
    expect(readRun(directory, new Secrets()).entries).toMatchObject([
      { data: { text: "one" } },
      { data: { text: "again" } },
    ]);
    expect(readdirSync(directory)).toContain("journal.torn-1");
  });
});

describe("a journal that does not hold", () => {
  it("is broken at the first line that was changed, even by one letter", async () => {
    const { bytes } = await threeLines();
    const text = bytes.toString();
    expect(() => read(Buffer.from(text.replace("one", "One")))).toThrow(broken(2));
    expect(() => read(Buffer.from(text.replace("two", "Two")))).toThrow(broken(3));
  });

  it("is broken if a line is missing, doubled, swapped or no JSON", async () => {
    const { lines } = await threeLines();
    const [a = "", b = "", c = ""] = lines;
    const journal = (...some: string[]): Buffer => Buffer.from(some.map((line) => `${line}\n`).join(""));
    expect(() => read(journal(a, c))).toThrow(broken(2));
    expect(() => read(journal(b, c))).toThrow(broken(1));
    expect(() => read(journal(a, a, b))).toThrow(broken(2));
    expect(() => read(journal(a, "garbage", b, c))).toThrow(broken(2));
    expect(() => read(journal(a, "", b, c))).toThrow(broken(2));
    expect(() => read(journal(a, b, "garbage"))).toThrow(broken(3));
  });

  it("is broken if a field is missing or has a wrong type", async () => {
    const { lines } = await threeLines();
    const first = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
    const line = (change: Record<string, unknown>): Buffer =>
      Buffer.from(`${JSON.stringify({ ...first, ...change })}\n`);
    expect(() => read(line({ step: undefined }))).toThrow(/"step"/);
    expect(() => read(line({ attempt: "1" }))).toThrow(/"attempt"/);
    expect(() => read(line({ type: "step-imagined" }))).toThrow(/step-imagined/);
    expect(() => read(line({ prev: "abc" }))).toThrow(/"prev"/);
    expect(() => read(Buffer.from("[]\n"))).toThrow(broken(1));
    expect(() => read(line({ addedLater: true }))).not.toThrow();
  });

  it("is told by its bytes, whatever text they are", async () => {
    const directory = scratch();
    await writeNotes(directory, "größer", "two");
    const bytes = bytesOf(directory);
    const { entries, head } = read(bytes);
    expect(entries).toMatchObject([{ data: { text: "größer" } }, { data: { text: "two" } }]);
    expect(verifyJournal(directory)).toMatchObject({ ok: true, head });
    // Two bytes that are no UTF-8 read as the same text, and are not the same line.
    const at = bytes.indexOf("ö");
    const changed = [0xff, 0xfe].map((byte) =>
      Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at + 2)]),
    );
    const [one = "", other = ""] = changed.map((each) => sha256(each.subarray(0, each.indexOf("\n"))));
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = changed.map((each) =>
      Buffer.from(each.toString("latin1").replace(entries[1]?.prev ?? "", one), "latin1"),
    );
    expect(one).not.toBe(other);
    expect(read(first)).toMatchObject({ entries: [{ data: { text: "gr\ufffd\u00dfer" } }, { prev: one }] });
    expect(() => read(second)).toThrow(broken(2));
  });

  it("of a later version is refused by name", async () => {
    const { lines } = await threeLines();
    const newer = JSON.stringify({ ...(JSON.parse(lines[0] ?? "") as object), v: 2 });
    expect(() => read(Buffer.from(`${newer}\n`))).toThrow(expect.objectContaining({ code: "journal-version" }));
  });
});

describe("the head hash", () => {
  it("of a whole journal is found, before and after more was written", async () => {
    const directory = scratch();
    const { head } = await writeNotes(directory, "one", "two");
    expect(verifyJournal(directory, head)).toMatchObject({ ok: true, lines: 2, headLine: 2, head });
    const more = openJournal(directory);
    await more.append(note("three"));
    await more.close();
    expect(verifyJournal(directory, head.toUpperCase())).toMatchObject({ ok: true, lines: 3, headLine: 2 });
  });

  it("shows that a tail was cut, which the chain alone cannot", async () => {
    const { directory, lines } = await threeLines();
    const { head } = verifyJournal(directory);
    writeFileSync(fileOf(directory), `${lines.slice(0, 2).join("\n")}\n`);
    expect(verifyJournal(directory)).toMatchObject({ ok: true, lines: 2 });
    const found = verifyJournal(directory, head);
    expect(found.ok).toBe(false);
    expect(found.error).toMatchObject({ code: "journal-broken", exitCode: 16 });
  });

  it("does not vouch for evidence that was changed or lost: that is found too", async () => {
    const directory = scratch();
    const journal = openJournal(directory);
    await journal.append(note("one"));
    const listing = await journal.keep("listing", "a b c");
    const data = { listing: { ...listing } };
    await journal.append({ type: "step-recorded", step: "copy", attempt: 1, kind: "note", data });
    await journal.close();
    expect(verifyJournal(directory)).toMatchObject({ ok: true });
    writeFileSync(join(directory, "evidence", listing.sha256), "a b");
    const broken = { code: "journal-broken", place: `${fileOf(directory)}:2` };
    expect(verifyJournal(directory)).toMatchObject({ ok: false, error: broken });
    rmSync(join(directory, "evidence"), { recursive: true });
    expect(verifyJournal(directory).error?.message).toContain('the evidence "listing" is missing');
  });

  it("does not vouch for evidence that others may change: of that a report tells, and is written all the same", async () => {
    const directory = scratch();
    const journal = openJournal(directory);
    const listing = await journal.keep("listing", "a\nb");
    await journal.close();
    expect(evidenceHolds(directory, [listing])).toBe(true);
    linkSync(join(directory, "evidence", listing.sha256), join(directory, "second-name"));
    expect(evidenceHolds(directory, [listing])).toBe(false);
  });

  it("is not asked of a journal that is missing or broken", async () => {
    const { directory, bytes } = await threeLines();
    writeFileSync(fileOf(directory), bytes.toString().replace("one", "eno"));
    expect(verifyJournal(directory).error).toMatchObject({ place: `${fileOf(directory)}:2` });
    expect(verifyJournal(scratch())).toMatchObject({ ok: false, error: { code: "journal-broken" } });
  });
});
