/**
 * The parts of a run that this process holds: its journal and locks. If a lease is configured, it stands behind them
 * once the shared place is reached.
 */
import { quote } from "../../kit/commands/shell-quote.ts";
import { type LeaseConfig, leaseText } from "../../config/settings/config.ts";
import { asRecoverError } from "../../errors.ts";
import type { RunOutcome } from "../../engine/state/event.ts";
import type { Carrier } from "../../engine/state/options.ts";
import { counted } from "../../kit/text/counted.ts";
import type { LinedJournal, Journal } from "../../engine/journal/journal.ts";
import type { Locks } from "../../engine/journal/key-locks.ts";
import { JournaledResources } from "../../engine/journal/resources.ts";
import type { LeasedJournal } from "../../engine/lease/leased-journal.ts";
import { openLease } from "../../engine/lease/open.ts";
import type { ResourceRecorder } from "../../ports/resources.ts";
import type { Wired } from "../../wiring/wiring.ts";

export interface LeaseTerms {
  readonly at: LeaseConfig;
  /** STATE_DIR/runs/RUN */
  readonly directory: string;
  readonly journal: LinedJournal;
  readonly takeOver: boolean;
  readonly now: () => Date;
}

export class HeldRun {
  #journal: Journal;
  #locks: Locks;
  #resources: JournaledResources;
  #leased: LeasedJournal | undefined;
  #at = "";
  #isLetGo = false;

  constructor(journal: Journal, locks: Locks) {
    this.#journal = journal;
    this.#locks = locks;
    this.#resources = new JournaledResources(journal);
  }

  get journal(): Journal {
    return this.#journal;
  }

  get locks(): Locks {
    return this.#locks;
  }

  /** Notes in the journal of that moment. */
  get recorder(): ResourceRecorder {
    return {
      opened: (kind, data) => this.#resources.opened(kind, data),
      closed: (kind, data) => this.#resources.closed(kind, data),
      leftOpen: () => this.#resources.leftOpen(),
    };
  }

  /** Errors: `locked`, `fenced`; those of the store. Returns a message for a person, if there is one. */
  async take(wired: Wired, { at, ...terms }: LeaseTerms, carrier: Carrier): Promise<string | undefined> {
    const { operator, host } = carrier;
    const place = wired.shared(at);
    const { journal, locks, weakness } = await openLease({ ...terms, place, operator, host, locks: this.#locks });
    this.#leased = journal;
    this.#at = leaseText(at);
    this.#journal = journal;
    this.#locks = locks;
    this.#resources = new JournaledResources(journal);
    return weakness;
  }

  /** Another process has taken the run over: this one changes nothing any more. */
  get isLost(): boolean {
    return this.#leased?.isFenced === true;
  }

  /**
   * Mirrors the last lines and lets the run go. Returns a message for a person, if there is one; throws nothing. Can be
   * called again. `outcome` is absent if the engine did not come to work.
   */
  async letGo(outcome?: RunOutcome): Promise<string | undefined> {
    const leased = this.#leased;
    if (leased === undefined || leased.isFenced || this.#isLetGo) return undefined;
    this.#isLetGo = true;
    const ended = outcome === "succeeded" || outcome === "undone";
    try {
      await leased.letGo(ended ? "ended" : "free");
      return ended || outcome === undefined
        ? undefined
        : `elsewhere it goes on with: dingo-recover resume ${leased.run} --from ${quote([this.#at])}`;
    } catch (thrown) {
      const what = `the lease at ${this.#at} is still held, and the mirror lacks ${counted(leased.behind, "line")} of the journal`;
      return `${what}: ${asRecoverError(thrown).message}`;
    }
  }
}
