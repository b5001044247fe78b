/** Most scenarios tell one story (opening.ts) with a few differences: a row of a table names these alone. */
import type { Faults, World } from "../world/world.ts";
import { nothingCreatedComplaints, recoveredComplaints } from "./endings.ts";
import {
  AGREES,
  BEFORE_THE_LAST_SEGMENT,
  EVERYTHING,
  INPUTS,
  openStory,
  type Setting,
  TICKET,
  without,
} from "./opening.ts";
import type { Closing, Opening, Scenario } from "./scenario.ts";
import { refusalComplaints, type Told, unsaid } from "./told.ts";

/** How the world differs from that of the last era; `alters` is the last change. */
interface Story extends Partial<Setting> {
  /** Objects that somebody's clean-up took out of the archive. */
  readonly lacks?: RegExp;
  readonly world?: Partial<World>;
  readonly faults?: Partial<Faults>;
  readonly alters?: (opening: Opening, now: number) => Opening;
}

type Named = Pick<Scenario, "name" | "title" | "teaches">;

/** A field of `Scenario` stands for itself, but for `inputs` and `answers`, which are added to those of the story. */
export interface Row extends Named, Partial<Omit<Scenario, keyof Named>> {
  /** Its number in the table of incidents (dingo.md §8), from 1. */
  readonly incident?: number;
  /** The ticket's further lines. */
  readonly adds?: readonly string[];
  readonly story?: Story;
  /** Questions that this operator leaves without an answer. */
  readonly unanswered?: readonly string[];
  /** How many rows are back; by default those that the era archives. */
  readonly rows?: number;
  /** Complaints beside those of a recovery (exit code 0) or of an end that created nothing. */
  readonly also?: (closing: Closing) => readonly string[];
  /** The code of the refusal, and texts in its sentence or its remedy. */
  readonly refused?: readonly [code: string, ...texts: readonly string[]];
  /** For outputs of steps: a name, the step and its field, and texts in it. */
  readonly says?: readonly (readonly [name: string, step: string, field: string, ...texts: readonly string[]])[];
}

/** Cloud Foundry keeps no events in the first era: the broker's log is all there is. */
export const FIRST_ERA = { era: "a", withoutEvents: true } as const;

export const faulty =
  (faults: Partial<Faults>) =>
  (world: World): World => ({ ...world, faults: { ...world.faults, ...faults } });

export function scenarioOf(row: Row): Scenario {
  const { incident: _incident, adds = [], story = {}, unanswered = [], rows, also, refused, says, ...own } = row;
  const back = rows ?? (story.era === "a" ? BEFORE_THE_LAST_SEGMENT : EVERYTHING);
  const recovers = (own.exitCode ?? 0) === 0;
  const agreed = Object.entries(AGREES).filter(([question]) => !unanswered.includes(question));
  const isSilent = refused === undefined && says === undefined && own.unsaid === undefined;
  return {
    ticket: [...TICKET, ...adds],
    open: (options) => opened(story, options),
    exitCode: 0,
    complaints: (closing) => [
      ...(recovers ? recoveredComplaints(closing, back) : nothingCreatedComplaints(closing)),
      ...(also?.(closing) ?? []),
    ],
    ...own,
    ...(isSilent ? {} : { unsaid: (told: Told) => wordsUnsaid(row, told) }),
    inputs: { ...INPUTS, ...own.inputs },
    answers: { ...Object.fromEntries(agreed), ...own.answers },
  };
}

function opened(story: Story, options: { readonly seed: number; readonly now: number }): Opening {
  const { lacks, world, faults = {}, alters, ...setting } = story;
  const told = openStory({ era: "f", ...options, ...setting });
  const left = lacks === undefined ? told : without(told, lacks);
  const opening = { ...left, world: faulty(faults)({ ...left.world, ...world }) };
  return alters?.(opening, options.now) ?? opening;
}

function wordsUnsaid({ refused, says = [], unsaid: further }: Row, told: Told): string[] {
  return [
    ...(refused === undefined ? [] : refusalComplaints(told, refused[0], refused.slice(1))),
    ...says.flatMap(([name, step, field, ...texts]) => unsaid(name, textOf(told.output(step)[field]), texts)),
    ...(further?.(told) ?? []),
  ];
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join("\n") : String(value));
