/** Law 17: every stop says the state of the world; numbers are the invariants of src/report/standing/standing.ts. */
import { describe, expect, it } from "vitest";
import type { EntryBody } from "../../../src/engine/journal/entry.ts";
import type { Entry } from "../../../src/engine/journal/entry.ts";
import { LEAVES } from "../../../src/report/standing/left.ts";
import { leftBehind, standingText, WORDS } from "../../../src/report/standing/standing.ts";
import { REGISTRY } from "../../../src/wiring/registry.ts";

const lines = (...bodies: readonly EntryBody[]): readonly Entry[] =>
  bodies.map((body, seq) => ({
    ...{ v: 1, seq, time: "2026-11-21T12:00:00Z", run: "20261121-120000-test", epoch: 1, prev: "" },
    ...body,
  }));

const begun = (step: string, action: string, input: object = {}): EntryBody => ({
  ...{ type: "step-started", step, attempt: 1, action, effect: "disrupt", commandsSha256: "" },
  input: input as Extract<EntryBody, { type: "step-started" }>["input"],
});

const done = (step: string): EntryBody => ({
  ...{ type: "step-succeeded", step, attempt: 1, how: "ran", output: {}, evidence: "" },
});

const STOP = begun("stop", "docker.stop-container");
const ASIDE = begun("aside", "archive.set-aside");
const START = begun("start", "docker.start-container");
const PROOF = begun("proof", "recovery.prove-restored");

const noted = (step: string, kind: string, data: Record<string, string>): EntryBody => ({
  ...{ type: "step-recorded", step, attempt: 1, kind, data },
});

const failed = (step: string, code: string, probed: "not-done" | "partly"): EntryBody => ({
  ...{ type: "step-failed", step, attempt: 1, probed },
  error: { code, message: "no", remedy: "look" },
});

describe("what a run has done", () => {
  it("is nothing before its first change, and reads do not count", () => {
    const read: EntryBody = { ...begun("look", "archive.verify-source"), effect: "read" } as EntryBody;
    expect(standingText(lines(read, done("look")))).toBe("Nothing was changed so far.");
  });

  it("S1: tells a change as not known from its beginning, and as done after its end", () => {
    expect(standingText(lines(STOP, done("stop"), ASIDE))).toBe(
      "Done so far: its container is stopped. Begun, and perhaps done: the archive of the empty instance lies aside.",
    );
    expect(standingText(lines(STOP, done("stop"), ASIDE, done("aside")))).toBe(
      "Done so far: its container is stopped; the archive of the empty instance lies aside.",
    );
  });

  it("S5: tells a fact that was found otherwise with the evidence, until a later look finds it again", () => {
    const drift: EntryBody = { type: "drift-found", step: "aside", evidence: "7 of 8 objects are there" };
    const resumed: EntryBody = {
      type: "run-resumed",
      operator: "ann",
      host: "here",
      toolVersion: "1",
      takeOver: false,
    };
    const found = [STOP, done("stop"), ASIDE, done("aside"), drift];
    const unsure =
      "Done so far: its container is stopped. Done, but not sure any more: the archive of the empty instance lies aside (now: 7 of 8 objects are there).";
    expect(standingText(lines(...found))).toBe(unsure);
    expect(standingText(lines(...found, resumed))).toBe(unsure);
    expect(standingText(lines(...found, resumed, drift, START, done("start")))).toContain("not sure any more");
    expect(standingText(lines(...found, resumed, START, done("start")))).not.toContain("not sure any more");
  });

  it("tells of one thing what was done to it last", () => {
    expect(standingText(lines(STOP, done("stop"), START, done("start")))).toBe(
      "Done so far: its container was started over the old archive.",
    );
  });

  it("tells of a stack of which the moved services alone run that the rest is stopped", () => {
    const [stop, data] = [begun("stop", "compose.stop"), begun("data", "compose.up", { all: false })];
    expect(standingText(lines(stop, done("stop"), data, done("data")))).toBe(
      "Done so far: the moved services run on their new directories, and the rest of the stack is stopped.",
    );
    const start = begun("start", "compose.up", { all: true });
    expect(standingText(lines(stop, done("stop"), data, done("data"), start, done("start")))).toBe(
      "Done so far: the stack runs on its new directories.",
    );
  });

  it("S2: tells nothing of what did not happen, or was taken back", () => {
    expect(standingText(lines(STOP, failed("stop", "command-failed", "not-done")))).toMatch(/^Nothing was changed/);
    const back: EntryBody = { ...STOP, back: true } as EntryBody;
    const undone: EntryBody = { type: "step-undone", step: "stop", attempt: 1, evidence: "" };
    expect(standingText(lines(STOP, done("stop"), back))).toMatch(/^Begun, and perhaps done: its container/);
    expect(standingText(lines(STOP, done("stop"), back, undone))).toMatch(/^Nothing is left/);
  });

  it("tells what is to be done again as not known: it may still be there", () => {
    const again: EntryBody = { type: "step-undone", step: "stop", attempt: 1, evidence: "", again: true };
    expect(standingText(lines(STOP, done("stop"), again))).toMatch(/^Begun, and perhaps done: its container/);
  });

  it("S3: tells a step of somebody's own by its name", () => {
    expect(standingText(lines(begun("mine", "own.thing"), done("mine")))).toBe(
      'Done so far: the step "mine" (own.thing) was done.',
    );
    expect(standingText(lines(begun("mine", "own.thing")))).toBe(
      'Begun, and perhaps done: the step "mine" (own.thing).',
    );
  });

  it("tells that it has stopped a container whose restore went wrong, though the proof did nothing else", () => {
    const noted: EntryBody = {
      ...{ type: "step-recorded", step: "proof", attempt: 1, kind: "stopped-at-once" },
      data: { life: "2026-11-21T12:00:00Z" },
    };
    const journal = lines(START, done("start"), PROOF, noted, failed("proof", "proof-failed", "not-done"));
    expect(standingText(journal)).toBe(
      "Done so far: this run has stopped its container, because its restore went wrong.",
    );
  });

  it("tells a step whose proof failed as not known, if it noted nothing that tells of it", () => {
    const plan = noted("aside", "aside-plan", { to: "s3://b/replaced" });
    expect(standingText(lines(ASIDE, plan, failed("aside", "proof-failed", "partly")))).toBe(
      "Begun, and perhaps done: the archive of the empty instance lies aside.",
    );
  });

  it("was nothing if somebody said too early that it was done by hand", () => {
    const create = begun("create", "cf.create-service", { name: "db" });
    const free = noted("create", "name-was-free", { name: "db" });
    expect(standingText(lines(create, free, failed("create", "proof-failed", "not-done")))).toBe(
      "Nothing was changed so far.",
    );
  });

  it("is gone, and was something, if a probe misses what was done", () => {
    const again: EntryBody = { type: "step-undone", step: "stop", attempt: 1, evidence: "", again: true };
    const missed = failed("stop", "command-failed", "not-done");
    expect(standingText(lines(STOP, done("stop"), again, STOP, missed))).toMatch(/^Nothing is left/);
  });

  it("has words for every step that changes something, and for the undo of it", () => {
    const changing = [...REGISTRY.values()].filter(({ effect }) => effect !== "read").map(({ id }) => id);
    expect(Object.keys(WORDS).toSorted()).toEqual(changing.toSorted());
    expect(Object.keys(LEAVES).toSorted()).toEqual(changing.toSorted());
  });
});

describe("S4: what stays when a run was taken back", () => {
  const CREATE = begun("create", "cf.create-service", { name: "db" });
  const back = (start: EntryBody): EntryBody => ({ ...start, back: true }) as EntryBody;
  const undone = (step: string, evidence = ""): EntryBody => ({ type: "step-undone", step, attempt: 2, evidence });
  const RENAMED = noted("create", "instance-renamed", { guid: "g-new", from: "db", to: "db-dingo-recover-r" });
  const COPY = begun("copy", "archive.copy");
  const DATA = begun("data", "docker.set-data-aside");
  const WHOLE = [
    ...[CREATE, done("create"), STOP, done("stop"), ASIDE, noted("aside", "aside-plan", { to: "s3://b/replaced" })],
    ...[done("aside"), COPY, done("copy"), DATA, done("data"), back(DATA)],
    ...[noted("data", "data-moved-back", { to: "/store/data-undone" }), undone("data")],
    ...[back(COPY), noted("copy", "undone-plan", { to: "s3://b/undone" }), undone("copy")],
    ...[back(ASIDE), undone("aside"), back(STOP), undone("stop"), back(CREATE), RENAMED, undone("create")],
  ];

  it("names the instance that goes on running, and all that lies aside, in the order in which it was made", () => {
    expect(standingText(lines(...WHOLE))).toBe(
      'Taken back, and left behind: the service instance "db-dingo-recover-r" goes on running; a copy of its own archive lies aside; the copy of the old archive lies aside; the recovered database lies aside on the cell.',
    );
  });

  it("has the paths for the report", () => {
    expect(leftBehind(lines(...WHOLE))).toEqual([
      'the service instance "db-dingo-recover-r" goes on running: g-new',
      "a copy of its own archive lies aside: s3://b/replaced",
      "the copy of the old archive lies aside: s3://b/undone",
      "the recovered database lies aside on the cell: /store/data-undone",
    ]);
  });

  it("is nothing if the space has no instance of the run", () => {
    const none = undone("create", "the space has no service instance of this run");
    expect(standingText(lines(CREATE, none))).toBe("Nothing is left of what this run has changed.");
  });

  it("is told in the probe's words if nobody noted a name", () => {
    const found = undone("create", 'the service instance of this run is "db-aside" (g)');
    expect(standingText(lines(CREATE, done("create"), found))).toBe(
      'Taken back, and left behind: the step "create" (the service instance of this run is "db-aside" (g)).',
    );
  });

  it("is told in a person's words if a person decided, and in the step's own of somebody's action", () => {
    const word: EntryBody = {
      ...{ type: "decided", step: "stop", decision: "adopt", by: "operator", why: "", back: true },
    };
    const taken = undone("stop", "taken as undone by the operator: no answer");
    expect(standingText(lines(STOP, done("stop"), word, taken))).toBe(
      'Taken back, and left behind: the step "stop" (taken as undone by the operator: no answer).',
    );
    const mine = begun("mine", "x.thing");
    expect(standingText(lines(mine, done("mine"), undone("mine", "it stays")))).toBe(
      'Taken back, and left behind: the step "mine" (it stays).',
    );
    const seen: EntryBody = { type: "step-undone", step: "mine", attempt: 2, evidence: "thawed", found: true };
    expect(standingText(lines(mine, seen))).toBe("Nothing is left of what this run has changed.");
    const back: EntryBody = { ...begun("mine", "x.thing"), back: true } as EntryBody;
    expect(standingText(lines(mine, done("mine"), back, undone("mine", "there is none")))).toMatch(/^Nothing is left/u);
  });

  it("keeps what stays when the step is begun once more", () => {
    expect(standingText(lines(CREATE, done("create"), back(CREATE), RENAMED, undone("create"), CREATE))).toBe(
      'Begun, and perhaps done: the service instance "db" was made for it. Taken back, and left behind: the service instance "db-dingo-recover-r" goes on running.',
    );
  });

  it("leaves the commands of a stack to the report", () => {
    const stop = begun("stop", "compose.stop");
    const evidence = "all run\nLeft of this run; once you are sure, remove:\nwhat db had in it:\n  $ rm -r -- /data";
    expect(standingText(lines(stop, done("stop"), back(stop), undone("stop", evidence)))).toBe(
      "Taken back, and left behind: what db had in it.",
    );
  });
});
