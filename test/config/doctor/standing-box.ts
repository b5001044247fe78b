/** A foundation in a box that stands for a test, and the built program in it, as a rehearsal starts it but without a run. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Box, startBox } from "../../../src/rehearsal/box/box.ts";
import type { BoxState } from "../../../src/rehearsal/box/box-state.ts";
import type { BoxClock } from "../../../src/rehearsal/box/clock.ts";
import type { Scenario } from "../../../src/rehearsal/scenarios/scenario.ts";
import { type ChildPlace, layOut } from "../../../src/rehearsal/supervisor/child-files.ts";
import { firstState } from "../../../src/rehearsal/supervisor/first-state.ts";
import { REHEARSAL_VARIABLE } from "../../../src/rehearsal/variable.ts";
import { type Ended, Place } from "../../cli/program.ts";

type Written = Record<string, Record<string, unknown>>;

export class StandingBox {
  readonly box: Box;
  readonly place: ChildPlace;
  readonly #clock: BoxClock;
  readonly #program = new Place();
  readonly #directory: string;

  private constructor(parts: {
    readonly box: Box;
    readonly place: ChildPlace;
    readonly clock: BoxClock;
    readonly directory: string;
  }) {
    this.box = parts.box;
    this.place = parts.place;
    this.#clock = parts.clock;
    this.#directory = parts.directory;
  }

  /** Its time is this machine's: nothing runs ahead while a test looks. */
  static async open(
    scenario: Scenario,
    changed: (state: BoxState) => BoxState = (state) => state,
  ): Promise<StandingBox> {
    const directory = mkdtempSync(join(tmpdir(), "standing-box-"));
    const now = Date.now();
    const clock = { realMs: now, epochMs: now, rate: 1 };
    const state = changed(firstState(scenario, scenario.open({ seed: 1, now })));
    const box = await startBox({ directory, state, clock });
    const place = await layOut({ directory, box, clock, scenario, caller: {} });
    return new StandingBox({ box, place, clock, directory });
  }

  get state(): string {
    return this.#program.state;
  }

  /** A file beside the program, for its output. */
  file(name: string): string {
    return join(this.#program.directory, name);
  }

  /** `ahead`: so many milliseconds the program's clock is ahead of the foundation's. */
  run(words: readonly string[], { env = {}, config = this.place.config, ahead = 0 }: Running = {}): Promise<Ended> {
    const clock = { ...this.#clock, epochMs: this.#clock.epochMs + ahead };
    return this.#program.run([...words, "--config", config, "--state-dir", this.state], {
      ...this.place.env,
      ...env,
      [REHEARSAL_VARIABLE]: JSON.stringify({ clock, answers: this.place.answers }),
    });
  }

  /** The box's configuration, changed, in a new file. */
  configured(change: (config: Written) => unknown): string {
    const config = JSON.parse(readFileSync(this.place.config, "utf8")) as Written;
    const changed = change(config) ?? config;
    mkdirSync(this.#program.directory, { recursive: true });
    const file = this.file("changed.yml");
    writeFileSync(file, JSON.stringify(changed));
    return file;
  }

  async close(): Promise<void> {
    await this.place.close();
    await this.box.close();
    this.#program.remove();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

interface Running {
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: string;
  readonly ahead?: number;
}
