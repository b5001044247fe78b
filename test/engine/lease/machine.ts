/** Machines of several operators over one shared place, for the tests of the lease. */
import type { EntryBody } from "../../../src/engine/journal/entry.ts";
import { StateDirectory, type OpenRun } from "../../../src/engine/journal/state-directory.ts";
import { runClaimName } from "../../../src/engine/lease/claim.ts";
import { readSeen } from "../../../src/engine/lease/keeper.ts";
import { fetchMirrored } from "../../../src/engine/lease/mirror.ts";
import { type Leased, openLease } from "../../../src/engine/lease/open.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { MemorySharedPlace, type SharedMemory } from "../../fakes/memory-shared-place.ts";
import { scratchDirectories } from "../journal/scratch.ts";

const scratch = scratchDirectories();
export const NOW = new Date("2026-11-21T03:00:00Z");

/** One operator at one machine. */
export class Machine {
  readonly state: StateDirectory;
  readonly place: MemorySharedPlace;
  readonly #operator: string;

  constructor(memory: SharedMemory, operator: string, path = scratch()) {
    this.state = new StateDirectory({ path, secrets: new Secrets(), now: () => NOW });
    this.place = new MemorySharedPlace(memory);
    this.#operator = operator;
  }

  lease(
    open: OpenRun,
    takeOver = false,
    times: { readonly now?: () => Date; readonly beatMs?: number; readonly wallMs?: () => number } = {},
  ): Promise<Leased> {
    const { journal, locks, directory } = open;
    const who = { operator: this.#operator, host: `laptop-of-${this.#operator}`, now: () => NOW };
    return openLease({ place: this.place, journal, locks, directory, takeOver, ...who, ...times });
  }

  async arrive(run: string): Promise<Leased> {
    this.state.bring({ run, ...(await this.fetch(run)) });
    const above = (await readSeen(this.place, runClaimName(run)))?.claim.epoch ?? 0;
    return this.lease(this.state.open(run, { takeOver: true, above }), true);
  }

  async fetch(run: string): ReturnType<typeof fetchMirrored> {
    return fetchMirrored(this.place, run, (await readSeen(this.place, runClaimName(run)))?.claim.head);
  }
}

export const started = (step: string): EntryBody => ({
  type: "step-started",
  step,
  attempt: 1,
  action: "fake.copy",
  effect: "disrupt",
  input: {},
  commandsSha256: "",
});
