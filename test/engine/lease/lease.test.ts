/** The lease in the world and the mirror beside it: who may act, and the state that a colleague finds (law 18). */
import { cpSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeDirectory } from "../../../src/engine/journal/durable.ts";
import { CLAIM_SCHEMA, describeClaim, keyClaimName, runClaimName } from "../../../src/engine/lease/claim.ts";
import { createHash } from "node:crypto";
import { writeOn } from "../../../src/engine/lease/keeper.ts";
import { fetchMirrored } from "../../../src/engine/lease/mirror.ts";
import { MemorySharedPlace, SharedMemory } from "../../fakes/memory-shared-place.ts";
import { Machine, started } from "./machine.ts";

const KEY = "acme/shop/important-db";

describe("a lease", () => {
  it("tells another recovery of the same service who has it, if, since when and at which step", async () => {
    const memory = new SharedMemory();
    const [ann, bob] = [new Machine(memory, "ann"), new Machine(memory, "bob")];
    const hers = await ann.lease(ann.state.create());
    await hers.locks.acquire([KEY]);
    await hers.journal.append(started("copy"));
    await hers.journal.checkFence();
    const his = await bob.lease(bob.state.create());
    const refused = his.locks.acquire([KEY]);
    await expect(refused).rejects.toMatchObject({ code: "locked", exitCode: 11 });
    await expect(refused).rejects.toThrow(/ann on laptop-of-ann since 2026-11-21T03:00:00.000Z .*at step copy/);
  });

  it("is told in one line of bounded length, whatever a stranger wrote into it", () => {
    const texts = { state: "held", host: "h", place: "p", token: "t", since: "s", seenAt: "s", head: "" } as const;
    const claim = { schema: CLAIM_SCHEMA, key: "k", run: "20261121-020000-abcd", epoch: 1, ...texts } as const;
    const said = describeClaim({ ...claim, operator: "\u001b[2J".repeat(20_000), step: "a\n$ rm -rf /".repeat(5_000) });
    expect(said.length).toBeLessThan(2_000);
    expect(said).not.toMatch(/[\u001b\n]/u);
    expect(said).toContain("(run 20261121-020000-abcd, epoch 1, at step a $ rm -rf /");
  });

  it("is free again when its run lets it go, and when its run has ended", async () => {
    const memory = new SharedMemory();
    const [ann, bob, eve] = [new Machine(memory, "ann"), new Machine(memory, "bob"), new Machine(memory, "eve")];
    const hers = await ann.lease(ann.state.create());
    await hers.locks.acquire([KEY]);
    await hers.locks.release();
    const his = await bob.lease(bob.state.create());
    await his.locks.acquire([KEY]);
    await his.journal.letGo("ended");
    await expect((await eve.lease(eve.state.create())).locks.acquire([KEY])).resolves.toBeUndefined();
  });

  it("keeps none of the keys if one of them is another's", async () => {
    const memory = new SharedMemory();
    const [ann, bob, eve] = [new Machine(memory, "ann"), new Machine(memory, "bob"), new Machine(memory, "eve")];
    await (await ann.lease(ann.state.create())).locks.acquire(["second"]);
    const his = await bob.lease(bob.state.create());
    await expect(his.locks.acquire(["first", "second"])).rejects.toMatchObject({ code: "locked" });
    await expect((await eve.lease(eve.state.create())).locks.acquire(["first"])).resolves.toBeUndefined();
  });

  it("goes on without a take-over if the process died and the machine is the same", async () => {
    const memory = new SharedMemory();
    const ann = new Machine(memory, "ann");
    const open = ann.state.create();
    const first = await ann.lease(open);
    await first.journal.append(started("copy"));
    await first.journal.checkFence();
    await first.journal.close();
    const second = await ann.lease(ann.state.open(open.run, { takeOver: false }));
    await second.journal.append(started("start"));
    await expect(second.journal.checkFence()).resolves.toBeUndefined();
    expect(second.journal.epoch).toBe(1);
  });

  it("that cannot be read is never free", async () => {
    const memory = new SharedMemory();
    const ann = new Machine(memory, "ann");
    const open = ann.state.create();
    memory.objects.set(runClaimName(open.run), "<html>captive portal</html>");
    await expect(ann.lease(open)).rejects.toMatchObject({ code: "locked" });
    ann.place.isCut = true;
    await expect(ann.lease(open)).rejects.toMatchObject({ code: "unreachable" });
  });

  it("is taken by one of two who try at the same moment", async () => {
    const memory = new SharedMemory();
    const [ann, bob] = [new Machine(memory, "ann"), new Machine(memory, "bob")];
    const hers = await ann.lease(ann.state.create());
    const his = await bob.lease(bob.state.create());
    const tries = await Promise.allSettled([hers.locks.acquire([KEY]), his.locks.acquire([KEY])]);
    expect(tries.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("says of a store that ignores conditions that it does, and fences by what is read there", async () => {
    const memory = new SharedMemory();
    memory.honours = false;
    const [ann, bob] = [new Machine(memory, "ann"), new Machine(memory, "bob")];
    const hers = await ann.lease(ann.state.create());
    expect(hers.weakness).toContain("ignores If-None-Match and If-Match");
    await hers.journal.append(started("copy"));
    await hers.journal.checkFence();
    await bob.arrive(hers.journal.run);
    await expect(hers.journal.checkFence()).rejects.toMatchObject({ code: "fenced" });
    memory.honours = true;
    expect((await bob.lease(bob.state.create())).weakness).toBeUndefined();
  });
});

describe("an answer that conditional writes are not known", () => {
  it.each(["absent", "version"])(
    "once, while the store is tried, makes it no store without them: %s",
    async (which) => {
      const memory = new SharedMemory();
      let left = 1;
      memory.isUnsupported = (condition) =>
        which === (typeof condition === "object" ? "version" : condition) && left-- > 0;
      const ann = new Machine(memory, "ann");
      expect((await ann.lease(ann.state.create())).weakness).toBeUndefined();
      expect(left).toBeLessThan(1);
    },
  );

  it("leads to no write over what another wrote", async () => {
    const memory = new SharedMemory();
    memory.honours = false;
    const place = new MemorySharedPlace(memory);
    await place.write("a", "of another", "any");
    const own = { name: "a", content: "own" };
    const never = { absent: false, version: false };
    expect(await writeOn(place, never, { ...own, condition: "absent" })).toEqual({ is: "refused" });
    expect(await writeOn(place, never, { ...own, condition: { version: "0" } })).toEqual({ is: "refused" });
    memory.isUnsupported = (condition) => condition !== "any";
    const asked = writeOn(place, { absent: true, version: true }, { ...own, condition: "absent" });
    await expect(asked).rejects.toMatchObject({ code: "unreachable" });
    expect(memory.objects.get("a")).toBe("of another");
  });
});

describe("a lock key that another recovery wrote over", () => {
  it.each([true, false])(
    "lets no effect of this run begin, and is left to the other: conditions %s",
    async (honours) => {
      const memory = new SharedMemory();
      memory.honours = honours;
      const [ann, bob] = [new Machine(memory, "ann"), new Machine(memory, "bob")];
      const hers = await ann.lease(ann.state.create());
      await hers.locks.acquire([KEY]);
      await hers.journal.append(started("copy"));
      await expect(hers.journal.checkFence()).resolves.toBeUndefined();
      // He looked before she wrote, and writes after she read it back.
      memory.objects.delete(keyClaimName(KEY));
      const his = await bob.lease(bob.state.create());
      await his.locks.acquire([KEY]);
      await expect(hers.journal.checkFence()).rejects.toMatchObject({
        code: "fenced",
        message: expect.stringContaining("bob on laptop-of-bob") as string,
      });
      await hers.locks.release();
      await expect(his.journal.checkFence()).resolves.toBeUndefined();
      await his.locks.release();
      expect(memory.objects.get(keyClaimName(KEY))).toContain('"state":"free"');
    },
  );

  it("by a take-over of the same run is told as that", async () => {
    const memory = new SharedMemory();
    const [ann, bob] = [new Machine(memory, "ann"), new Machine(memory, "bob")];
    const hers = await ann.lease(ann.state.create());
    await hers.locks.acquire([KEY]);
    await hers.journal.append(started("copy"));
    await hers.journal.checkFence();
    await (await bob.arrive(hers.journal.run)).locks.acquire([KEY]);
    await expect(hers.locks.check()).rejects.toThrow("this run was taken over by bob on laptop-of-bob");
  });

  it("is no longer ours if it was removed, and nobody can tell where the place is silent", async () => {
    const memory = new SharedMemory();
    const ann = new Machine(memory, "ann");
    const { journal, locks } = await ann.lease(ann.state.create());
    await locks.acquire([KEY]);
    ann.place.isCut = true;
    await expect(locks.check()).rejects.toMatchObject({ code: "unreachable" });
    ann.place.isCut = false;
    memory.objects.delete(keyClaimName(KEY));
    await expect(journal.checkFence()).rejects.toMatchObject({ code: "fenced" });
  });
});

describe("a state directory that was copied", () => {
  const begun = async (ann: Machine): Promise<string> => {
    const hers = await ann.lease(ann.state.create());
    await hers.journal.append(started("copy"));
    await hers.journal.checkFence();
    await hers.journal.close();
    return hers.journal.run;
  };

  it("is not the one that holds the lease, on the same host either", async () => {
    const memory = new SharedMemory();
    const [ann, copy] = [new Machine(memory, "ann"), new Machine(memory, "ann")];
    const run = await begun(ann);
    const there = copy.state.directoryOf(run);
    makeDirectory(dirname(there));
    cpSync(ann.state.directoryOf(run), there, { recursive: true });
    const taken = copy.lease(copy.state.open(run, { takeOver: false }));
    await expect(taken).rejects.toMatchObject({ code: "locked" });
    await expect(taken).rejects.toThrow("at step copy");
  });

  it("with its inodes, as in the clone of a machine, is known by the name of the host", async () => {
    const memory = new SharedMemory();
    const ann = new Machine(memory, "ann");
    const run = await begun(ann);
    const clone = new Machine(memory, "eve", ann.state.path);
    const taken = clone.lease(clone.state.open(run, { takeOver: false }));
    await expect(taken).rejects.toMatchObject({ code: "locked" });
  });
});

describe("a run that is taken over from another machine", () => {
  it("goes on there in epoch 2 with every line and all evidence; here nothing is done, written or asked to change", async () => {
    const memory = new SharedMemory();
    const [ann, bob] = [new Machine(memory, "ann"), new Machine(memory, "bob")];
    const hers = await ann.lease(ann.state.create());
    const listing = await hers.journal.keep("listing", "one\ntwo\n");
    const noted = { kind: "copy", data: { listing: { ...listing } }, step: "copy", attempt: 1 };
    await hers.journal.append({ type: "step-recorded", ...noted });
    await hers.journal.checkFence();
    const his = await bob.arrive(hers.journal.run);
    expect(his.journal.epoch).toBe(2);
    expect(his.journal.entries).toHaveLength(1);
    expect(await his.journal.recall(listing)).toBe("one\ntwo\n");
    await his.journal.append(started("start"));
    await his.journal.checkFence();

    const before = ann.place.tries.length;
    await expect(hers.journal.checkFence()).rejects.toMatchObject({ code: "fenced", exitCode: 11 });
    await expect(hers.journal.append(started("start"))).rejects.toMatchObject({ code: "fenced" });
    await expect(hers.journal.letGo("free")).rejects.toMatchObject({ code: "fenced" });
    expect(ann.place.tries.slice(before)).toEqual([]);
    await hers.journal.close();
    await expect(ann.lease(ann.state.open(hers.journal.run, { takeOver: true }), true)).rejects.toMatchObject({
      code: "fenced",
      message: expect.stringContaining("went on elsewhere") as string,
    });
  });

  it("is taken over again if who took it over died before its first line", async () => {
    const memory = new SharedMemory();
    const [ann, bob, eve] = ["ann", "bob", "eve"].map((name) => new Machine(memory, name)) as [
      Machine,
      Machine,
      Machine,
    ];
    const hers = await ann.lease(ann.state.create());
    await hers.journal.append(started("copy"));
    await hers.journal.checkFence();
    const his = await bob.arrive(hers.journal.run);
    const next = await eve.arrive(hers.journal.run);
    expect([hers, his, next].map(({ journal }) => journal.epoch)).toEqual([1, 2, 3]);
    await next.journal.append(started("start"));
    await next.journal.checkFence();
    await expect(his.journal.checkFence()).rejects.toMatchObject({ code: "fenced" });
    await expect(hers.journal.checkFence()).rejects.toMatchObject({ code: "fenced" });
    await his.journal.close();
    // He fetches the entries that she made since, and may go on.
    const again = await bob.arrive(hers.journal.run);
    expect(again.journal.entries).toHaveLength(2);
    await expect(again.journal.checkFence()).resolves.toBeUndefined();
  });

  it("is taken over again if its first process wrote a line between the fetch and the take-over", async () => {
    const memory = new SharedMemory();
    const [ann, bob] = [new Machine(memory, "ann"), new Machine(memory, "bob")];
    const hers = await ann.lease(ann.state.create());
    const { run } = hers.journal;
    await hers.journal.append(started("copy"));
    await hers.journal.checkFence();
    bob.state.bring({ run, ...(await bob.fetch(run)) });
    await hers.journal.append(started("start"));
    await hers.journal.checkFence();
    const his = bob.state.open(run, { takeOver: true });
    await expect(bob.lease(his, true)).rejects.toMatchObject({ code: "fenced" });
    await his.journal.close();
    const again = await bob.arrive(run);
    expect(again.journal.entries).toHaveLength(2);
    await expect(again.journal.checkFence()).resolves.toBeUndefined();
    await expect(hers.journal.checkFence()).rejects.toMatchObject({ code: "fenced" });
  });

  it("goes on at its first machine if who took it over died before its first line", async () => {
    const memory = new SharedMemory();
    const [ann, bob] = [new Machine(memory, "ann"), new Machine(memory, "bob")];
    const hers = await ann.lease(ann.state.create());
    await hers.journal.append(started("copy"));
    await hers.journal.checkFence();
    await bob.arrive(hers.journal.run);
    await hers.journal.close();
    const mine = ann.state.open(hers.journal.run, { takeOver: false });
    await expect(ann.lease(mine)).rejects.toMatchObject({ code: "locked" });
    await mine.journal.close();
    const back = await ann.lease(ann.state.open(hers.journal.run, { takeOver: true }), true);
    await expect(back.journal.checkFence()).resolves.toBeUndefined();
  });

  it("can be fetched back; what was written here after the two parted is kept beside it", async () => {
    const memory = new SharedMemory();
    const [ann, bob] = [new Machine(memory, "ann"), new Machine(memory, "bob")];
    const hers = await ann.lease(ann.state.create());
    await hers.journal.append(started("copy"));
    await hers.journal.checkFence();
    ann.place.isCut = true;
    await hers.journal.append(started("only-here"));
    const his = await bob.arrive(hers.journal.run);
    await his.journal.append(started("only-there"));
    await his.journal.letGo("free");
    await hers.journal.close();
    ann.place.isCut = false;
    const back = await ann.arrive(hers.journal.run);
    expect(back.journal.epoch).toBe(3);
    expect(back.journal.entries.map((entry) => ("step" in entry ? entry.step : ""))).toEqual(["copy", "only-there"]);
    const kept = join(ann.state.directoryOf(hers.journal.run), "journal.parted-1");
    expect(readFileSync(kept, "utf8")).toContain("only-here");
    await back.journal.close();
    const again = { run: hers.journal.run, ...(await ann.fetch(hers.journal.run)) };
    expect(ann.state.bring(again)).toBe("here");
  });

  it("is free for whoever takes in the file of a hand-over, and for the first who does", async () => {
    const memory = new SharedMemory();
    const [ann, bob, eve] = [new Machine(memory, "ann"), new Machine(memory, "bob"), new Machine(memory, "eve")];
    const hers = await ann.lease(ann.state.create());
    const { run } = hers.journal;
    await hers.journal.append({ type: "run-ended", outcome: "handed-over" });
    await hers.journal.letGo("handed-over");
    const file = await ann.fetch(run);
    for (const machine of [bob, eve]) {
      machine.state.bring({ run, ...file });
      const { journal } = machine.state.open(run, { takeOver: true, handedOver: true });
      const who = { operator: "op", host: "host", toolVersion: "0" };
      await journal.append({ type: "run-resumed", ...who, takeOver: true });
      await journal.close();
    }
    const his = await bob.lease(bob.state.open(run, { takeOver: false }));
    await expect(his.journal.checkFence()).resolves.toBeUndefined();
    await expect(eve.lease(eve.state.open(run, { takeOver: false }))).rejects.toMatchObject({ code: "locked" });
    expect(() => ann.state.open(run, { takeOver: true })).toThrow(expect.objectContaining({ code: "run-ended" }));
  });

  it("lets no effect begin while the place cannot be reached, and writes on", async () => {
    const memory = new SharedMemory();
    const ann = new Machine(memory, "ann");
    const { journal } = await ann.lease(ann.state.create());
    ann.place.isCut = true;
    await journal.append(started("copy"));
    await expect(journal.checkFence()).rejects.toMatchObject({ code: "unreachable" });
    await journal.append(started("start"));
    expect(journal.behind).toBe(2);
    ann.place.isCut = false;
    await expect(journal.checkFence()).resolves.toBeUndefined();
    expect(journal.behind).toBe(0);
    expect((await fetchMirrored(ann.place, journal.run, journal.head)).reading.entries).toHaveLength(2);
  });

  it("has evidence that is named within evidence", async () => {
    const ann = new Machine(new SharedMemory(), "ann");
    const { journal } = await ann.lease(ann.state.create());
    const inner = { ...(await journal.keep("inner", "within")) };
    const data = { inner, long: "x".repeat(30_000) };
    await journal.append({ type: "step-recorded", step: "copy", attempt: 1, kind: "listing", data });
    await journal.checkFence();
    const { evidence } = await fetchMirrored(ann.place, journal.run, journal.head);
    expect([...evidence.values()]).toEqual([JSON.stringify(data), "within"]);
  });

  it.each([
    [6_000_000_000, "journal-too-large", "more than is taken in, before any is fetched"],
    [1, "journal-broken", "more than its line says"],
  ])("is refused if a line names %i bytes of evidence (%s): it holds %s", async (bytes, code) => {
    const memory = new SharedMemory();
    const ann = new Machine(memory, "ann");
    const { journal } = await ann.lease(ann.state.create());
    const listing = { ...(await journal.keep("listing", "within")) };
    await journal.append({ type: "step-recorded", step: "copy", attempt: 1, kind: "listing", data: { listing } });
    await journal.checkFence();
    const chunk = [...memory.objects.keys()].find((name) => name.includes("/journal/")) ?? "";
    const forged = (memory.objects.get(chunk) ?? "").replace('"bytes":6', `"bytes":${bytes}`);
    memory.objects.set(chunk, forged);
    const head = createHash("sha256").update(forged.trimEnd()).digest("hex");
    await expect(fetchMirrored(ann.place, journal.run, head)).rejects.toMatchObject({ code });
  });

  it("is refused if the lease is missing or names no line: its tail may have been cut", async () => {
    const memory = new SharedMemory();
    const ann = new Machine(memory, "ann");
    const { journal } = await ann.lease(ann.state.create());
    await journal.append(started("copy"));
    await journal.checkFence();
    const { run } = journal;
    await expect(ann.fetch(run)).resolves.toMatchObject({ reading: { head: journal.head } });
    await expect(fetchMirrored(ann.place, run, "")).rejects.toMatchObject({ code: "journal-broken" });
    await expect(fetchMirrored(ann.place, run, "0".repeat(64))).rejects.toMatchObject({ code: "journal-broken" });
    memory.objects.delete(runClaimName(run));
    const refused = ann.fetch(run);
    await expect(refused).rejects.toMatchObject({
      code: "journal-broken",
      remedy: expect.stringContaining("dingo-recover resume") as string,
    });
    await expect(refused).rejects.toThrow("its lease is missing");
  });

  it("is named by the lease before its first step, and again if the lease was lost", async () => {
    const memory = new SharedMemory();
    const ann = new Machine(memory, "ann");
    const first = await ann.lease(ann.state.create());
    const who = { operator: "ann", host: "host", toolVersion: "0", takeOver: false };
    await first.journal.append({ type: "run-resumed", ...who });
    await first.journal.checkFence();
    const { run } = first.journal;
    await expect(ann.fetch(run)).resolves.toMatchObject({ reading: { head: first.journal.head } });
    await first.journal.close();
    memory.objects.delete(runClaimName(run));
    const second = await ann.lease(ann.state.open(run, { takeOver: false }));
    await second.journal.checkFence();
    await expect(ann.fetch(run)).resolves.toMatchObject({ reading: { head: second.journal.head } });
  });

  it("is refused if the mirror's tail was cut, or a line or its evidence was changed", async () => {
    const memory = new SharedMemory();
    const ann = new Machine(memory, "ann");
    const { journal } = await ann.lease(ann.state.create());
    for (const step of ["copy", "start", "proof"]) {
      await journal.append(started(step));
      await journal.checkFence();
    }
    const { run, head } = journal;
    const chunks = [...memory.objects.keys()].filter((name) => name.includes("/journal/"));
    expect(chunks).toHaveLength(3);
    const [, second = "", third = ""] = chunks;
    const whole = new Map(memory.objects);
    memory.objects.delete(third);
    await expect(fetchMirrored(ann.place, run, head)).rejects.toMatchObject({ code: "journal-broken" });
    memory.objects.set(third, whole.get(third) ?? "");
    memory.objects.set(second, (whole.get(second) ?? "").replace('"start"', '"stert"'));
    await expect(fetchMirrored(ann.place, run, head)).rejects.toMatchObject({ code: "journal-broken" });
  });
});
