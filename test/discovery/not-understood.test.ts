/** The rule that nothing is certain that was not understood: file by file, line by line. */
import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/answer/discover.ts";
import { eraF, goodDeletion, GUID, lager, OTHER } from "./broker-log.ts";
import { memoryLogs } from "./recorded-logs.ts";

const now = new Date("2016-03-18T00:00:00Z");
const GOOD = lager([eraF.create(), ["last-operation.done", { "instance-id": OTHER }]]);

async function search(files: Readonly<Record<string, string>>) {
  const logs = { files: memoryLogs(files, { modifiedAt: now }), patterns: Object.keys(files) };
  return await discover({ sources: { logs, now }, query: {} });
}

const events = `${JSON.stringify({ resources: [{ state: "DELETED", service_instance: { guid: GUID, name: "ledger" } }] })}\n`;

describe("a file of which no line was understood", () => {
  it.each<[string, string]>([
    ["events of Cloud Foundry", events],
    ["a mail", "Hello,\nplease bring back our database ledger.\n"],
    ["JSON of an application", `${JSON.stringify({ level: "info", msg: "service ledger is gone" })}\n`],
  ])("vouches for nothing, and no other file vouches for it: %s", async (_name, text) => {
    const { document, exitCode } = await search({ "broker.log": GOOD, "other.log": text });
    expect(document.coverage).toMatchObject([
      { file: "broker.log", complete: true },
      { file: "other.log", complete: false, why: expect.stringMatching(/^no line of it was understood/) as string },
    ]);
    expect(exitCode).toBe(15);
  });

  it.each<[string, string]>([
    ["the system's own, with its heads", "Mar 17 06:10:17 router-0 haproxy[7]: 10.0.0.1 is up\n"],
    ["another broker's", lager([["deprovision.done", { "instance-id": GUID }]], "redis-broker")],
    ["an empty one", ""],
  ])("is not one of a known form: %s", async (_name, text) => {
    const { exitCode } = await search({ "broker.log": GOOD, "other.log": text });
    expect(exitCode).toBe(17);
  });
});

describe("a line with words of the broker about an instance", () => {
  const line = (data: unknown): string =>
    lager(goodDeletion()).replaceAll(/"data":\{.*\}\}/g, `"data":${JSON.stringify(data)}}`);

  it.each<[string, string]>([
    ["data that are masked", line({ "instance-id": "[REDACTED]" })],
    ["data that were left out", line({})],
    ["data in an unknown notation", line("instance-id is the first of these")],
    ["a form that nobody knows", `what=dingo-postgresql-broker.deprovision.start who=${GUID}\n`],
  ])("is counted where it yields no instance: %s", async (_name, text) => {
    const { document, exitCode } = await search({ "broker.log": GOOD + text });
    expect(document.coverage[0]?.why).toMatch(/\d of its lines? .*not understood, the first is line 3/);
    expect(exitCode).toBe(15);
  });
});

describe("a journal's export without its long messages", () => {
  const journal = (MESSAGE: string | null, blank = ""): string =>
    `${JSON.stringify({ __REALTIME_TIMESTAMP: "1458195018000000", SYSLOG_IDENTIFIER: "broker", MESSAGE }).replaceAll('":', `"${blank}:${blank}`)}\n`;

  it.each(["", " "])("tells no fewer lines than it lacks, with %j around its colons", async (blank) => {
    const { document, exitCode } = await search({ "broker.log": GOOD + journal(null, blank) });
    expect(document.coverage[0]?.why).toMatch(/^lines were lost on their way: line 3 says so/);
    expect(exitCode).toBe(15);
    expect((await search({ "broker.log": GOOD + journal("null", blank) })).exitCode).toBe(17);
  });
});
