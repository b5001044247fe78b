/** The weather over one box: every call of every system goes through it. */
import { type BoxClock, shown, waitUntil } from "../box/clock.js";
import { type Blow, type Front, type Stroke, strike, type System } from "./blow.js";

/** As long as something in between waits for an answer before it gives up, and as long as a slow answer takes; of the box. */
const GIVES_UP_MS = 60_000;
const SLOW_MS = 10_000;

export interface WeatherOptions {
  readonly clock: BoxClock;
  readonly fronts: readonly Front[];
  /** Hears of everything that the weather has met. */
  readonly met?: (fronts: readonly Front[]) => void;
  /** Hears of every call, struck or not. */
  readonly called?: (system: System, operation: string) => void;
}

export class Weather {
  /** Where nothing strikes. */
  static readonly FINE = new Weather({ clock: { realMs: 0, epochMs: 0, rate: 1 }, fronts: [] });

  readonly #options: WeatherOptions;
  #fronts: readonly Front[];

  constructor(options: WeatherOptions) {
    this.#options = options;
    this.#fronts = options.fronts;
  }

  get fronts(): readonly Front[] {
    return this.#fronts;
  }

  /** What strikes from now on, in place of what did. */
  turn(fronts: readonly Front[]): void {
    this.#fronts = fronts;
    this.#options.met?.(fronts);
  }

  strike(system: System, operation: string): Stroke | undefined {
    const { clock, called, met } = this.#options;
    called?.(system, operation);
    if (this.#fronts.length === 0) return undefined;
    const { stroke, fronts } = strike(this.#fronts, { system, operation, now: shown(clock) });
    this.#fronts = fronts;
    met?.(fronts);
    return stroke;
  }

  giveUp = (): Promise<void> => this.#wait(GIVES_UP_MS);
  slowly = (): Promise<void> => this.#wait(SLOW_MS);

  #wait(ms: number): Promise<void> {
    const { clock } = this.#options;
    return waitUntil(clock, shown(clock) + ms);
  }
}

export const frontsOf = (blows: readonly Blow[]): readonly Front[] => blows.map((blow) => ({ blow, met: 0 }));
