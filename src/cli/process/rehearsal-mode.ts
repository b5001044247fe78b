/**
 * A rehearsal's settings for the ordinary program that it starts as its child, in one variable: the box's time and the
 * scenario's answers. Without the variable there are none.
 */
import { appendFileSync, readFileSync } from "node:fs";
import type { ClockSetting } from "../../kit/clock/system-clock.ts";
import { refuse } from "../../errors.ts";
import { jsonOf } from "../../kit/json.ts";
import { REHEARSAL_VARIABLE } from "../../rehearsal/variable.ts";

export interface RehearsalMode {
  readonly clock: ClockSetting;
  readonly answers: Readonly<Record<string, string>> | undefined;
  /** Told of a run before its first entry. */
  readonly began: (run: string) => void;
}

interface Setting {
  readonly clock: ClockSetting;
  /** File of the scenario's answers: question id → answer. Absent on a terminal, where a person answers. */
  readonly answers?: string;
  /** File in which each run that this process begins is noted: whose box it is played in is known by nothing else. */
  readonly runs?: string;
}

export function readRehearsalMode(env: NodeJS.ProcessEnv): RehearsalMode | undefined {
  const text = env[REHEARSAL_VARIABLE];
  if (text === undefined) return undefined;
  const found = jsonOf(text);
  if (!isSetting(found)) {
    throw refuse("usage", `${REHEARSAL_VARIABLE} is set, but not by a rehearsal`).advise(
      "Unset it; dingo-recover rehearse sets it for its own child.",
    );
  }
  const { clock, answers, runs } = found;
  return {
    clock,
    answers: answers === undefined ? undefined : (jsonOf(readFileSync(answers, "utf8")) as Record<string, string>),
    began: (run) => {
      if (runs !== undefined) appendFileSync(runs, `${run}\n`, { mode: 0o600 });
    },
  };
}

/** Without a library: every command asks, and few are rehearsed. */
function isSetting(found: unknown): found is Setting {
  const { clock, answers, runs, ...others } = Object(found) as Partial<Record<string, unknown>>;
  const { realMs, epochMs, rate } = Object(clock) as Partial<Record<string, unknown>>;
  return (
    [realMs, epochMs, rate].every((each) => typeof each === "number") &&
    [answers, runs].every((each) => each === undefined || typeof each === "string") &&
    Object.keys(others).length === 0
  );
}
