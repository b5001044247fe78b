import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EventLog } from "../../../src/engine/journal/event-log.ts";
import { JournaledResources } from "../../../src/engine/journal/resources.ts";
import { isRunId, newRunId } from "../../../src/engine/journal/run-id.ts";
import { StateDirectory } from "../../../src/engine/journal/state-directory.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { readFileSync } from "node:fs";
import { NOON, note } from "./journal-file.ts";
import { scratchDirectories } from "./scratch.ts";

const scratch = scratchDirectories();
const secrets = new Secrets();
const at = (path: string): StateDirectory => new StateDirectory({ path, secrets, now: () => NOON });

describe("run ids", () => {
  it("sort by start and can be typed", () => {
    const id = newRunId(NOON);
    expect(id).toMatch(/^20261121-120000-[2-9b-z]{4}$/);
    expect(isRunId(id)).toBe(true);
    expect(id < newRunId(new Date("2026-11-21T12:00:01Z"))).toBe(true);
    expect(isRunId("../20261121-120000-abcd")).toBe(false);
  });
});

describe("a state directory", () => {
  it("that does not exist yet holds no runs", () => {
    expect(at(join(scratch(), "none")).list()).toEqual([]);
  });

  it("carries a run from process to process", async () => {
    const state = at(join(scratch(), "state"));
    const first = state.create();
    await first.journal.append(note("one"));
    expect(state.isCarried(first.run)).toBe(true);
    expect(() => state.open(first.run, { takeOver: false })).toThrow(expect.objectContaining({ code: "locked" }));
    await first.journal.close();
    expect(state.isCarried(first.run)).toBe(false);
    const second = state.open(first.run, { takeOver: false });
    await second.journal.append(note("two"));
    await second.journal.close();
    expect(state.read(first.run).entries.map(({ epoch }) => epoch)).toEqual([1, 1]);
  });

  it("fences the old process after a take-over, in the next epoch, and what it writes late is lost nowhere", async () => {
    const state = at(scratch());
    const old = state.create();
    await old.journal.append(note("one"));
    const next = state.open(old.run, { takeOver: true });
    await next.journal.append(note("two"));
    await expect(old.journal.append(note("late"))).rejects.toMatchObject({ code: "fenced" });
    await old.journal.close();
    await next.journal.append(note("three"));
    await next.journal.close();
    const { entries } = state.read(old.run);
    expect(entries).toMatchObject([
      { epoch: 1, data: { text: "one" } },
      { epoch: 2, data: { text: "two" } },
      { epoch: 2, data: { text: "three" } },
    ]);
  });

  it("lets nobody carry on a run that has ended, even if something was noted after its end", async () => {
    const state = at(scratch());
    const { run, journal } = state.create();
    await journal.append({ type: "run-ended", outcome: "succeeded" });
    await journal.append({ type: "resource-closed", kind: "ssh-user", data: {} });
    await journal.close();
    expect(() => state.open(run, { takeOver: false })).toThrow(
      expect.objectContaining({ code: "run-ended", exitCode: 2 }),
    );
  });

  it("opens a run that succeeded to be undone, and counts it as open until that has ended; then never again", async () => {
    const state = at(scratch());
    const { run, journal } = state.create();
    await journal.append({ type: "run-ended", outcome: "succeeded" });
    await journal.close();
    const resumed = { type: "run-resumed", operator: "a", host: "h", toolVersion: "0", takeOver: false } as const;
    const undoing = state.open(run, { takeOver: false, back: true });
    await undoing.journal.append({ ...resumed, back: true });
    await undoing.journal.close();
    const again = state.open(run, { takeOver: false });
    await again.journal.append({ ...resumed, back: true });
    await again.journal.append({ type: "run-ended", outcome: "undone" });
    await again.journal.close();
    for (const back of [true, false])
      expect(() => state.open(run, { takeOver: false, back })).toThrow(expect.objectContaining({ code: "run-ended" }));
  });

  it("gives back the run when its journal is broken", async () => {
    const state = at(scratch());
    const { run, journal, directory } = state.create();
    await journal.append(note("one"));
    await journal.close();
    writeFileSync(join(directory, "journal.jsonl"), "garbage\n{}\n");
    expect(() => state.open(run, { takeOver: false })).toThrow(expect.objectContaining({ code: "journal-broken" }));
    expect(state.isCarried(run)).toBe(false);
  });

  it("takes the locks of a run that ended, not of one that can be resumed or cannot be read", async () => {
    const state = at(scratch());
    const owner = state.create();
    await owner.journal.append(note("one"));
    owner.locks.acquire(["target"]);
    await owner.journal.close();
    const other = state.create();
    expect(() => other.locks.acquire(["target"])).toThrow(expect.objectContaining({ code: "locked" }));
    const again = state.open(owner.run, { takeOver: false });
    await again.journal.append({ type: "run-ended", outcome: "succeeded" });
    await again.journal.close();
    other.locks.acquire(["target"]);
    await other.journal.close();
  });

  it("finds a run by any prefix that names only one", () => {
    const path = scratch();
    for (const run of ["20261121-120000-aaaa", "20261121-120000-aabb", "20261122-000000-cccc"])
      mkdirSync(join(path, "runs", run), { recursive: true });
    mkdirSync(join(path, "runs", "lost+found"));
    const state = at(path);
    expect(state.list()).toHaveLength(3);
    expect(state.find("20261122")).toBe("20261122-000000-cccc");
    expect(state.find("20261121-120000-aaaa")).toBe("20261121-120000-aaaa");
    expect(() => state.find("20261121")).toThrow(expect.objectContaining({ code: "run-ambiguous", exitCode: 2 }));
    expect(() => state.find("2025")).toThrow(expect.objectContaining({ code: "run-not-found", exitCode: 2 }));
  });

  it("says so when it cannot be used", () => {
    const file = join(scratch(), "file");
    writeFileSync(file, "");
    const unusable = expect.objectContaining({ code: "state-dir-unusable", exitCode: 15, effect: "none" });
    expect(() => at(file).create()).toThrow(unusable);
    expect(() => at("/proc/1/nothing").create()).toThrow(unusable);
  });
});

describe("resources of a run", () => {
  it("are left open until they are closed, across processes", async () => {
    const state = at(scratch());
    const { run, journal } = state.create();
    const resources = new JournaledResources(journal);
    await resources.opened("ssh-user", { user: "a", cell: "1" });
    await resources.opened("ssh-user", { user: "b", cell: "1" });
    await resources.closed("ssh-user", { cell: "1", user: "a" });
    await journal.close();
    const next = state.open(run, { takeOver: false });
    expect(new JournaledResources(next.journal).leftOpen()).toEqual([
      { kind: "ssh-user", data: { user: "b", cell: "1" } },
    ]);
    await next.journal.close();
  });
});

describe("the log of events", () => {
  it("masks what it is given and never stops a run", () => {
    const directory = scratch();
    const masking = new Secrets();
    masking.register("s3cr3t-value");
    const log = new EventLog(directory, masking);
    log.write({ type: "note", message: "it is s3cr3t-value" });
    expect(readFileSync(join(directory, "events.jsonl"), "utf8")).toBe('{"type":"note","message":"it is ********"}\n');
    expect(() => new EventLog(join(directory, "gone"), masking).write({ type: "note" })).not.toThrow();
  });
});
