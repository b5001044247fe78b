import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LockFile, type LockHolder } from "../../../src/engine/journal/locks.ts";
import { livenessOf, thisProcess } from "../../../src/kit/process/process-identity.ts";
import { RunLock } from "../../../src/engine/journal/run-lock.ts";
import { KeyLocks } from "../../../src/engine/journal/key-locks.ts";
import { NOON } from "./journal-file.ts";
import { scratchDirectories } from "./scratch.ts";

const scratch = scratchDirectories();
const RUN = "20261121-120000-aaaa";
const OTHER = "20261121-120001-bbbb";
const locked = expect.objectContaining({ code: "locked", exitCode: 11 });

function runLock(stateDirectory: string, more: { takeOver?: boolean; epoch?: number } = {}): RunLock {
  return RunLock.acquire({
    stateDirectory,
    run: RUN,
    epoch: more.epoch ?? 0,
    takeOver: more.takeOver ?? false,
    now: NOON,
  });
}

function keyLocks(
  stateDirectory: string,
  run: string,
  open: readonly string[],
  damaged: readonly string[] = [],
): KeyLocks {
  const isOpen = (other: string): boolean => [...open, ...damaged].includes(other);
  const isReadable = (other: string): boolean => !damaged.includes(other);
  return new KeyLocks({ stateDirectory, run, epoch: 1, now: () => NOON, isOpen, isReadable });
}

/** Puts another process into the run lock. */
function heldBy(stateDirectory: string, change: Partial<LockHolder>): void {
  const { path } = new LockFile(stateDirectory, `run ${RUN}`);
  const holder = { key: `run ${RUN}`, run: RUN, epoch: 1, ...thisProcess(), startedAt: NOON.toISOString() };
  runLock(stateDirectory).release();
  writeFileSync(path, JSON.stringify({ ...holder, ...change }));
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", "0"]);
  await once(child, "exit");
  return child.pid ?? 0;
}

describe("the run lock", () => {
  it("says who holds it, to nobody but its owner", () => {
    const state = scratch();
    runLock(state);
    const { path } = new LockFile(state, `run ${RUN}`);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      key: `run ${RUN}`,
      run: RUN,
      epoch: 1,
      ...thisProcess(),
      startedAt: NOON.toISOString(),
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(state, "locks"))).toHaveLength(1);
  });

  it("is refused to a second process while the first lives, and the holder is shown", () => {
    const state = scratch();
    runLock(state);
    expect(() => runLock(state)).toThrow(locked);
    expect(() => runLock(state)).toThrow(new RegExp(`process ${process.pid} on`));
  });

  it("is taken without a word from a process that is dead, in the same epoch", async () => {
    const state = scratch();
    heldBy(state, { pid: await deadPid(), started: null, epoch: 3 });
    expect(runLock(state, { epoch: 3 }).epoch).toBe(3);
  });

  it("is taken from a dead process whose pid another one has now", () => {
    const state = scratch();
    heldBy(state, { started: "an earlier boot:1" });
    expect(runLock(state).epoch).toBe(1);
  });

  it("of a process on another host counts as held: nobody can tell here", async () => {
    const state = scratch();
    heldBy(state, { host: "elsewhere", pid: await deadPid() });
    expect(() => runLock(state)).toThrow(locked);
  });

  it("of a container of the same host name counts as held, until it is taken over on demand", async () => {
    const state = scratch();
    const pid = await deadPid();
    heldBy(state, { pid, started: null, namespace: "pid:[1]" });
    expect(() => runLock(state, { epoch: 1 })).toThrow(locked);
    expect(() => runLock(state, { epoch: 1 })).toThrow(new RegExp(`process ${pid} on`));
    expect(runLock(state, { epoch: 1, takeOver: true }).epoch).toBe(2);
  });

  it("of an earlier version, which names no namespace, is taken from a dead process as ever", async () => {
    const state = scratch();
    heldBy(state, { pid: await deadPid(), started: null });
    const file = new LockFile(state, `run ${RUN}`);
    const { namespace, ...earlier } = file.read() as LockHolder;
    expect(namespace).toBeDefined();
    writeFileSync(file.path, JSON.stringify(earlier));
    expect(runLock(state).epoch).toBe(1);
  });

  it("is taken over on demand with a higher epoch, and the old holder is fenced", () => {
    const state = scratch();
    const first = runLock(state, { epoch: 1 });
    first.check();
    const second = runLock(state, { epoch: 1, takeOver: true });
    expect(second.epoch).toBe(2);
    second.check();
    expect(() => first.check()).toThrow(expect.objectContaining({ code: "fenced", exitCode: 11 }));
    first.release();
    second.check();
    second.release();
    expect(readdirSync(join(state, "locks"))).toEqual([]);
  });

  it("fences its holder when the file is gone", () => {
    const state = scratch();
    const lock = runLock(state);
    rmSync(new LockFile(state, `run ${RUN}`).path);
    expect(() => lock.check()).toThrow(expect.objectContaining({ code: "fenced" }));
  });

  it("that cannot be read is held by nobody knows whom", () => {
    const state = scratch();
    heldBy(state, {});
    writeFileSync(new LockFile(state, `run ${RUN}`).path, "{");
    expect(() => runLock(state)).toThrow(locked);
  });

  it("goes to one only of those who find it stale at the same time", async () => {
    const state = scratch();
    heldBy(state, { pid: await deadPid(), started: null });
    const file = new LockFile(state, `run ${RUN}`);
    const stale = file.read();
    const holder = (epoch: number): LockHolder => ({ ...(stale as LockHolder), ...thisProcess(), epoch });
    expect(stale && file.replace(stale, holder(7))).toBe(true);
    expect(stale && file.replace(stale, holder(8))).toBe(false);
    expect(file.read()?.epoch).toBe(7);
  });
});

describe("the liveness of a process", () => {
  it("is told by pid and by time of start", async () => {
    expect(livenessOf(thisProcess())).toBe("alive");
    expect(livenessOf({ ...thisProcess(), started: null })).toBe("alive");
    expect(livenessOf({ ...thisProcess(), started: "other" })).toBe("dead");
    expect(livenessOf({ ...thisProcess(), pid: await deadPid() })).toBe("dead");
    expect(livenessOf({ ...thisProcess(), host: "elsewhere" })).toBe("elsewhere");
  });

  it("is not told of a pid of another namespace, and as ever if none is named", async () => {
    const { namespace, ...earlier } = thisProcess();
    const pid = await deadPid();
    expect(namespace).toBe(readlinkSync("/proc/self/ns/pid"));
    for (const change of [{}, { pid }, { started: "other" }])
      expect(livenessOf({ ...earlier, ...change, namespace: "pid:[1]" })).toBe("elsewhere");
    expect(livenessOf(earlier)).toBe("alive");
    expect(livenessOf({ ...earlier, pid })).toBe("dead");
    expect(livenessOf({ ...earlier, started: "other" })).toBe("dead");
  });
});

describe("key locks", () => {
  it("keep another open run from the same target", () => {
    const state = scratch();
    keyLocks(state, RUN, [RUN]).acquire(["target", "guid"]);
    const other = keyLocks(state, OTHER, [RUN, OTHER]);
    expect(() => other.acquire(["free", "guid"])).toThrow(locked);
    expect(() => other.acquire(["free", "guid"])).toThrow(new RegExp(`belongs to run ${RUN}`));
    // The locks taken on the way to the refusal were given back.
    keyLocks(state, RUN, [RUN, OTHER]).acquire(["free"]);
  });

  it("outlive the process and are renewed by the same run", () => {
    const state = scratch();
    keyLocks(state, RUN, [RUN]).acquire(["target"]);
    const next = keyLocks(state, RUN, [RUN]);
    next.acquire(["target"]);
    next.release();
    expect(readdirSync(join(state, "locks"))).toEqual([]);
  });

  it("of a run whose journal cannot be read are kept, and no resume is advised that could not work", () => {
    const state = scratch();
    keyLocks(state, RUN, [RUN]).acquire(["target"]);
    const { path } = new LockFile(state, "target");
    const remedy = expect.stringMatching(
      new RegExp(`^(?!.*dingo-recover resume).*dingo-recover journal verify ${RUN}.*remove "${path}"`),
    ) as string;
    const refused = expect.objectContaining({ code: "locked", remedy });
    expect(() => keyLocks(state, OTHER, [], [RUN]).acquire(["target"])).toThrow(refused);
  });

  it("of a run that has ended are free", () => {
    const state = scratch();
    keyLocks(state, RUN, []).acquire(["target"]);
    const other = keyLocks(state, OTHER, [OTHER]);
    other.acquire(["target"]);
    expect(() => keyLocks(state, RUN, [OTHER]).acquire(["target"])).toThrow(locked);
  });

  it("are given back together", () => {
    const state = scratch();
    const locks = keyLocks(state, RUN, [RUN]);
    locks.acquire(["a", "b"]);
    locks.acquire(["b", "c"]);
    locks.release();
    expect(readdirSync(join(state, "locks"))).toEqual([]);
  });

  it("name a state directory that cannot be used", () => {
    const file = join(scratch(), "file");
    writeFileSync(file, "");
    expect(() => keyLocks(file, RUN, []).acquire(["a"])).toThrow(
      expect.objectContaining({ code: "state-dir-unusable" }),
    );
  });
});
