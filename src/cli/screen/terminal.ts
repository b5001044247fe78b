/** The environment's facts about the terminal. */

/** It cannot move its cursor: lines come one after the other, without colours and without anything that turns. */
export const isDumb = (env: NodeJS.ProcessEnv = process.env): boolean => env["TERM"] === "dumb";
