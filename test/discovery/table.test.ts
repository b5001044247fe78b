/** The answer for a person. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LocalLogFiles } from "../../src/discovery/adapters/logs/local-log-files.ts";
import { discover } from "../../src/discovery/answer/discover.ts";
import { withOpenQuestions } from "../../src/discovery/judgement/open-questions.ts";
import { toTable } from "../../src/discovery/answer/table.ts";
import { plainTime } from "../../src/discovery/lines/stamp.ts";
import { eraF, GUID, goodDeletion, lager, OTHER } from "./broker-log.ts";
import { testDirectory } from "../directory.ts";
import { memoryLogs } from "./recorded-logs.ts";

const now = new Date("2016-03-18T00:00:00Z");
const NAMED = lager([
  ["provision.start", { "instance-id": GUID, "provision-details": { service_instance_name: "orders-db" } }],
  ...goodDeletion(),
  ...goodDeletion(OTHER).map(([action, data]) => [action, { ...data, session: "40" }] as const),
]);

async function ask(text: string, query = {}): Promise<string> {
  const files = memoryLogs({ "broker.log": text }, { modifiedAt: now });
  const { table } = await discover({ sources: { logs: { files, patterns: ["broker.log"] }, now }, query });
  return table;
}

describe("an answer that found nothing", () => {
  it("says how many deletions did not fit, and that --all lists them", async () => {
    const longAgo = { around: new Date("2016-03-10T00:00:00Z"), windowMs: 3_600_000 };
    expect(await ask(NAMED, longAgo)).toContain("2 deletions did not fit what was asked for: --all lists them.");
    expect(await ask(NAMED, { ...longAgo, all: true })).not.toContain("--all lists");
    expect(await ask(lager(goodDeletion()), longAgo)).toContain(
      "1 deletion did not fit what was asked for: --all lists it.",
    );
  });

  it("names --all if nothing at all was found, unless nothing narrower was asked for", async () => {
    const quiet = lager([["catalog.start"]]);
    expect(await ask(quiet, { name: "orders-db" })).toContain("--all asks about every name and place, at any time.");
    expect(await ask(quiet)).not.toContain("--all");
    expect(await ask(quiet, { name: "orders-db", all: true })).not.toContain("--all asks");
  });
});

describe("an answer of logs that nobody could read", () => {
  const look = async (...names: string[]) => {
    const folder = testDirectory();
    writeFileSync(join(folder, "broker.log"), lager([["catalog.start"]]));
    const logs = { files: new LocalLogFiles(), patterns: names.map((name) => join(folder, name)) };
    return await discover({ sources: { logs, now }, query: {} });
  };

  it.each([["nothing*"], ["gone.log"]])("says that nothing was searched: %s", async (name) => {
    const { table, exitCode } = await look(name);
    expect(exitCode).toBe(15);
    expect(table).toContain("Nothing was searched: ");
    expect(table).toContain(`${name}: `);
    expect(table).not.toContain("No deleted instance was found");
  });

  it("does not say so if one file was read", async () => {
    const { table } = await look("broker.log", "gone.log");
    expect(table).toContain("No deleted instance was found, but not everything could be looked at: a deletion may");
  });
});

describe("a name that no deletion has", () => {
  const saved = "provision.backup-name.update-recreation-data.saved";
  const called = [saved, { "instance-id": GUID, name: "orders-db" }] as const;

  it("is answered with the one that is most like it", async () => {
    const table = await ask(lager([called, ...goodDeletion()]), { name: "Order-db" });
    expect(table).toContain(`Did you mean "orders-db"? A deletion of that name was found: ${GUID}.`);
    expect(await ask(lager([called, ...goodDeletion()]), { name: "billing" })).not.toContain("Did you mean");
  });

  it("is shown among those that do not fit, however many they are", async () => {
    const guids = Array.from({ length: 7 }, (_, index) => GUID.replace(/.$/u, String(index)));
    const entries = guids.flatMap((guid, index) => [
      [saved, { "instance-id": guid, name: index === 0 ? "orders-db" : `billing-${index}-of-another-team` }] as const,
      ...goodDeletion(guid),
    ]);
    const table = await ask(lager(entries), { name: "order-db" });
    expect(table).toContain("7 deletions did not fit what was asked for: --all lists them.");
    expect(table).toContain(`   ${guids[0] ?? ""} "orders-db"`);
    expect(table).toContain(`A deletion of that name was found: ${guids[0] ?? ""}.`);
  });

  it("may be a GUID, in whatever case", async () => {
    const table = await ask(lager([...goodDeletion(), ...goodDeletion(OTHER)]), { name: GUID.toUpperCase() });
    expect(table).toContain(`1. ${GUID}`);
    expect(table).not.toContain(OTHER);
    expect(table).not.toContain("The name of this instance");
    expect(table).toContain(`dingo-recover run --input instance_guid=${GUID}\n`);
  });

  it("is told of what was not deleted, with its time and first, and its reason whole", async () => {
    const long = `${"x".repeat(200)} the end`;
    const refused = [eraF.start(), eraF.refused(long)];
    const table = await ask(lager([eraF.start(OTHER), eraF.refused("no", OTHER), called, ...refused]), {
      name: "orders-db",
    });
    const told = table.slice(table.indexOf("Not deleted:"));
    expect(told).toMatch(
      new RegExp(`^Not deleted:\n +${GUID} {2}"orders-db" {2}2016-03-17T06:10:17\\.\\d+Z\n.*the end`),
    );
  });
});

describe("a candidate", () => {
  it("whose name no source knows has no command, whatever name was asked for", async () => {
    const table = await ask(lager(goodDeletion()), { name: "orders-db", space: "prod" });
    expect(table).toContain(GUID);
    expect(table).not.toContain("dingo-recover run");
    expect(table).toContain("No recovery command is printed: it is not known to be the one that was asked for.");
  });

  it("is proved by places in the file: its line, or its byte if lines were not counted", async () => {
    expect(await ask(lager(goodDeletion()))).toContain("proof    broker.log:1\n");
    const evidence = [{ source: "logs", file: "big.log", byteOffset: 4096, text: "found" }] as const;
    const found = { guid: GUID, kind: "deleted", why: "", score: 1, sources: ["logs"], notes: [], evidence } as const;
    const told = toTable(withOpenQuestions({ candidates: [found], notDeleted: [], coverage: [], complete: true }, {}));
    expect(told).toContain("proof    big.log, byte 4096\n");
  });

  it("is followed by the command that recovers it, and by what is asked for then", async () => {
    const table = await ask(lager(goodDeletion()));
    expect(table).toContain("To recover it (the run asks for the rest):\n");
    expect(table).toContain(`   dingo-recover run --input instance_guid=${GUID}\n`);
  });
});

describe("a candidate that fits only because nothing is known", () => {
  it("says so of its name and of its space, and of nothing that was not asked", async () => {
    const log = lager(goodDeletion());
    expect(await ask(log)).not.toContain("   open ");
    expect(await ask(log, { name: "orders-db" })).toContain(
      "open     The name of this instance is not known: it may be",
    );
    expect(await ask(log, { space: "prod" })).toContain("open     The name of its space is not known: --space could");
  });
});

describe("a time in an answer", () => {
  it("has no more than milliseconds, whatever the clock of the broker told", async () => {
    const table = await ask(lager([eraF.saved(1), ...goodDeletion()]));
    expect(table).toMatch(/deleted {2}2016-03-17T06:10:17\.\d{3}Z/);
    expect(table.match(/\d{2}:\d{2}:\d{2}\.\d{4,}Z/)).toBeNull();
  });

  it("is left as it is if it has no more, or is no such time", () => {
    for (const text of ["", "at a time not known", "2016-03-17T06:10:17Z", "2016-03-17T06:10:17.5Z"])
      expect(plainTime(text)).toBe(text);
    expect(plainTime("2016-03-17T06:10:17.896692991Z")).toBe("2016-03-17T06:10:17.896Z");
  });
});
