/**
 * Crash points of other recoveries, of a batch, and of the steps after a recovery. The names tell the points that are
 * tried without CRASH_STRIDE.
 */
import { describe, it } from "vitest";
import { recoversEverywhere } from "./everywhere.ts";

const accidents = true;

describe("a recovery that is killed", () => {
  it("on a foundation of the first era is recovered as well, at every twentieth point", async () => {
    await recoversEverywhere("happy-first-era", { every: 20, accidents, least: 20 });
  });

  it("is recovered in a drill as well, at every tenth point", async () => {
    await recoversEverywhere("drill", { every: 10, accidents, least: 50 });
  });
});

describe("a recovery to a time that is killed", () => {
  it("at every sixth journal append or effect comes to the same tables, one copy and no server on this machine", async () => {
    await recoversEverywhere("recover-to-time", { every: 6, accidents, least: 40 });
  });

  it("is taken back, at every fifth point, and its copy is deleted once", async () => {
    await recoversEverywhere("recover-to-time", { every: 5, accidents, act: "undo", least: 10 });
    await recoversEverywhere("recover-to-time", { every: 1, accidents, act: "cleanup", least: 20 });
  });
});

describe("a batch that is killed", () => {
  it("wherever its own run is, between its databases, or within one of them, brings each back once", async () => {
    await recoversEverywhere("space-deleted-two", { every: 1, everyWithin: 40, accidents, act: "batch", least: 80 });
  });
});

describe("what follows a recovery, killed as well", () => {
  it("an undo that is killed at any journal append or effect comes to the same foundation", async () => {
    await recoversEverywhere("happy-last-era", { every: 2, accidents, act: "undo", least: 50 });
  });

  it("a cleanup that is killed deletes what was shown, once, and nothing else", async () => {
    await recoversEverywhere("happy-last-era", { every: 1, accidents, act: "cleanup", least: 80 });
  });
});

describe("a leased recovery whose machine is gone for good", () => {
  it("is finished elsewhere from its mirror, at every fifth place, with nothing done twice", async () => {
    await recoversEverywhere("happy-last-era", { every: 5, accidents: false, act: "leased", least: 20 });
  });
});
