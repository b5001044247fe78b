/**
 * Every crash point of the shipped runbook; `crash-others.deep.test.ts` has those of other runs and of the steps after
 * one. The names of the tests tell the points that are tried without CRASH_STRIDE.
 */
import { it } from "vitest";
import { recoversEverywhere } from "./everywhere.ts";

/** In one process: a matrix lays hundreds of worlds beside one that it has recorded. */
const HOUR = 3_600_000;

it(
  "a recovery that is killed at any journal append or effect, by a signal, a full disk, a lost block or a wrong clock, is recovered",
  async () => {
    await recoversEverywhere("happy-last-era", { every: 1, accidents: true, least: 400 });
  },
  HOUR,
);
