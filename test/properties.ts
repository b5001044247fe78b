/**
 * fast-check with one seed: the same inputs each time, so that a test that passed fails only when the code has changed.
 * `PROPERTY_SEED` tries others; an input that fails becomes a fixed example. `npm test` tries few inputs,
 * properties.deep.test.ts many.
 */
import fc from "fast-check";

/** How many times as many inputs as `npm test` tries. */
const TIMES = Number(process.env["PROPERTY_TIMES"] ?? 1);

export const inputs = (few: number): number => few * TIMES;

fc.configureGlobal({ seed: Number(process.env["PROPERTY_SEED"] ?? 1), numRuns: inputs(25) });

export { fc };
