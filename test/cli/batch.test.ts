/** The databases of a batch, one after another. */
import { describe, expect, it } from "vitest";
import { type Carriers, inTurn } from "../../src/cli/batch-carry.js";
import { type Batch, endDocument, endLines, inputsOf, type Standing } from "../../src/cli/batch.js";
import { EXIT } from "../../src/errors.js";

const guid = (number: number): string => `00000000-0000-4000-8000-00000000000${number}`;
const member = (number: number) => ({
  name: `db-${number}`,
  guid: guid(number),
  deleted_at: "2026-11-21T14:20:00Z",
  lost: number,
  apps: ["web"],
});
const BATCH: Batch = {
  run: "20261121-1200-abcd",
  rehearsal: false,
  org: "shop",
  space: "prod",
  members: [1, 2, 3].map(member),
};

/** How far each of them is; a run that is carried ends with the code that was planned for it. */
class Foundation {
  readonly calls: string[] = [];
  readonly #states: Standing[];
  readonly #codes: Readonly<Record<string, number>>;

  constructor(states: readonly Standing["state"][], codes: Readonly<Record<string, number>> = {}) {
    this.#states = states.map((state, index) => ({ member: member(index + 1), state }));
    this.#codes = codes;
  }

  readonly carry = (asks = false): Promise<number> =>
    inTurn(BATCH, { standings: () => this.#states, carriers: this.#carriers, asks, tell: () => undefined });

  readonly #carriers: Carriers = {
    begin: (_batch, standing) => this.#work("begin", standing),
    goOn: (_batch, standing) => this.#work("go on", standing),
  };

  #work(what: string, { member: { name, guid: of } }: Standing): Promise<number> {
    this.calls.push(`${what} ${name}`);
    const code = this.#codes[name] ?? EXIT.done;
    const index = this.#states.findIndex((each) => each.member.guid === of);
    this.#states[index] = { member: member(index + 1), state: code === EXIT.done ? "recovered" : "open" };
    return Promise.resolve(code);
  }
}

const NEW: readonly Standing["state"][] = ["not-begun", "not-begun", "not-begun"];

describe("a batch", () => {
  it("begins each of its databases in turn", async () => {
    const foundation = new Foundation(NEW);
    expect(await foundation.carry()).toBe(EXIT.done);
    expect(foundation.calls).toEqual(["begin db-1", "begin db-2", "begin db-3"]);
  });

  it("is not stopped by one that fails, and ends with its code", async () => {
    const foundation = new Foundation(NEW, { "db-1": EXIT.refused, "db-2": EXIT.stepFailed });
    expect(await foundation.carry()).toBe(EXIT.refused);
    expect(foundation.calls).toEqual(["begin db-1", "begin db-2", "begin db-3"]);
  });

  it("goes on with what is left, and leaves alone what is back or was taken back", async () => {
    const foundation = new Foundation(["recovered", "open", "undone"]);
    expect(await foundation.carry()).toBe(EXIT.done);
    expect(foundation.calls).toEqual(["go on db-2"]);
  });

  it.each([
    ["a signal", EXIT.interrupted, false],
    ["another process that is at work on it", EXIT.locked, false],
    ["an operator who stops one of them", EXIT.stopped, true],
  ])("ends at %s", async (_what, code, asks) => {
    const foundation = new Foundation(NEW, { "db-2": code });
    expect(await foundation.carry(asks)).toBe(code);
    expect(foundation.calls).toEqual(["begin db-1", "begin db-2"]);
  });

  it("goes on past a question that nobody was there to answer", async () => {
    const foundation = new Foundation(NEW, { "db-2": EXIT.stopped });
    expect(await foundation.carry()).toBe(EXIT.stopped);
    expect(foundation.calls).toEqual(["begin db-1", "begin db-2", "begin db-3"]);
  });
});

describe("the run of one of them", () => {
  it("is given what was shown and agreed to, and names its batch", () => {
    expect(inputsOf(BATCH, member(2))).toEqual({
      service: "db-2",
      org: "shop",
      space: "prod",
      instance_guid: guid(2),
      around: "2026-11-21T14:20:00Z",
      apps: ["web"],
      clone_from: "never",
      batch: BATCH.run,
    });
  });
});

describe("the end of a batch", () => {
  const standings: readonly Standing[] = [
    { member: member(1), state: "recovered", run: "a" },
    { member: member(2), state: "open", run: "b", why: "no room (does-not-fit)", goOnWith: "dingo-recover resume b" },
    { member: member(3), state: "not-begun", goOnWith: `dingo-recover resume ${BATCH.run}` },
  ];

  it("says how many are back, and the command for each that is left", () => {
    expect(endLines(BATCH, standings)).toEqual([
      "1 of 3 databases of shop/prod are back.",
      `  "db-2" (${guid(2)}): no room (does-not-fit)`,
      "    dingo-recover resume b",
      `  "db-3" (${guid(3)}): not begun`,
      `    dingo-recover resume ${BATCH.run}`,
      `all that are left, one after another: dingo-recover resume ${BATCH.run}`,
    ]);
  });

  it("is one document for scripts", () => {
    expect(endDocument(BATCH, standings)).toMatchObject({
      schema: "dingo-recover/batch@1",
      recovered: 1,
      members: [{ state: "recovered" }, { state: "open", run: "b" }, { state: "not-begun", run: "" }],
    });
  });
});
