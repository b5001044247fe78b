/** A rehearsal with nobody there to choose: the run stops, and the same program goes on when it is given a decision. */
import type { Entry } from "../../../src/engine/journal/entry.ts";
import type { Scenario } from "../../../src/rehearsal/scenarios/scenario.ts";
import { type RehearsalResult, resumeRehearsal } from "../../../src/rehearsal/supervisor/rehearse.ts";
import { Rehearsals } from "../rehearsals.ts";
import { scenarioNamed } from "../../players/scenarios.ts";

type Stop = Extract<Entry, { type: "run-stopped" }>;

export class Unchosen {
  readonly #rehearsals = new Rehearsals();
  #run = "";

  remove(): void {
    this.#rehearsals.remove();
  }

  /** Plays the scenario; consents are given and the instance is known, other choices are not made. */
  async play(name: string): Promise<RehearsalResult> {
    const result = await this.#rehearsals.play({ scenario: withoutChoices(name) });
    this.#run = result.run ?? "";
    return result;
  }

  async decide(given: string): Promise<RehearsalResult> {
    const { sitting } = this.#rehearsals;
    const args = [...sitting.args, "--decide", given];
    const result = await resumeRehearsal({ ...sitting, args, run: this.#run });
    if (result === undefined) throw new Error("the box is gone");
    return result;
  }

  get run(): string {
    return this.#run;
  }

  get entries(): readonly Entry[] {
    return this.#rehearsals.entriesOf(this.#run);
  }

  /** Why the run stopped last. */
  get stop(): Stop["error"] {
    return this.entries.findLast((entry): entry is Stop => entry.type === "run-stopped")?.error;
  }

  /** Question, answer, and by whom. */
  get answers(): readonly (readonly [string, string, string])[] {
    return this.entries.flatMap((entry) =>
      entry.type === "answered" ? [[entry.question, entry.value, entry.by] as const] : [],
    );
  }
}

function withoutChoices(name: string): Scenario {
  const scenario = scenarioNamed(name);
  const { "any confirm": confirm = "", "any typed": typed = "", instance } = scenario.answers;
  const known = instance === undefined ? {} : { instance };
  return { ...scenario, answers: { "any confirm": confirm, "any typed": typed, ...known } };
}
