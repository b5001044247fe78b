/** The databases of a batch, one after another. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type Carriers, inTurn } from "../../../src/cli/commands/carry-batch.ts";
import { withFlags } from "../../../src/cli/session/flags-again.ts";
import {
  type Batch,
  endDocument,
  endLines,
  inputsOf,
  type Standing,
  standingsOf,
} from "../../../src/cli/runs/batch.ts";
import { asRecoverError, EXIT, RecoverError } from "../../../src/errors.ts";
import type { EntryBody } from "../../../src/engine/journal/entry.ts";
import { StateDirectory } from "../../../src/engine/journal/state-directory.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { testDirectory } from "../../directory.ts";

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

  readonly #stop = new AbortController();

  readonly carry = (asks = false): Promise<number> =>
    inTurn(BATCH, {
      ...{ standings: () => this.#states, carriers: this.#carriers, asks, signal: this.#stop.signal },
      tell: () => undefined,
      fail: (thrown) => asRecoverError(thrown).exitCode,
    });

  /** A signal comes when this many were worked on. */
  stopAfter = Infinity;
  /** Whose run throws before it has begun. */
  thrower: string | undefined;

  readonly #carriers: Carriers = {
    begin: (_batch, standing) => this.#work("begin", standing),
    goOn: (_batch, standing) => this.#work("go on", standing),
  };

  #work(what: string, { member: { name, guid: of } }: Standing): Promise<number> {
    this.calls.push(`${what} ${name}`);
    if (this.calls.length === this.stopAfter) this.#stop.abort();
    if (name === this.thrower)
      return Promise.reject(new RecoverError("interrupted", "stopped by SIGTERM", { remedy: "Go on." }));
    const code = this.#codes[name] ?? EXIT.done;
    const index = this.#states.findIndex((each) => each.member.guid === of);
    this.#states[index] = { member: member(index + 1), state: code === EXIT.done ? "recovered" : "open" };
    return Promise.resolve(code);
  }
}

const NEW: readonly Standing["state"][] = ["not-begun", "not-begun", "not-begun"];

const again = (command: string): string => withFlags(command, ["--state-dir", "/s"]);
const outcomeOf = ({ state }: Standing) =>
  state === "recovered"
    ? { back: "public.orders: 125 rows", lost: "up to 63 s of writes may be lost", isWithoutRows: false }
    : { back: "", lost: "", isWithoutRows: false };
const SHOWN = { again, outcomeOf };

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

  it("begins no other after a signal between two of them", async () => {
    const foundation = new Foundation(NEW);
    foundation.stopAfter = 2;
    expect(await foundation.carry()).toBe(EXIT.interrupted);
    expect(foundation.calls).toEqual(["begin db-1", "begin db-2"]);
  });

  it("is as good as ended if the signal comes after the last", async () => {
    const foundation = new Foundation(NEW);
    foundation.stopAfter = 3;
    expect(await foundation.carry()).toBe(EXIT.done);
  });

  it("comes to its end if one is stopped before its run has begun", async () => {
    const foundation = new Foundation(NEW);
    foundation.thrower = "db-2";
    expect(await foundation.carry()).toBe(EXIT.interrupted);
    expect(foundation.calls).toEqual(["begin db-1", "begin db-2"]);
  });

  it("leaves alone what has a run that cannot be read, goes on with the others, and ends as an unsound journal does", async () => {
    const foundation = new Foundation(["recovered", "unreadable", "not-begun"]);
    expect(await foundation.carry()).toBe(EXIT.refused);
    expect(foundation.calls).toEqual(["begin db-3"]);
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

describe("a database whose run cannot be read", () => {
  const SHA = "0".repeat(64);
  let path: string;
  let directory: StateDirectory;
  beforeEach(() => {
    path = testDirectory();
    directory = new StateDirectory({ path, secrets: new Secrets(), now: () => new Date() });
  });

  async function begin(of: number, batch = BATCH.run): Promise<string> {
    const { run, journal } = directory.create();
    const began: EntryBody = {
      ...{ type: "run-started", runbook: "recover-deleted-service", runbookVersion: "1", runbookSha256: SHA },
      ...{ runbookText: { name: "runbook", sha256: SHA, bytes: 1 }, operator: "ann", host: "here", toolVersion: "1" },
      ...{ rehearsal: false, inputs: { instance_guid: guid(of), batch } },
    };
    await journal.append(began);
    await journal.close();
    return run;
  }

  const fileOf = (run: string): string => join(directory.directoryOf(run), "journal.jsonl");
  const flip = (run: string, what: string, into: string): void =>
    writeFileSync(fileOf(run), readFileSync(fileOf(run), "utf8").replace(what, into));
  const states = (): readonly string[] => standingsOf(directory, BATCH).map(({ state }) => state);

  it("is none that was not begun: the run, the file and the line are named, with the code", async () => {
    const run = await begin(2);
    expect(states()).toEqual(["not-begun", "open", "not-begun"]);
    flip(run, '"operator":"ann"', '"operator"*"ann"');
    expect(states()).toEqual(["not-begun", "unreadable", "not-begun"]);
    const standings = standingsOf(directory, BATCH);
    expect(standings[1]).toMatchObject({ run, error: { code: "journal-broken" } });
    expect(endLines(BATCH, standings, SHOWN).join("\n")).toContain(`run ${run} cannot be read, ${fileOf(run)}:1: `);
    expect(endLines(BATCH, standings, SHOWN)).toContain(`    dingo-recover journal verify ${run} --state-dir /s`);
    expect(endDocument(BATCH, standings)).toMatchObject({ members: [{}, { state: "unreadable", run }, {}] });
  });

  it("may be any of them if the file does not say whose it is", async () => {
    const run = await begin(2);
    flip(run, `"${guid(2)}"`, "?");
    expect(states()).toEqual(["unreadable", "unreadable", "unreadable"]);
    rmSync(fileOf(run));
    expect(states()).toEqual(["not-begun", "not-begun", "not-begun"]);
  });

  it("is told by its GUID if the name of the batch is what was changed", async () => {
    flip(await begin(3), `"${BATCH.run}"`, "?");
    expect(states()).toEqual(["not-begun", "not-begun", "unreadable"]);
  });

  it("is not looked for among runs of something else", async () => {
    const run = await begin(9, "20261121-110000-zzzz");
    flip(run, '"operator":"ann"', '"operator"*"ann"');
    expect(states()).toEqual(["not-begun", "not-begun", "not-begun"]);
  });
});

describe("the end of a batch", () => {
  const standings: readonly Standing[] = [
    { member: member(1), state: "recovered", run: "a" },
    { member: member(2), state: "open", run: "b", why: "no room (does-not-fit)", goOnWith: "dingo-recover resume b" },
    { member: member(3), state: "not-begun", goOnWith: `dingo-recover resume ${BATCH.run}` },
  ];

  it("says how many are back with their rows and loss, and the command for each that is left", () => {
    expect(endLines(BATCH, standings, SHOWN)).toEqual([
      "1 of 3 databases of shop/prod are back.",
      '  "db-1" is back: public.orders: 125 rows',
      "    up to 63 s of writes may be lost",
      `  "db-2" (${guid(2)}): no room (does-not-fit)`,
      "    dingo-recover resume b --state-dir /s",
      `  "db-3" (${guid(3)}): not begun`,
      `To go on with every database that is left: dingo-recover resume ${BATCH.run} --state-dir /s`,
    ]);
  });

  it("tells how many are proved by rows, if not all that are back are", () => {
    const two = [...standings.slice(0, 1), { member: member(2), state: "recovered", run: "b" } as const];
    const bare = (each: Standing) => ({ ...outcomeOf(each), isWithoutRows: each.run === "b" });
    expect(endLines(BATCH, two, { again, outcomeOf: bare })[0]).toBe(
      "2 of 2 databases of shop/prod are back, 1 of them proved by rows.",
    );
  });

  it("is one document for scripts", () => {
    expect(endDocument(BATCH, standings)).toMatchObject({
      schema: "dingo-recover/batch@1",
      recovered: 1,
      members: [{ state: "recovered" }, { state: "open", run: "b" }, { state: "not-begun", run: "" }],
    });
  });
});
