/**
 * The table of log patterns against every captured life of a container: fixtures/logs/lives.json tells the events of
 * each. A healthy life raises no alarm, and a broken one the right alarm.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readRestoreLog } from "../../../src/foundation/actions/recovery/restore-lines.ts";
import { type Decision, readStartUp } from "../../../src/foundation/actions/docker/judge-start.ts";
import { unknownLines } from "../../../src/kit/log-patterns/known-lines.ts";
import { newest } from "../../../src/kit/log-patterns/log-pattern.ts";
import { RECOVERY } from "../../../src/kit/log-patterns/recovery.ts";
import { ownTexts } from "../../../src/kit/log-patterns/said-line.ts";
import { TABLE } from "../../../src/kit/log-patterns/table.ts";
import { capturedPhases, type Life, livesIn, readPacked, serverLines } from "./captured.ts";

interface TrueLife {
  readonly container: string;
  readonly life: number;
  readonly is: "first" | "joins" | "restores" | "again" | "broken";
  readonly alarms?: readonly string[];
}

interface TrueScene {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly systemId: string;
}

const truth = JSON.parse(
  readFileSync(new URL("../../../fixtures/logs/lives.json", import.meta.url), "utf8"),
) as Readonly<Record<string, readonly TrueLife[]>>;
const lives = Object.keys(truth).flatMap(livesIn);
const nameOf = ({ folder, container, number }: Life): string => `${folder} ${container} ${number}`;

function truthOf({ folder, container, number }: Life): TrueLife {
  const found = truth[folder]?.find((each) => each.container === container && each.life === number);
  if (found === undefined) throw new Error(`lives.json does not tell ${container} ${number}`);
  return found;
}

const are = (...kinds: readonly TrueLife["is"][]): readonly (readonly [string, Life])[] =>
  lives.filter((life) => kinds.includes(truthOf(life).is)).map((life) => [nameOf(life), life] as const);

function alarms({ lines }: Pick<Life, "lines">): readonly string[] {
  const texts = ownTexts(lines);
  return [...TABLE].flatMap(([name, { means, says }]) =>
    means === "went-wrong" && texts.some((text) => says.test(text)) ? [name] : [],
  );
}

describe("the captured lives of containers", () => {
  it("are those that lives.json tells of, each with hundreds of lines", () => {
    const told = Object.entries(truth).flatMap(([folder, all]) =>
      all.map(({ container, life }) => `${folder} ${container} ${life}`),
    );
    expect(lives.map(nameOf).sort()).toEqual(told.sort());
    expect(lives.length).toBeGreaterThan(50);
    for (const { lines } of lives) expect(lines.length).toBeGreaterThan(100);
  });

  it.each(are("first", "joins", "restores", "again"))("hears no alarm in a healthy life: %s", (_name, life) => {
    expect(alarms(life)).toEqual([]);
  });

  it.each(are("broken"))("hears the right alarms in a broken life: %s", (_name, life) => {
    expect(alarms(life)).toEqual(truthOf(life).alarms);
    expect(readRestoreLog(life.lines).failure).toBeDefined();
  });

  it.each(are("restores"))("finds nothing that went wrong in a restore: %s", (_name, life) => {
    expect(readRestoreLog(life.lines).failure).toBeUndefined();
  });

  it.each(lives.map((life) => [nameOf(life), life] as const))("knows every line: %s", (_name, life) => {
    expect(unknownLines(life.lines)).toEqual([]);
  });
});

const DECISIONS: Readonly<Record<TrueLife["is"], Decision>> = {
  first: "new-cluster",
  joins: "restores",
  restores: "restores",
  again: "local-database",
  broken: "failed",
};

describe("what a captured life decides at its start", () => {
  it.each(lives.map((life) => [nameOf(life), life] as const))("is what it then did: %s", (_name, life) => {
    expect(readStartUp(life.lines).decision).toBe(DECISIONS[truthOf(life).is]);
  });
});

/** By the end of a phase's name; fixtures/container-logs/README.md tells the events of each. */
const BROKEN: Readonly<Record<string, readonly string[]>> = {
  "restart-loop": ["patroni.systemIdMismatch"],
  "restart-failed": ["patroni.restartLoop"],
};

describe("the captured phases of three images", () => {
  const phases = capturedPhases().map((phase) => [phase.name, phase] as const);

  it("are many, of healthy lives and of broken ones", () => {
    expect(phases.length).toBeGreaterThan(35);
    expect(phases.filter(([name]) => expected(name).length > 0).length).toBeGreaterThanOrEqual(6);
  });

  it.each(phases)("hear the alarms of a broken life, and none in a healthy one: %s", (name, phase) => {
    expect(alarms(phase)).toEqual(expected(name));
  });

  it.each(phases)("have no unknown line: %s", (_name, { lines }) => {
    expect(unknownLines(lines)).toEqual([]);
  });

  it.each(phases.filter(([name]) => name.endsWith(" restore")))(
    "restore, and nothing went wrong: %s",
    (_name, phase) => {
      expect(readStartUp(phase.lines).decision).toBe("restores");
      expect(readRestoreLog(phase.lines)).toMatchObject({
        failure: undefined,
        notLocated: expect.any(Array) as unknown,
      });
      expect(readRestoreLog(phase.lines).restored.length).toBeGreaterThan(0);
    },
  );
});

describe("a server whose archive ends before what was restored is whole", () => {
  it("is heard, and is why the restore fails", () => {
    const lines = serverLines("ends-before-consistency");
    expect(alarms({ lines })).toEqual(["recovery.consistencyUnreached"]);
    expect(readRestoreLog(lines).failure).toMatch(/FATAL: {2}WAL ends before consistent recovery point$/);
  });
});

const expected = (name: string): readonly string[] =>
  Object.entries(BROKEN).find(([end]) => name.endsWith(end))?.[1] ?? [];

describe("the identity and the end of captured lives", () => {
  const { scenes } = JSON.parse(readPacked("original-containers", "truth.json.gz")) as { scenes: readonly TrueScene[] };
  const ofScene = scenes.flatMap((scene) =>
    lives
      .filter(({ container, number }) => scene.nodes.includes(container) && number === 0)
      .map((life) => [`${scene.name} ${life.container}`, life, scene] as const),
  );

  it.each(ofScene)("have the system identifier that the foundation had: %s", (_name, life, scene) => {
    const printed = newest(ownTexts(life.lines), RECOVERY.systemIdPrinted);
    // A replica never prints it.
    expect([scene.systemId, undefined]).toContain(printed);
    if (truthOf(life).is === "first") expect(printed).toBe(scene.systemId);
  });

  it.each(are("restores").filter(([, { folder }]) => folder === "original-containers"))(
    "restore segments before they lead: %s",
    (_name, life) => {
      const texts = ownTexts(life.lines);
      const timeline = newest(texts, RECOVERY.newTimeline);
      const { restored } = readRestoreLog(life.lines);
      // Two of them were ended by somebody before their end.
      expect(timeline === undefined ? "cut" : restored.length > 0).not.toBe(false);
      if (timeline !== undefined) expect(readRestoreLog(life.lines).lastTransaction).toMatch(/^2026-11-24T0[23]:/);
    },
  );
});
