import { describe, expect, it } from "vitest";
import { copyArchive, type CopyOptions } from "../../../src/archive/copy/copy.ts";
import { probeCopy } from "../../../src/archive/copy/compare.ts";
import { itemsOf, planCopy } from "../../../src/archive/copy/copy-plan.ts";
import { LostCopies } from "../../../src/archive/copy/lost-copies.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import { type ErrorCode, RecoverError } from "../../../src/errors.ts";
import type { ObjectStore } from "../../../src/ports/object-store.ts";
import { StillClock } from "../../fakes/still-clock.ts";
import { BASE, BUCKET, NEW, OLD, sampleArchive, segment } from "../sample-archive.ts";

const MINUTE = 60_000;
const PATIENT = { patienceMs: 10 * MINUTE };
const SYSID = `${NEW.prefix}/sysids/sysid`;
const SENTINEL = `${NEW.prefix}/basebackups_005/${BASE}_backup_stop_sentinel.json`;

type Loss = "before" | "after" | undefined;

/** The fate of a call: lost before the store saw it, or after it was carried out. */
interface Weather {
  readonly copy?: (key: string, sends: number) => Loss;
  readonly head?: (key: string, looks: number) => Loss;
  readonly code?: ErrorCode;
}

function scene({ copy, head, code = "unreachable" }: Weather) {
  const memory = sampleArchive();
  const clock = new StillClock(undefined, (ms) => {
    memory.nowMs += ms;
  });
  const inner = memory.writer({ source: OLD, into: [NEW] });
  const calls: string[] = [];
  const lose = async <T>(call: string, loss: (times: number) => Loss, work: () => Promise<T>): Promise<T> => {
    calls.push(call);
    const fate = loss(calls.filter((one) => one === call).length);
    const lost = new RecoverError(code, "no answer", { remedy: "Look at the store." });
    if (fate === "before") throw lost;
    const result = await work();
    if (fate === "after") throw lost;
    return result;
  };
  const store: ObjectStore = {
    list: (...asked) => inner.list(...asked),
    get: (...asked) => inner.get(...asked),
    stream: (...asked) => inner.stream(...asked),
    lifecycle: (bucket) => inner.lifecycle(bucket),
    remove: (at) => inner.remove(at),
    head: (at) =>
      lose(
        `head ${at.key}`,
        (looks) => head?.(at.key, looks),
        () => inner.head(at),
      ),
    copy: (from, to, request) =>
      lose(
        `copy ${to.key}`,
        (sends) => copy?.(to.key, sends),
        () => inner.copy(from, to, request),
      ),
  };
  const callsOf = (key: string): readonly string[] =>
    calls.filter((call) => call.endsWith(` ${key}`)).map((call) => call.slice(0, 4));
  const start = async (options: Omit<CopyOptions, "clock"> = PATIENT) => {
    const plan = planCopy(OLD, NEW, await inner.list(BUCKET, `${OLD.prefix}/`));
    return copyArchive(store, plan, { clock, ...options });
  };
  const same = async () => {
    const plan = planCopy(OLD, NEW, await inner.list(BUCKET, `${OLD.prefix}/`));
    const { missing, foreign } = await probeCopy(inner, plan);
    return missing + foreign.length === 0;
  };
  return { memory, clock, callsOf, start, same };
}

describe("a copy whose answer is lost", () => {
  it.each(["unreachable", "answer-incomplete"] as const)(
    "is found if it was done, and not sent twice (%s)",
    async (code) => {
      const { start, callsOf, same } = scene({
        code,
        copy: (key, sends) => (key === SYSID && sends === 1 ? "after" : undefined),
      });
      expect(await start()).toMatchObject({ copied: 11, lost: 1 });
      expect(callsOf(SYSID)).toEqual(["copy", "head"]);
      expect(await same()).toBe(true);
    },
  );

  it("is sent again if it is not there, each time behind a look and what is asked before every effect", async () => {
    const { start, callsOf, same } = scene({ copy: (_key, sends) => (sends <= 2 ? "before" : undefined) });
    let asked = 0;
    const beforeEffect = (): Promise<void> => {
      asked += 1;
      return Promise.resolve();
    };
    expect(await start({ ...PATIENT, beforeEffect })).toMatchObject({ copied: 11, lost: 11 });
    expect(callsOf(SYSID)).toEqual(["copy", "head", "copy", "head", "copy"]);
    expect(asked).toBe(33);
    expect(await same()).toBe(true);
  });

  it("is not sent again before the store has said that it is not there", async () => {
    const { start, callsOf } = scene({
      copy: (key, sends) => (key === SYSID && sends === 1 ? "before" : undefined),
      head: (_key, looks) => (looks <= 3 ? "before" : undefined),
    });
    expect(await start()).toMatchObject({ lost: 1 });
    expect(callsOf(SYSID)).toEqual(["copy", "head", "head", "head", "head", "copy"]);
  });

  it("is found if it came to its end while the second was refused, under an ETag of its own", async () => {
    const { memory, start, callsOf } = scene({
      copy: (key, sends) => {
        if (key !== SYSID) return undefined;
        if (sends === 2) memory.seed(BUCKET, SYSID, sysidOf(memory), { etag: "0".repeat(32) });
        return sends === 1 ? "before" : undefined;
      },
    });
    expect(await start()).toMatchObject({ lost: 1 });
    expect(callsOf(SYSID)).toEqual(["copy", "head", "copy", "head"]);
    expect(memory.changes).not.toContain(`copy ${SYSID}`);
  });

  it("is waited for no longer once the work has ended in another one", async () => {
    const refused = new RecoverError("access-denied", "no", { remedy: "Ask." });
    const clock: Clock = {
      now: () => new Date(0),
      monotonicMs: () => 0,
      // Nothing but a stop ends it.
      sleep: (_ms, signal) =>
        new Promise((_done, reject) =>
          signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true }),
        ),
    };
    const copies = new LostCopies({ clock, ...PATIENT });
    const isThere = (): Promise<boolean> => Promise.resolve(false);
    const lost = new RecoverError("unreachable", "no answer", { remedy: "Look." });
    const waiting = copies.outlive({ send: () => Promise.reject(lost), isThere });
    const final = copies.outlive({ send: () => Promise.reject(refused), isThere });
    expect(await Promise.allSettled([waiting, final])).toEqual([
      { status: "rejected", reason: refused },
      { status: "rejected", reason: refused },
    ]);
  });

  it("ends the work if something else is there", async () => {
    const { memory, start } = scene({
      copy: (key) => {
        if (key !== SYSID) return undefined;
        memory.seed(BUCKET, SYSID, "9999999999999999999\n");
        return "before";
      },
    });
    await expect(start()).rejects.toMatchObject({ code: "target-not-fresh" });
    expect(memory.changes).not.toContain(`copy ${SYSID}`);
  });

  it("goes by its date if it was there before, as a sentinel is that is dated wrongly", async () => {
    for (const loss of ["before", "after"] as const) {
      const { memory, start, callsOf, same } = scene({
        copy: (key, sends) => (key === SENTINEL && sends === 2 ? loss : undefined),
      });
      const older = `${NEW.prefix}/basebackups_005/base_000000010000000000000001_00000040_backup_stop_sentinel.json`;
      memory.seed(BUCKET, older.replace(NEW.prefix, OLD.prefix), "{}", { lastModified: "2020-01-01T00:00:00.000Z" });
      await start();
      const copied = memory.bucket(BUCKET).get(older);
      memory.nowMs += MINUTE;
      memory.seed(BUCKET, older, copied?.bytes ?? "");
      memory.nowMs += MINUTE;
      await start();
      expect(callsOf(SENTINEL)).toEqual(["copy", "copy", "head", ...(loss === "before" ? ["copy"] : [])]);
      expect(await same()).toBe(true);
    }
  });

  it("gives one object up that the store never copies, and says that the same command goes on", async () => {
    const { start, callsOf } = scene({
      copy: (key) => (key === `${NEW.prefix}/wal_005/${segment(3)}.lzo` ? "before" : undefined),
    });
    await expect(start()).rejects.toMatchObject({
      code: "unreachable",
      message: "no answer; it was sent 6 times",
      remedy: expect.stringContaining("run the same command again: it goes on") as string,
    });
    expect(callsOf(`${NEW.prefix}/wal_005/${segment(3)}.lzo`).filter((call) => call === "copy")).toHaveLength(6);
  });

  it("ends the work when patience is over, with nothing sent twice, and a second run goes on", async () => {
    let down = true;
    const gone = (): Loss => (down ? "before" : undefined);
    const { clock, memory, start, callsOf, same } = scene({ copy: gone, head: gone });
    const began = clock.monotonicMs();
    const told: string[] = [];
    await expect(start({ ...PATIENT, inFlight: 1, lost: ({ message }) => told.push(message) })).rejects.toMatchObject({
      code: "unreachable",
      message: "no answer; no copy ended well for 600 s",
    });
    expect(clock.monotonicMs() - began).toBe(10 * MINUTE);
    expect(told).toEqual(["no answer"]);
    expect(memory.changes).toEqual([]);
    const [first] = itemsOf(planCopy(OLD, NEW, await memory.reader().list(BUCKET, `${OLD.prefix}/`)));
    expect(callsOf(first?.to ?? "").filter((call) => call === "copy")).toHaveLength(1);
    down = false;
    expect(await start()).toMatchObject({ copied: 11, lost: 0 });
    expect(await same()).toBe(true);
  });

  it("ends the work at once for whoever looks himself, and when somebody stops it", async () => {
    const lost = scene({ copy: () => "before" });
    const plain = scene({ copy: () => "before" });
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(lost.start({ ...PATIENT, signal })).rejects.toThrow("stopped");
    await expect(plain.start({ inFlight: 1 })).rejects.toThrow("no answer");
    expect(plain.clock.sleeps).toEqual([]);
  });
});

function sysidOf(memory: ReturnType<typeof sampleArchive>): Uint8Array {
  const kept = memory.bucket(BUCKET).get(`${OLD.prefix}/sysids/sysid`);
  if (kept === undefined) throw new Error("the sample has no sysid");
  return kept.bytes;
}
