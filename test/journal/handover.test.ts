import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { evidenceOf, type Handover, readHandover } from "../../src/journal/handover.js";
import { StateDirectory } from "../../src/journal/state-directory.js";
import { Secrets } from "../../src/secrets.js";
import { scratchDirectories } from "./scratch.js";

const scratch = scratchDirectories();
const SECRET = "a-password-of-somebody";

function directory(): StateDirectory {
  const secrets = new Secrets();
  secrets.register(SECRET);
  return new StateDirectory({ path: scratch(), secrets, now: () => new Date("2026-11-21T03:00:00Z") });
}

async function handedOver(): Promise<Handover> {
  const { run, journal } = directory().create();
  const listing = await journal.keep("listing", `one\n${SECRET}\n`);
  const data = { listing: { ...listing }, said: `the password is ${SECRET}` };
  await journal.append({ type: "step-recorded", step: "copy", attempt: 1, kind: "listing", data });
  await journal.append({ type: "run-ended", outcome: "handed-over" });
  return {
    schema: "dingo-recover/handover@1",
    ...{ run, runbook: "r", target: "o/s/db", exportedAt: "", operator: "ann", host: "a", head: journal.head },
    ...{ plan: [], open: [], secrets: [] },
    journal: [...journal.lines],
    evidence: await evidenceOf(journal.entries, (reference) => journal.recall(reference)),
  };
}

const read = (document: object): ReturnType<typeof readHandover> => readHandover(JSON.stringify(document), "run.json");

describe("the file of a hand-over", () => {
  it("gives back every line and all evidence, and holds no secret", async () => {
    const document = await handedOver();
    expect(JSON.stringify(document)).not.toContain(SECRET);
    const { reading, evidence } = read(document);
    expect(reading.head).toBe(document.head);
    const state = directory();
    expect(state.bring({ run: document.run, reading, evidence })).toBe("new");
    expect(state.read(document.run).hashes).toEqual(reading.hashes);
    expect(state.bring({ run: document.run, reading, evidence })).toBe("here");
  });

  it("writes nothing but what its journal names", async () => {
    const document = await handedOver();
    const { reading, evidence } = read({ ...document, evidence: { ...document.evidence, "../../escaped": "x" } });
    const state = directory();
    state.bring({ run: document.run, reading, evidence });
    expect(readdirSync(state.path).sort()).toEqual(["locks", "runs"]);
    expect(readdirSync(join(state.directoryOf(document.run), "evidence"))).toEqual(Object.keys(document.evidence));
  });

  it("is refused where anything stands behind the hand-over, which would be read as said here", async () => {
    const { run, journal } = directory().create();
    await journal.append({ type: "run-ended", outcome: "handed-over" });
    await journal.append({ type: "approved", steps: ["drop"], shownSha256: "0".repeat(64), by: "operator" });
    const forged = { ...(await handedOver()), run, head: journal.head, journal: [...journal.lines] };
    expect(() => read(forged)).toThrow(expect.objectContaining({ code: "journal-broken" }));
  });

  it.each([
    [
      "a line was changed",
      (one: Handover) => ({ ...one, journal: one.journal.map((line) => line.replace("copy", "cp")) }),
    ],
    ["a line is missing", (one: Handover) => ({ ...one, journal: one.journal.slice(0, -1) })],
    ["evidence is missing", (one: Handover) => ({ ...one, evidence: {} })],
    [
      "evidence was changed",
      (one: Handover) => ({ ...one, evidence: Object.fromEntries(Object.keys(one.evidence).map((key) => [key, "x"])) }),
    ],
    ["it is another run's", (one: Handover) => ({ ...one, run: "20261121-030000-zzzz" })],
  ])("is refused where %s", async (_, change) => {
    const document = change(await handedOver());
    expect(() => read(document)).toThrow(expect.objectContaining({ code: "journal-broken", exitCode: 16 }));
  });

  it.each(["", "[]", "{}", '{"schema":"dingo-recover/handover@2"}', "\u0000", "[".repeat(100_000)])(
    "is no file of a hand-over: %#",
    (text) => {
      expect(() => readHandover(text, "run.json")).toThrow(expect.objectContaining({ code: "usage" }));
    },
  );
});
