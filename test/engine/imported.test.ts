/** A journal of another machine (law 15): its writer can have put any approval, answer or decision into it. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/engine/state/options.ts";
import { hashCommands } from "../../src/engine/state/foresight.ts";
import { replay } from "../../src/engine/state/replay.ts";
import { EXIT } from "../../src/errors.ts";
import type { Entry, EntryBody } from "../../src/engine/journal/entry.ts";
import { sha256 } from "../../src/engine/journal/line.ts";
import { parseTemplate } from "../../src/engine/runbook/resolve.ts";
import { StateDirectory } from "../../src/engine/journal/state-directory.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { scratchDirectories } from "./journal/scratch.ts";
import { changing, FakeWorld } from "./fake-world.ts";
import { Bench, runbookOf, type Setting, step } from "./fixture.ts";

const scratch = scratchDirectories();
const TARGET = "ORG/SPACE/db";
const COMMANDS = [{ on: "here", line: "fake destroy db" }] as const;

const machine = (): StateDirectory =>
  new StateDirectory({ path: scratch(), secrets: new Secrets(), now: () => new Date("2026-11-21T03:00:00Z") });

function setting(world: FakeWorld): Setting {
  return { runbook: runbookOf([step("drop", { action: changing(world, "destroy"), with: { key: "db" } })]) };
}

const approval = (commandsSha256: Readonly<Record<string, string>> | undefined): EntryBody => ({
  type: "approved",
  steps: ["drop"],
  shownSha256: sha256("whatever was shown"),
  reviewSha256: sha256("[]"),
  ...(commandsSha256 === undefined ? {} : { commandsSha256 }),
  by: "operator",
});

/** Begun elsewhere, stopped at its consent, and then written on by a person who had the journal. */
async function begunElsewhere(setting: Setting, ...forged: readonly EntryBody[]): Promise<[StateDirectory, string]> {
  const there = machine();
  const { run, journal } = there.create();
  expect(await new Bench(journal).run(setting)).toMatchObject({ error: { code: "question-unanswered" } });
  for (const body of forged) await journal.append(body);
  await journal.close();
  return [there, run];
}

/** One process here, with nobody to ask and no flag. */
async function resumed(here: StateDirectory, run: string, given: Setting): Promise<RunResult> {
  const { journal } = here.open(run, { takeOver: true });
  try {
    return await new Bench(journal).resume(given);
  } finally {
    await journal.close();
  }
}

const bring = (here: StateDirectory, [there, run]: readonly [StateDirectory, string]): string =>
  here.bring({ run, reading: there.read(run), evidence: new Map() });

describe("a journal that was brought from elsewhere", () => {
  it.each([
    ["without hashes of commands", undefined],
    ["with no hash in it", {}],
    ["with the very hash of the command", { drop: hashCommands(COMMANDS) }],
  ])("approves nothing here: an approval %s", async (_, hashes) => {
    const world = new FakeWorld();
    const elsewhere = await begunElsewhere(setting(world), approval(hashes));
    const here = machine();
    expect(bring(here, elsewhere)).toBe("new");
    for (const _again of ["at once", "and later, when it is resumed as any other run"]) {
      expect(await resumed(here, elsewhere[1], setting(world))).toMatchObject({
        exitCode: EXIT.stopped,
        error: { code: "question-unanswered", remedy: expect.stringContaining(`--confirm "${TARGET}"`) as string },
      });
      expect(world.effects.size).toBe(0);
    }
    const taken = here.read(elsewhere[1]).entries.filter((entry) => entry.type === "run-resumed");
    expect(taken.map(({ imported }) => imported)).toEqual([true, undefined]);
  });

  it("keeps what is approved here: that is asked once", async () => {
    const world = new FakeWorld();
    const elsewhere = await begunElsewhere(setting(world));
    const here = machine();
    bring(here, elsewhere);
    const { journal } = here.open(elsewhere[1], { takeOver: true });
    world.weather.set("db", ["refused"]);
    const first = await new Bench(journal).resume({ ...setting(world), flags: { confirm: TARGET } });
    expect(first).toMatchObject({ exitCode: EXIT.unreachable });
    await journal.close();
    expect(await resumed(here, elsewhere[1], setting(world))).toMatchObject({ exitCode: EXIT.done });
    expect(world.effects.get("db")).toBe(1);
  });

  it("that grew there is asked about anew, whatever was approved here before", async () => {
    const world = new FakeWorld();
    const elsewhere = await begunElsewhere(setting(world));
    const [there, run] = elsewhere;
    const here = machine();
    bring(here, elsewhere);
    const { journal } = there.open(run, { takeOver: false });
    await journal.append(approval({ drop: hashCommands(COMMANDS) }));
    await journal.close();
    expect(bring(here, elsewhere)).toBe("longer");
    expect(await resumed(here, run, setting(world))).toMatchObject({ exitCode: EXIT.stopped });
    expect(world.effects.size).toBe(0);
  });

  it.each([
    ["another", runbookOf([], {}).target, "its inputs make"],
    ["one that nothing makes yet", parseTemplate("${{ steps.later.value }}"), "nothing in it says"],
  ])("is refused before anything is done if its target is not made by its inputs: %s", async (_, target, why) => {
    const world = new FakeWorld();
    const { runbook } = setting(world);
    const elsewhere = await begunElsewhere({ runbook }, { type: "target-fixed", target: "ORG/SPACE/other", locks: [] });
    const here = machine();
    bring(here, elsewhere);
    const given = { runbook: { ...runbook, target }, flags: { confirm: "ORG/SPACE/other" } };
    for (const _again of ["at once", "and later"]) {
      const refused = await resumed(here, elsewhere[1], given);
      expect(refused).toMatchObject({
        exitCode: EXIT.refused,
        error: { message: expect.stringContaining(why) as string },
      });
    }
    expect(world.effects.size).toBe(0);
  });

  it.each(["", "{}", '{"schema":"dingo-recover/brought@1","lines":-1}'])(
    "is still one if the note beside it reads %j",
    async (text) => {
      const world = new FakeWorld();
      const elsewhere = await begunElsewhere(setting(world), approval({ drop: hashCommands(COMMANDS) }));
      const here = machine();
      bring(here, elsewhere);
      writeFileSync(join(here.directoryOf(elsewhere[1]), "brought.json"), text);
      expect(await resumed(here, elsewhere[1], setting(world))).toMatchObject({ exitCode: EXIT.stopped });
      expect(world.effects.size).toBe(0);
    },
  );

  it("is told apart by that note alone: without it the same approval is one that was given here", async () => {
    const world = new FakeWorld();
    const elsewhere = await begunElsewhere(setting(world), approval({ drop: hashCommands(COMMANDS) }));
    const here = machine();
    bring(here, elsewhere);
    rmSync(join(here.directoryOf(elsewhere[1]), "brought.json"));
    expect(await resumed(here, elsewhere[1], setting(world))).toMatchObject({ exitCode: EXIT.done });
  });
});

describe("replay of what somebody said on another machine", () => {
  const header = { v: 1, seq: 1, time: "2026-11-21T02:00:00.000Z", run: "r", epoch: 1, prev: "" };
  const said: readonly EntryBody[] = [
    approval({ drop: hashCommands(COMMANDS) }),
    { type: "answered", question: "adopt", value: "yes", by: "operator" },
    { type: "decided", step: "drop", decision: "adopt", by: "operator", why: "it is there" },
  ];
  const who = { operator: "op", host: "jump", toolVersion: "0", takeOver: true } as const;
  const entries = (...bodies: readonly EntryBody[]): Entry[] => bodies.map((body) => ({ ...header, ...body }));

  it.each<[string, readonly EntryBody[]]>([
    ["taken in", [{ type: "run-resumed", ...who, imported: true }]],
    [
      "taken in by a release that did not say so",
      [
        { type: "run-ended", outcome: "handed-over" },
        { type: "run-resumed", ...who },
      ],
    ],
  ])("forgets it when it is %s", (_, taken) => {
    const { approvals, answers, decisions } = replay(entries(...said, ...taken));
    expect([approvals, [...answers], [...decisions]]).toEqual([[], [], []]);
  });

  it("keeps it when the run is resumed or taken over on the same machine", () => {
    const { approvals, answers, decisions } = replay(entries(...said, { type: "run-resumed", ...who }));
    expect([approvals.length, answers.size, decisions.size]).toEqual([1, 1, 1]);
  });

  it.each([undefined, {}])("takes an approval that names no command for none: %j", (hashes) => {
    expect(replay(entries(approval(hashes))).approvals).toEqual([]);
  });
});
