/** Every code of the catalogue, explained. A new code does not compile without its text. */
import type { ErrorCode } from "../../errors.ts";
import { CALLS } from "./calls.ts";
import type { Explanation } from "./explanation.ts";
import { REFUSALS } from "./refusals.ts";
import { RUNS } from "./runs.ts";
import { SYSTEMS } from "./systems.ts";

export const EXPLANATIONS: Readonly<Record<ErrorCode, Explanation>> = { ...CALLS, ...RUNS, ...SYSTEMS, ...REFUSALS };
