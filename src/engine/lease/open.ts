/** Takes the lease of a run for this process, and gives the journal and the locks that go by it. */
import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { inStateDirectory, publishDurably } from "../journal/durable.ts";
import { type Entry, unitName } from "../journal/entry.ts";
import type { LinedJournal } from "../journal/journal.ts";
import type { Locks } from "../journal/key-locks.ts";
import { readOwn } from "../journal/own-file.ts";
import { sha256 } from "../journal/line.ts";
import { optional } from "../../kit/optional.ts";
import type { SharedPlace } from "../../ports/shared-place.ts";
import { ClaimKeeper, tryConditions, weaknessOf } from "./keeper.ts";
import { LeasedJournal } from "./leased-journal.ts";
import { LeasedLocks } from "./leased-locks.ts";
import { Mirror } from "./mirror.ts";
import { lookForFree, RunLease } from "./run-lease.ts";

interface LeaseRequest {
  readonly place: SharedPlace;
  readonly journal: LinedJournal;
  readonly locks: Locks;
  /** STATE_DIR/runs/RUN */
  readonly directory: string;
  readonly takeOver: boolean;
  readonly operator: string;
  readonly host: string;
  readonly now: () => Date;
  /** How often the lease says that this process lives; by default each ten seconds. */
  readonly beatMs?: number;
  /** By default the time of the machine. */
  readonly wallMs?: () => number;
}

const BEAT_MS = 10_000;

export interface Leased {
  readonly journal: LeasedJournal;
  readonly locks: LeasedLocks;
  /** For people: what the store cannot do. */
  readonly weakness?: string;
}

/** Errors: `locked` with who holds it, `fenced` if the run went on elsewhere; those of the place. */
export async function openLease(request: LeaseRequest): Promise<Leased> {
  const { place, journal, locks, directory, takeOver, operator, host, now } = request;
  const { run, epoch } = journal;
  const identity = { place: placeOf(directory, host), token: randomBytes(8).toString("hex") };
  const knownEpoch = journal.entries.at(-1)?.epoch ?? 0;
  const hasAll = (head: string): Promise<boolean> => Mirror.isWholeIn(journal, place, head);
  await lookForFree(place, run, { place: identity.place, knownEpoch, takeOver, hasAll });
  const conditions = await tryConditions(place);
  const keeper = new ClaimKeeper({ place, conditions, now, claimant: { run, epoch, operator, host, ...identity } });
  const lease = await RunLease.acquire({ keeper, knownEpoch, takeOver, hasAll, step: stepOf(journal.entries) });
  const mirror = await Mirror.open({ place, conditions, journal }).catch(async (thrown: unknown) => {
    await lease.tell({ step: lease.step, head: lease.head }, "free").catch(() => undefined);
    throw thrown;
  });
  const leasedLocks = new LeasedLocks(locks, keeper);
  const leasedJournal = new LeasedJournal(journal, {
    lease,
    mirror,
    locks: leasedLocks,
    wallMs: request.wallMs ?? Date.now,
  });
  leasedJournal.beatEvery(request.beatMs ?? BEAT_MS);
  return {
    journal: leasedJournal,
    locks: leasedLocks,
    ...optional("weakness", weaknessOf(conditions, place.location)),
  };
}

/** Where a run is leased, as its journal says; undefined if it is not. */
export function leaseOf(entries: readonly Entry[]): string | undefined {
  const last = entries.findLast((entry) => entry.type === "run-started" || entry.type === "run-resumed");
  return last !== undefined && "lease" in last ? last.lease : undefined;
}

function stepOf(entries: readonly Entry[]): string {
  const last = entries.findLast((entry) => entry.type === "step-started");
  return last?.type === "step-started" ? unitName(last) : "";
}

/**
 * The mark of this state directory among all that ever carried the run. It is drawn once, and never copied into the
 * mirror. It is bound to host and inode, so that a copy of the directory has another mark.
 */
function placeOf(directory: string, host: string): string {
  const path = join(directory, "place");
  return inStateDirectory(path, () => {
    if (!existsSync(path)) publishDurably(path, `${path}.new`, randomBytes(16).toString("hex"));
    const drawn = readOwn(path, { mayHaveTwoNames: true }).toString("utf8");
    return sha256(JSON.stringify([drawn, host, String(statSync(directory, { bigint: true }).ino)]));
  });
}
