/**
 * fast-check with one seed: the same inputs each time, so that a test that passed fails only when the code has changed.
 * `PROPERTY_SEED` tries others; what one of them finds becomes an example of its own.
 */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env["PROPERTY_SEED"] ?? 1) });

/** How many inputs a property is tried with: so few in `npm test`, as many times more as the tier says in the deep one. */
export const runs = (few: number): number => few * Number(process.env["PROPERTY_TIMES"] ?? 1);

export { fc };
