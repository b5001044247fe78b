/** Journals that are larger than any run writes: facts that single lines tell are told, and the rest is refused. */
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EvidenceStore } from "../../../src/engine/journal/evidence.ts";
import { EventTail } from "../../../src/engine/journal/event-log.ts";
import { readJournal } from "../../../src/engine/journal/reading.ts";
import { scanJournal, verifyJournal } from "../../../src/engine/journal/verification.ts";
import { StateDirectory } from "../../../src/engine/journal/state-directory.ts";
import { RecoverError } from "../../../src/errors.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { fc } from "../../properties.ts";
import { NOON, note, writeNotes } from "./journal-file.ts";
import { scratchDirectories } from "./scratch.ts";

const scratch = scratchDirectories();
const THREE_GIB = 3 * 1024 ** 3;

/** Zeros up to the size that take no room. */
function grow(path: string, size: number): void {
  const descriptor = openSync(path, "r+");
  ftruncateSync(descriptor, size);
  closeSync(descriptor);
}

const outcomeOf = <T>(work: () => T): T | Pick<RecoverError, "code" | "place" | "message"> => {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof RecoverError)) throw thrown;
    return { code: thrown.code, place: thrown.place, message: thrown.message };
  }
};

describe("a journal of 3 GiB", () => {
  async function grown(): Promise<{ state: StateDirectory; run: string; path: string }> {
    const state = new StateDirectory({ path: scratch(), secrets: new Secrets(), now: () => NOON });
    const { run, journal } = state.create();
    await journal.append(note("one"));
    await journal.append(note("two"));
    await journal.close();
    const path = join(state.directoryOf(run), "journal.jsonl");
    grow(path, THREE_GIB);
    return { state, run, path };
  }

  it("is refused before anything runs, with if to look", async () => {
    const { state, run, path } = await grown();
    const refusal: unknown = expect.objectContaining({
      ...{ code: "journal-too-large", effect: "none", place: path },
      remedy: expect.stringContaining(`journal verify ${run}`) as string,
    });
    expect(() => state.read(run)).toThrow(refusal);
    expect(() => state.open(run, { takeOver: false })).toThrow(refusal);
    expect(state.textOf(run)).toBeUndefined();
  });

  it("is looked through line by line, and the line that does not fit is named", async () => {
    const { state, run, path } = await grown();
    expect(verifyJournal(state.directoryOf(run)).error).toMatchObject({ code: "journal-broken", place: `${path}:3` });
  });

  it("leaves other runs alone", async () => {
    const { state, run } = await grown();
    const other = state.create();
    await other.journal.append(note("x"));
    await other.journal.close();
    expect(state.list()).toContain(run);
    expect(state.read(other.run).entries).toHaveLength(1);
  });
});

describe("reading line by line", () => {
  it("says of any bytes what reading them at once says", async () => {
    const directory = scratch();
    await writeNotes(directory, "one", "two", "drei ü");
    const path = join(directory, "journal.jsonl");
    const sound = readFileSync(path);
    const edit = fc.record({
      at: fc.nat(sound.length),
      cut: fc.nat(40),
      put: fc.constantFrom("", "\n", "\n\n\n", "x", "{}\n", '{"v":1', "\n1\n", "\nx\n\ny"),
    });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 3 }), fc.boolean(), (edits, isCut) => {
        let bytes = isCut ? sound.subarray(0, -1) : sound;
        for (const { at, cut, put } of edits)
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at + cut)]);
        writeFileSync(path, bytes);
        const whole = outcomeOf(() => {
          const { entries, head, torn } = readJournal(bytes, path);
          return { lines: entries.length, head, tornBytes: torn.length };
        });
        expect(outcomeOf(() => scanJournal(path, () => undefined))).toEqual(whole);
      }),
    );
  });

  it("refuses a line that no run writes, read at once as well", async () => {
    const directory = scratch();
    await writeNotes(directory, "one");
    const path = join(directory, "journal.jsonl");
    const bytes = Buffer.concat([readFileSync(path), Buffer.from(`"${"x".repeat(2 * 1024 * 1024)}"\n`)]);
    writeFileSync(path, bytes);
    const refusal = { code: "journal-broken", place: `${path}:2` };
    expect(outcomeOf(() => readJournal(bytes, path))).toMatchObject(refusal);
    expect(outcomeOf(() => scanJournal(path, () => undefined))).toMatchObject(refusal);
  });
});

describe("what lies beside a journal", () => {
  it("is refused if it is larger than its line says, and larger than a text can be", () => {
    const directory = scratch();
    const evidence = new EvidenceStore(directory, new Secrets());
    const kept = evidence.keep("listing", "content");
    grow(join(directory, "evidence", kept.sha256), THREE_GIB);
    expect(() => evidence.recall(kept)).toThrow(expect.objectContaining({ code: "journal-broken" }) as Error);
  });

  it("is followed without being held if it is a log of events", () => {
    const directory = scratch();
    mkdirSync(directory, { recursive: true });
    const path = join(directory, "events.jsonl");
    const line = `${JSON.stringify({ type: "progress", text: "x".repeat(1000) })}\n`;
    writeFileSync(path, `${line}${"y".repeat(9 * 1024 * 1024)}\n${line}{"type":`, { mode: 0o600 });
    const tail = new EventTail(directory);
    expect(tail.read()).toHaveLength(2);
    writeFileSync(path, '"late"}\n', { flag: "a" });
    expect(tail.read()).toEqual([{ type: "late" }]);
  });
});
