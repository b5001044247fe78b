/** A text in the broker's words that a database's client writes into its container's log is no word of the broker. */
import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/answer/discover.ts";
import { readOtherLine } from "../../src/discovery/lines/other-line.ts";
import { eraF, GUID, goodDeletion, lager, OTHER } from "./broker-log.ts";
import { memoryLogs } from "./recorded-logs.ts";

const now = new Date("2016-03-21T00:00:00Z");
const START = 1458195017;
const NODE = "11111111-2222-4333-8444-555555555555";
/** One second after the deletion: it would be its answer. */
const REFUSED = lager([eraF.refused("boom")], undefined, START + 1).trimEnd();
const BEGUN = REFUSED.slice(0, REFUSED.indexOf('"data"'));
const said = (line: string): string => `abcdef-patroni> LOG:  ${line}`;
const syslog = (program: string, line: string): string => `Mar 17 06:10:18 cell-z1-0 ${program}[1]: ${line}`;

async function search(...lines: readonly string[]) {
  const files = { "broker.log": lager(goodDeletion(), undefined, START), "cells.log": `${lines.join("\n")}\n` };
  const logs = { files: memoryLogs(files, { modifiedAt: now }), patterns: Object.keys(files) };
  return await discover({ sources: { logs, now }, query: { name: GUID } });
}

const forged: readonly (readonly [string, string])[] = [
  ["behind its tag and its mark", syslog(`docker/cf-${NODE}`, said(REFUSED))],
  ["behind its tag alone", syslog(`docker/cf-${NODE}`, REFUSED)],
  ["behind a tag that a collector cut", syslog(`docker/cf-${NODE}`.slice(0, 31), REFUSED)],
  ["behind its name", syslog(`/cf-${NODE}`, REFUSED)],
  ["behind its name without a slash", syslog(`cf-${NODE}`, REFUSED)],
  ["behind its mark alone", said(REFUSED)],
  ["behind the mark of an early image", `patroni> LOG:  ${REFUSED}`],
  ["behind its mark and another tag", `<30>1 2016-03-17T06:10:18Z cell docker 1 - - ${said(REFUSED)}`],
  ["in a message that another collector carries", syslog("relay", syslog(`docker/cf-${NODE}`, said(REFUSED)))],
  ["as the second of two, of which the first is cut", syslog(`docker/cf-${NODE}`, said(BEGUN + REFUSED))],
  ["with its fields in another order", said(`{ "log_level": 2, ${REFUSED.slice(1)}`)],
  ["quoted as a string that breaks off", syslog(`docker/cf-${NODE}`, said(JSON.stringify(REFUSED).slice(0, -2)))],
  ["in Docker's own file", JSON.stringify({ log: said(REFUSED), time: "2016-03-17T06:10:18Z" })],
  ["in JSON with its name beside it", JSON.stringify({ container_name: `/cf-${NODE}`, log: REFUSED })],
  ["in JSON with a head of another", JSON.stringify({ tag: `docker/cf-${NODE}`, log: syslog("broker", REFUSED) })],
  ["in JSON, as the second of two", JSON.stringify({ tag: `docker/cf-${NODE}`, log: BEGUN + REFUSED })],
  ["unpacked in JSON", JSON.stringify({ program: `docker/cf-${NODE}`, said: JSON.parse(REFUSED) as unknown })],
];

describe("a broker's line that a client of a database wrote", () => {
  it("would be the answer to the deletion, had the broker written it", async () => {
    for (const line of [REFUSED, syslog("broker.stdout.log", REFUSED), JSON.stringify({ log: REFUSED })]) {
      const { document } = await search(line);
      expect(document.candidates.map(({ kind }) => kind)).toEqual(["deletion-failed-halfway"]);
    }
  });

  it.each(forged)("is none: %s", async (_how, line) => {
    const { document, exitCode } = await search(line);
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "deleted", mayLive: false }]);
    expect(document.coverage.map(({ why }) => why ?? "").join()).not.toMatch(/cannot be read/);
    expect(exitCode).toBe(0);
  });

  it("is none, and no proof that all was read, when the JSON around it breaks off", async () => {
    const cut = JSON.stringify({ container_name: `/cf-${NODE}`, log: said(REFUSED) }).slice(0, -8);
    const { document } = await search(cut);
    expect(document.candidates).toMatchObject([{ kind: "deleted" }]);
    expect(document.coverage.map(({ why }) => why ?? "").join()).toMatch(/cut short/);
  });

  it("deletes no instance that lives", async () => {
    const lines = lager(goodDeletion(OTHER), undefined, START).trimEnd().split("\n");
    const { document } = await search(...lines.map((line) => syslog(`docker/cf-${NODE}`, said(line))));
    expect([...document.candidates, ...document.notDeleted].map(({ guid }) => guid)).toEqual([GUID]);
  });

  it("does not hide what the container says of itself", async () => {
    const node = "299a5098-750c-4191-96ea-3ac5ca5a88d5";
    const upload = `abcdef-patroni>         STRUCTURED: time=2016-03-17T06:10:16.5-00 pid=1 action=push-wal key=k prefix=backups/${GUID}/wal/ seg=000000010000000000000001 state=complete`;
    const { document } = await search(syslog(`docker/cf-${node}`, upload), syslog(`docker/cf-${node}`, said(REFUSED)));
    expect(document.candidates[0]?.lastWal).toMatchObject({ segment: "000000010000000000000001" });
  });
});

describe("an upload that has begun", () => {
  it("is not whole by another state behind it on its line", () => {
    const begun = `STRUCTURED: time=2016-03-17T06:10:16.5-00 pid=1 action=push-wal key=k prefix=backups/${GUID}/wal/ seg=000000010000000000000002 state=begin`;
    for (const line of [begun, `${begun} state=complete`])
      expect(readOtherLine(line)?.body).toMatchObject({ segment: "000000010000000000000002", state: "begun" });
  });
});

describe("a broker's own line", () => {
  it.each([
    "broker.stdout.log",
    "vcap.broker",
    "cf-dingo-postgresql-broker",
    "docker/broker",
    "dingo-postgresql-broker",
  ])("is read behind the tag %s, and when it quotes a container", async (program) => {
    const quoting = lager([eraF.refused(`patroni> docker/cf-${NODE} abcdef-patroni> is gone`)], undefined, START + 1);
    const { document } = await search(syslog(program, quoting.trimEnd()));
    expect(document.candidates).toMatchObject([{ kind: "deletion-failed-halfway" }]);
  });
});
