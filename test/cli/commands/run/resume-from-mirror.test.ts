/** A run out of a mirror: nothing of it is here before it was accepted, and it goes on in no other place. */
import { describe, expect, it } from "vitest";
import type { ResumeFromRequest } from "../../../../src/cli/commands/run/resume-from-request.ts";
import { bring } from "../../../../src/cli/commands/run/resume-from.ts";
import type { EntryBody } from "../../../../src/engine/journal/entry.ts";
import { sha256 } from "../../../../src/engine/journal/line.ts";
import { StateDirectory } from "../../../../src/engine/journal/state-directory.ts";
import { type Claim, runClaimName } from "../../../../src/engine/lease/claim.ts";
import { openLease } from "../../../../src/engine/lease/open.ts";
import { optional } from "../../../../src/kit/optional.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";
import { MemorySharedPlace, SharedMemory } from "../../../fakes/memory-shared-place.ts";
import { scratchDirectories } from "../../../engine/journal/scratch.ts";

const scratch = scratchDirectories();
const FROM = "s3://bucket/leases";
const now = (): Date => new Date("2026-11-21T03:00:00Z");
const machine = (): StateDirectory => new StateDirectory({ path: scratch(), secrets: new Secrets(), now });

async function begin(lease: string | undefined): Promise<{ readonly place: MemorySharedPlace; readonly run: string }> {
  const place = new MemorySharedPlace(new SharedMemory());
  const open = machine().create();
  const leased = await openLease({ ...open, place, takeOver: false, operator: "ann", host: "a", now });
  const who = { operator: "ann", host: "a", toolVersion: "0", rehearsal: false, ...optional("lease", lease) };
  const runbookText = await leased.journal.keep("fake.yml", "text");
  const which = { runbook: "fake", runbookVersion: "1", runbookSha256: sha256("text"), runbookText };
  const started: EntryBody = { type: "run-started", ...which, inputs: {}, ...who };
  await leased.journal.append(started);
  await leased.journal.letGo("free");
  await leased.journal.close();
  return { place, run: open.run };
}

const request = (state: StateDirectory, accept: ResumeFromRequest["accept"]): Parameters<typeof bring>[1] => ({
  ...{ from: FROM, run: undefined, takeOver: false, state, accept },
  say: () => undefined,
});

describe("a run in a mirror", () => {
  it("is asked about once, by all of its lines, and then lies here", async () => {
    const { place, run } = await begin(FROM);
    const here = machine();
    const asked: string[] = [];
    const accept: ResumeFromRequest["accept"] = async ({ reading }) => void asked.push(reading.head);
    expect(await bring(place, request(here, accept))).toEqual({ run, epoch: 1 });
    expect(asked).toEqual([here.read(run).head]);
    await bring(place, request(here, accept));
    expect(asked).toHaveLength(1);
  });

  it("leaves nothing here if nobody accepts it", async () => {
    const { place } = await begin(FROM);
    const here = machine();
    const refused = bring(
      place,
      request(here, () => Promise.reject(new Error("not accepted"))),
    );
    await expect(refused).rejects.toThrow("not accepted");
    expect(here.list()).toEqual([]);
  });

  it("that holds nothing of it is ended by a take-over: its locks are free, and its process begins no effect", async () => {
    const memory = new SharedMemory();
    const place = new MemorySharedPlace(memory);
    const open = machine().create();
    const hers = await openLease({ ...open, place, takeOver: false, operator: "ann", host: "a", now });
    await hers.locks.acquire(["target"]);
    const asked = { ...request(machine(), () => Promise.resolve()), run: open.run };
    await expect(bring(place, asked)).rejects.toMatchObject({ code: "locked" });
    await expect(bring(place, { ...asked, takeOver: true })).rejects.toMatchObject({
      code: "run-not-found",
      remedy: expect.stringContaining("begin it anew") as string,
    });
    await expect(hers.journal.checkFence()).rejects.toMatchObject({ code: "fenced" });
    const next = await openLease({ ...machine().create(), place, takeOver: false, operator: "bob", host: "b", now });
    await expect(next.locks.acquire(["target"])).resolves.toBeUndefined();
  });

  it("goes on if its process died before the lease named a line, for it had begun no effect", async () => {
    const { place, run } = await begin(FROM);
    const name = runClaimName(run);
    const claim = JSON.parse((await place.read(name))?.content ?? "") as Claim;
    await place.write(name, JSON.stringify({ ...claim, state: "held", head: "", step: "" }), "any");
    const here = machine();
    const asked = { ...request(here, () => Promise.resolve()), takeOver: true };
    expect(await bring(place, asked)).toEqual({ run, epoch: 1 });
    expect(here.read(run).entries).toHaveLength(1);
  });

  it.each([
    ["names another run", { run: "20200101-000000-abcd" }],
    ["is of another key", { key: "run 20200101-000000-abcd" }],
    ["counts take-overs below none", { epoch: -1 }],
    ["counts more take-overs than can be counted on", { epoch: Number.MAX_SAFE_INTEGER }],
  ])("is refused, and nothing is written anywhere, if its lease %s", async (_, forged) => {
    const { place, run } = await begin(FROM);
    const name = runClaimName(run);
    const claim = JSON.parse((await place.read(name))?.content ?? "") as Claim;
    await place.write(name, JSON.stringify({ ...claim, head: "", step: "", ...forged }), "any");
    const before = await place.list("");
    const here = machine();
    const asked = { ...request(here, () => Promise.reject(new Error("asked"))), run, takeOver: true };
    await expect(bring(place, asked)).rejects.toMatchObject({ code: "locked" });
    expect(await place.list("")).toEqual(before);
    expect(here.list()).toEqual([]);
  });

  it("is refused, and nobody is asked, if its journal names no lease: two machines would carry it", async () => {
    const { place } = await begin(undefined);
    const refused = bring(
      place,
      request(machine(), () => Promise.reject(new Error("asked"))),
    );
    await expect(refused).rejects.toMatchObject({ code: "guard-refused", exitCode: 16 });
  });

  it("is refused, and nobody is asked, if its journal would write to another place", async () => {
    const { place } = await begin("s3://somebody/else");
    const here = machine();
    const refused = bring(
      place,
      request(here, () => Promise.reject(new Error("asked"))),
    );
    await expect(refused).rejects.toMatchObject({ code: "guard-refused", exitCode: 16 });
    expect(here.list()).toEqual([]);
  });
});
