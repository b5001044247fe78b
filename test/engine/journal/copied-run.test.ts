/** The directory of a run that was carried elsewhere: read whole, or not at all, and marked before it goes on. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EntryBody } from "../../../src/engine/journal/entry.ts";
import { markMoved, readCopied } from "../../../src/engine/journal/copied-run.ts";
import { StateDirectory } from "../../../src/engine/journal/state-directory.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { scratchDirectories } from "./scratch.ts";

const scratch = scratchDirectories();
const secrets = new Secrets();
const now = (): Date => new Date("2026-11-21T03:00:00Z");
const MARK = { secrets, now, takeOver: false };

const machine = (): StateDirectory => new StateDirectory({ path: scratch(), secrets, now });

async function stopped(state: StateDirectory): Promise<{ readonly run: string; readonly head: string }> {
  const { run, journal } = state.create();
  const listing = await journal.keep("listing", "one\ntwo\n");
  const data = { listing: { ...listing } };
  await journal.append({ type: "step-recorded", step: "copy", attempt: 1, kind: "listing", data });
  await journal.append({ type: "run-stopped", why: "somebody", exitCode: 13 });
  await journal.close();
  return { run, head: journal.head };
}

/** A copy by itself, in no state directory. */
async function copied(): Promise<{ readonly directory: string; readonly run: string; readonly head: string }> {
  const state = machine();
  const { run, head } = await stopped(state);
  const directory = join(scratch(), "copy");
  cpSync(state.directoryOf(run), directory, { recursive: true });
  return { directory, run, head };
}

describe("the directory of a run", () => {
  it("gives every line and all evidence, with the head that the stop printed", async () => {
    const { directory, run, head } = await copied();
    const brought = readCopied(directory, secrets);
    expect(brought).toMatchObject({ run, head, isMarked: false });
    const here = machine();
    expect(here.bring(brought)).toBe("new");
    expect(here.read(run).hashes).toEqual(brought.reading.hashes);
    expect(readdirSync(join(here.directoryOf(run), "evidence"))).toEqual([...brought.evidence.keys()]);
  });

  it("says after the mark that the run was moved, once, under the same head", async () => {
    const { directory, head } = await copied();
    const marked = await markMoved(readCopied(directory, secrets), MARK);
    expect(marked).toMatchObject({ head, isMarked: true });
    const again = await markMoved(readCopied(directory, secrets), MARK);
    expect(again.reading.hashes).toEqual(marked.reading.hashes);
  });

  it("is marked in its own state directory, which opens it no more", async () => {
    const state = machine();
    const { run } = await stopped(state);
    await markMoved(readCopied(state.directoryOf(run), secrets), MARK);
    const refused = { code: "run-ended", message: expect.stringContaining("was moved") as string };
    expect(() => state.open(run, { takeOver: true })).toThrow(expect.objectContaining(refused));
  });

  it("is not marked while a process carries the run there", async () => {
    const state = machine();
    const { run } = await stopped(state);
    const { journal } = state.open(run, { takeOver: false });
    const read = readCopied(state.directoryOf(run), secrets);
    await expect(markMoved(read, MARK)).rejects.toMatchObject({ code: "locked" });
    await journal.close();
  });

  it.each([
    ["has more lines", "", "more"],
    ["has other lines", "one", "another"],
  ])("is not taken in if the journal %s than were accepted", async (_, accepted, swapped) => {
    const { directory, run } = await copied();
    const [mine, theirs] = [machine(), machine()];
    for (const [state, why] of [
      [mine, accepted],
      [theirs, swapped],
    ] as const) {
      state.bring(readCopied(directory, secrets));
      const { journal } = state.open(run, { takeOver: false });
      if (why !== "") await journal.append({ type: "run-stopped", why, exitCode: 13 });
      await journal.close();
    }
    cpSync(mine.directoryOf(run), directory, { recursive: true });
    const read = readCopied(directory, secrets);
    cpSync(theirs.directoryOf(run), directory, { recursive: true });
    await expect(markMoved(read, MARK)).rejects.toMatchObject({ code: "import-not-accepted", effect: "none" });
  });

  it("brings evidence that is named within evidence", async () => {
    const state = machine();
    const { run, journal } = state.create();
    const inner = { ...(await journal.keep("inner", "within")) };
    const data = { inner, long: "x".repeat(30_000) };
    await journal.append({ type: "step-recorded", step: "copy", attempt: 1, kind: "listing", data });
    await journal.close();
    const { evidence } = readCopied(state.directoryOf(run), secrets);
    expect([...evidence.values()]).toEqual([JSON.stringify(data), "within"]);
  });

  it.each([
    ["holds more than is taken in", Array.from({ length: 4 }, () => 250 * 1024 ** 2)],
    ["is in more files than are taken in", Array.from({ length: 10_001 }, () => 1)],
  ])("is refused before it is read if its evidence %s", async (_, sizes) => {
    const state = machine();
    const { run, journal } = state.create();
    for (let first = 0; first < sizes.length; first += 100) {
      const named = sizes.slice(first, first + 100).map((bytes, index) => {
        const digest = (first + index).toString(16).padStart(64, "0");
        return { name: "listing", sha256: digest, bytes };
      });
      await journal.append({ type: "step-recorded", step: "copy", attempt: 1, kind: "listing", data: { named } });
    }
    await journal.close();
    const refused = { code: "journal-too-large", effect: "none" };
    expect(() => readCopied(state.directoryOf(run), secrets)).toThrow(expect.objectContaining(refused));
  });

  it.each([
    ["holds no JSON", "{"],
    ["is nested until no stack is left", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
    ["is no object, which the field wants", "[]"],
  ])("is refused if evidence in the place of a value %s", async (_, content) => {
    const state = machine();
    const { run, journal } = state.create();
    const good = await journal.keep("copy-data.json", "{}");
    const bad = await journal.keep("copy-data.json", content);
    const line = { type: "step-recorded", step: "copy", attempt: 1, kind: "listing", data: {}, dataEvidence: good };
    await journal.append(line as EntryBody);
    await journal.close();
    const there = state.directoryOf(run);
    expect([...readCopied(there, secrets).evidence.keys()]).toEqual([good.sha256]);
    change(there, (text) => text.replace(good.sha256, bad.sha256).replace(/"bytes":2/u, `"bytes":${bad.bytes}`));
    expect(() => readCopied(there, secrets)).toThrow(expect.objectContaining({ code: "journal-broken" }));
  });

  it("is refused if evidence is larger than its line says, however large", async () => {
    const { directory } = await copied();
    const [digest = ""] = readdirSync(join(directory, "evidence"));
    truncateSync(join(directory, "evidence", digest), 1024 ** 4);
    expect(() => readCopied(directory, secrets)).toThrow(expect.objectContaining({ code: "journal-broken" }));
  });

  it.each<[string, string, (directory: string) => void]>([
    ["evidence is missing", "journal-broken", (at) => rmSync(join(at, "evidence"), { recursive: true })],
    ["a line was changed", "journal-broken", (at) => change(at, (text) => text.replace("listing", "lasting"))],
    [
      "its last line is nested until no stack is left",
      "journal-broken",
      (at) => change(at, (text) => text.replace(/\}\n+$/u, `,"more":${"[".repeat(100_000)}${"]".repeat(100_000)}}\n`)),
    ],
    ["it holds no journal", "usage", (at) => rmSync(join(at, "journal.jsonl"))],
    [
      "its journal is a directory",
      "usage",
      (at) => {
        rmSync(join(at, "journal.jsonl"));
        mkdirSync(join(at, "journal.jsonl"));
      },
    ],
    ["its journal is empty", "usage", (at) => change(at, () => "")],
  ])("is refused if %s", async (_, code, damage) => {
    const { directory } = await copied();
    damage(directory);
    expect(() => readCopied(directory, secrets)).toThrow(expect.objectContaining({ code }));
  });
});

function change(directory: string, how: (text: string) => string): void {
  const file = join(directory, "journal.jsonl");
  writeFileSync(file, how(readFileSync(file, "utf8")));
}
