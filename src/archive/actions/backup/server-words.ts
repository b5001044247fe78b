/** Whose fault it is that a server ended on a restored copy: the backup's, or the machine's that it was tried on. */
import type { LogPattern } from "../../../kit/log-patterns/log-pattern.ts";
import { LOUD, MACHINE } from "../../../kit/log-patterns/server-end.ts";

/** All else that ends a recovery is about the data. */
const OF_THE_MACHINE: readonly LogPattern[] = Object.values(MACHINE);

/** The last loud line, or the last of all. */
export const lastWords = (said: readonly string[]): string =>
  said.findLast((line) => LOUD.inAnything.says.test(line)) ?? said.at(-1) ?? "it said nothing";

export const isOfTheMachine = (said: readonly string[]): boolean =>
  said.slice(-20).some((line) => OF_THE_MACHINE.some(({ says }) => says.test(line)));
