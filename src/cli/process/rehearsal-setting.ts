/** The form of what a rehearsal tells its child: apart, for no other process needs it. */
import { z } from "zod";

export const setting = z.strictObject({
  clock: z.strictObject({ realMs: z.number(), epochMs: z.number(), rate: z.number().positive() }),
  /** File of the scenario's answers: question id → answer. Absent on a terminal, where a person answers. */
  answers: z.string().optional(),
  /** File in which each run that this process begins is noted: whose box it is played in is known by nothing else. */
  runs: z.string().optional(),
});

/** Question id → answer. */
export const scenarioAnswers = z.record(z.string(), z.string());
