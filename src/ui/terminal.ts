/** What the environment says of the terminal. */

/** It cannot move its cursor: lines come one after the other, without colours and without anything that turns. */
export const isDumb = (env: NodeJS.ProcessEnv = process.env): boolean => env["TERM"] === "dumb";

/** A key is read, and told of, where the screen is drawn: not where the terminal is wanted plain (https://no-color.org). */
export const readsKeys = (env: NodeJS.ProcessEnv = process.env): boolean =>
  process.stdin.isTTY && !isDumb(env) && (env["NO_COLOR"] ?? "") === "";
