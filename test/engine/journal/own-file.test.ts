import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EventLog } from "../../../src/engine/journal/event-log.ts";
import { StateDirectory } from "../../../src/engine/journal/state-directory.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { NOON, note } from "./journal-file.ts";
import { scratchDirectories } from "./scratch.ts";

const scratch = scratchDirectories();
const at = (path: string): StateDirectory => new StateDirectory({ path, secrets: new Secrets(), now: () => NOON });
const refused = (why: string) =>
  expect.objectContaining({ code: "state-dir-unusable", effect: "none", message: expect.stringContaining(why) });

async function withRun(state: StateDirectory): Promise<{ readonly run: string; readonly directory: string }> {
  const { run, directory, journal, locks } = state.create();
  locks.acquire(["target"]);
  await journal.append(note("one"));
  await journal.keep("listing", "x".repeat(10));
  new EventLog(directory, new Secrets()).write({ type: "note" });
  await journal.close();
  return { run, directory };
}

function everything(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name));
}

describe("what lies in the state directory", () => {
  it("is for its owner alone, whatever the umask says", async () => {
    const before = process.umask(0);
    try {
      const path = join(scratch(), "state");
      await withRun(at(path));
      for (const each of [path, ...everything(path)]) {
        const found = statSync(each);
        expect([each, found.mode & 0o777]).toEqual([each, found.isDirectory() ? 0o700 : 0o600]);
      }
      expect(everything(path).length).toBeGreaterThan(6);
    } finally {
      process.umask(before);
    }
  });

  it("is closed again if it was opened to others", async () => {
    const path = join(scratch(), "state");
    const { run, directory } = await withRun(at(path));
    const journal = join(directory, "journal.jsonl");
    chmodSync(path, 0o755);
    chmodSync(directory, 0o777);
    chmodSync(journal, 0o644);
    at(path).read(run);
    expect([path, directory, journal].map((each) => statSync(each).mode & 0o777)).toEqual([0o700, 0o700, 0o600]);
  });

  it("may lie in a directory that others read, which is left as it is", async () => {
    const path = scratch();
    writeFileSync(join(path, "other-things"), "");
    chmodSync(path, 0o755);
    await withRun(at(path));
    expect([path, join(path, "runs")].map((each) => statSync(each).mode & 0o777)).toEqual([0o755, 0o700]);
  });

  it("is not used if others may write", () => {
    const path = scratch();
    chmodSync(path, 0o777);
    expect(() => at(path).create()).toThrow(refused("others may write in it"));
    expect(() => at(path).list()).toThrow(refused("others may write in it"));
  });

  it("is refused if a directory of it is a link", async () => {
    const [real, elsewhere] = [scratch(), scratch()];
    symlinkSync(real, join(elsewhere, "state"));
    expect(() => at(join(elsewhere, "state")).create()).toThrow(refused("it is a link"));
    const path = scratch();
    mkdirSync(join(elsewhere, "theirs"), { mode: 0o700 });
    symlinkSync(join(elsewhere, "theirs"), join(path, "runs"));
    expect(() => at(path).create()).toThrow(refused("it is a link"));
    expect(readdirSync(join(elsewhere, "theirs"))).toEqual([]);
  });

  it.each([
    ["a link", symlinkSync, "it is a link"],
    ["a second name", linkSync, "a hard link"],
  ] as const)("is refused where the journal is %s for something else", async (_, link, why) => {
    const state = at(scratch());
    const { run, directory } = await withRun(state);
    const [journal, other] = [join(directory, "journal.jsonl"), join(mkdtempSync(join(tmpdir(), "other-")), "file")];
    renameSync(journal, other);
    link(other, journal);
    const before = readFileSync(other);
    expect(() => state.read(run)).toThrow(refused(why));
    expect(() => state.open(run, { takeOver: false })).toThrow(refused(why));
    expect(readFileSync(other)).toEqual(before);
  });

  it.each([
    ["a link", symlinkSync],
    ["a second name", linkSync],
  ] as const)("is never written through: events do not follow %s", (_, link) => {
    const [directory, precious] = [scratch(), join(scratch(), "precious")];
    writeFileSync(precious, "as it was");
    link(precious, join(directory, "events.jsonl"));
    new EventLog(directory, new Secrets()).write({ type: "note" });
    expect(readFileSync(precious, "utf8")).toBe("as it was");
  });

  it("refuses a lock that is a link, and takes none for absent", async () => {
    const path = scratch();
    const state = at(path);
    const { run, directory } = state.create();
    const [lock = ""] = everything(join(path, "locks"));
    const other = join(scratch(), "lock");
    renameSync(lock, other);
    symlinkSync(other, lock);
    expect(() => state.open(run, { takeOver: true })).toThrow(refused("it is a link"));
    expect(directory).toContain(run);
  });
});
