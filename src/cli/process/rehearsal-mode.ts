/**
 * A rehearsal's settings for the ordinary program that it starts as its child, in one variable: the box's time and the
 * scenario's answers. Without the variable there are none.
 */
import { appendFileSync, readFileSync } from "node:fs";
import type { ClockSetting } from "../../kit/clock/system-clock.ts";
import { refuse } from "../../errors.ts";
import { REHEARSAL_VARIABLE } from "../../rehearsal/variable.ts";
import { scenarioAnswers, setting } from "./rehearsal-setting.ts";

export interface RehearsalMode {
  readonly clock: ClockSetting;
  readonly answers: Readonly<Record<string, string>> | undefined;
  /** Told of a run before its first entry. */
  readonly began: (run: string) => void;
}

export function readRehearsalMode(env: NodeJS.ProcessEnv): RehearsalMode | undefined {
  const text = env[REHEARSAL_VARIABLE];
  if (text === undefined) return undefined;
  const parsed = setting.safeParse(parse(text));
  if (!parsed.success) {
    throw refuse("usage", `${REHEARSAL_VARIABLE} is set, but not by a rehearsal`).advise(
      "Unset it; dingo-recover rehearse sets it for its own child.",
    );
  }
  const { clock, answers, runs } = parsed.data;
  return {
    clock,
    answers: answers === undefined ? undefined : scenarioAnswers.parse(parse(readFileSync(answers, "utf8"))),
    began: (run) => {
      if (runs !== undefined) appendFileSync(runs, `${run}\n`, { mode: 0o600 });
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
