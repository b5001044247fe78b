/** Every code of the catalogue, explained. A new code does not compile without a text of its own. */
import type { ErrorCode } from "../errors.js";
import { CALLS } from "./calls.js";
import type { Explanation } from "./explanation.js";
import { REFUSALS } from "./refusals.js";
import { RUNS } from "./runs.js";
import { SYSTEMS } from "./systems.js";

export const EXPLANATIONS: Readonly<Record<ErrorCode, Explanation>> = { ...CALLS, ...RUNS, ...SYSTEMS, ...REFUSALS };
