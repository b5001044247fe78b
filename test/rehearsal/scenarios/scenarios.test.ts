import { describe, expect, it } from "vitest";
import { SCENARIOS } from "../../../src/rehearsal/scenarios/registry.ts";
import type { Opening, Scenario } from "../../../src/rehearsal/scenarios/scenario.ts";
import { archivePrefix, below } from "../../../src/rehearsal/world/store.ts";
import { allContainers } from "../../../src/rehearsal/world/world.ts";
import { START } from "../world/scene.ts";

/** Each is opened once for all tests that only look; nobody changes a world, but makes another one of it. */
const opened = new Map<string, Opening>();
const open = (scenario: Scenario, seed = 1): Opening => {
  const known = opened.get(`${scenario.name}/${seed}`);
  if (known !== undefined) return known;
  const opening = scenario.open({ seed, now: START });
  opened.set(`${scenario.name}/${seed}`, opening);
  return opening;
};
const named = (name: string): Scenario => {
  const found = SCENARIOS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
};
const archive = (scenario: Scenario): string[] => {
  const { world, old } = open(scenario);
  return below(world, archivePrefix(old)).map(([key]) => key.slice(archivePrefix(old).length));
};

/** The deletion never happened, or did not reach the cells. */
const LIVING: ReadonlySet<string> = new Set([
  "scaled-in",
  "old-instance-stopped",
  "old-instance-goes-on",
  "old-directory-left",
  "drill",
  "recover-to-time",
  "test-backup",
  "bad-backup",
]);

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))("the scenario %s", (_name, scenario) => {
  it("begins now, with nothing unknown called and the archive of the instance left, if it had one", () => {
    const { world, old } = open(scenario);
    // An archive that a real server has written is as old as it is.
    expect(world.now).toBe(scenario.onLaptop === true ? scenario.beginsAt?.(START) : START);
    if (scenario.name !== "no-archive") expect(below(world, archivePrefix(old)).length).toBeGreaterThan(10);
    expect(world.strays).toEqual([]);
  });

  it("begins with the instance deleted, in Cloud Foundry and on every cell, unless it is about one that lives", () => {
    const { world, old, cloudController } = open(scenario);
    if (LIVING.has(scenario.name)) return;
    expect(allContainers(world).map(({ container }) => container.env.PATRONI_SCOPE)).not.toContain(old);
    expect(cloudController.instances.map(({ guid }) => guid)).not.toContain(old);
  });

  it("is the same for the same seed", () => {
    expect(scenario.open({ seed: 1, now: START })).toEqual(open(scenario));
  });

  it("has another healthy database beside it, which must not be touched", () => {
    const { world } = open(scenario);
    const roles = allContainers(world).map(({ container }) => container.process.role);
    expect(roles).toContain("master");
  });

  it("is told in a name, a title, a lesson and a ticket", () => {
    expect(scenario.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    for (const text of [scenario.title, scenario.teaches, ...scenario.ticket]) expect(text.length).toBeGreaterThan(20);
  });

  it("sets a world, faults and answers, and nothing that replies to a call", () => {
    expect(Object.keys(scenario).sort()).toEqual(
      ["answers", "complaints", "exitCode", "inputs", "name", "open", "teaches", "ticket", "title"]
        .concat(scenario.runbook === undefined ? [] : ["runbook"])
        .concat(scenario.unsaid === undefined ? [] : ["unsaid"])
        .concat(scenario.beginsAt === undefined ? [] : ["beginsAt"])
        .concat(scenario.onLaptop === undefined ? [] : ["onLaptop"])
        .concat(scenario.real === undefined ? [] : ["real"])
        .concat(scenario.undone === undefined ? [] : ["undone"])
        .concat(scenario.unattended === undefined ? [] : ["unattended"])
        .concat(scenario.alwaysGiven === undefined ? [] : ["alwaysGiven"])
        .concat(scenario.interruption === undefined ? [] : ["interruption"])
        .sort(),
    );
  });
});

describe("the scenarios together", () => {
  it("have names of their own, the main job first", () => {
    const names = SCENARIOS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names[0]).toBe("happy-last-era");
  });

  it("let one stop in eleven run into its grace period, by the seed", () => {
    const slow = Array.from({ length: 22 }, (_, seed) => open(named("happy-last-era"), seed).world.faults.slowStops);
    expect(slow.reduce((sum, each) => sum + each, 0)).toBe(2);
  });

  it("keep no events of the first era, if only the logs tell of the deletion", () => {
    const { cloudController, world, old } = open(named("happy-first-era"));
    expect([...cloudController.usageEvents, ...cloudController.auditEvents]).toEqual([]);
    const lines = world.syslog.map(({ text }) => text).filter((text) => text.includes(old));
    expect(lines.some((line) => line.includes('"new-node-count":0'))).toBe(true);
    expect(lines.some((line) => line.includes("cluster.remove-node.perform"))).toBe(true);
  });

  it("tell the deletion of the last era in events and in the broker's log", () => {
    const { cloudController, world, old } = open(named("happy-last-era"));
    expect(
      cloudController.usageEvents.filter(({ state }) => state === "DELETED").map(({ instance }) => instance.guid),
    ).toEqual([old]);
    const lines = world.syslog.filter(({ text }) => text.includes("deprovision.done"));
    expect(lines).toHaveLength(1);
  });

  it("lack exactly what they say", () => {
    const whole = archive(named("happy-last-era"));
    const lacks = (name: string) => {
      const there = archive(named(name));
      return whole.filter((key) => !there.includes(key));
    };
    expect(lacks("missing-sysid")).toEqual(["sysids/sysid"]);
    expect(lacks("wal-gap")).toEqual(["wal_005/000000010000000000000008.lzo"]);
  });

  it("forbid the operator's key to write below the source archive", () => {
    const { world, old } = open(named("happy-last-era"));
    const operator = world.store.keys.find(({ holder }) => holder === "operator");
    expect(operator?.denyWrites).toEqual([`${world.network.bucket}/backups/${old}/`]);
  });
});
