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
  ])("is counted if it yields no instance: %s", async (_name, text) => {
    const { document, exitCode } = await search({ "broker.log": GOOD + text });
    expect(document.coverage[0]?.why).toMatch(/\d of its lines? .*not understood, the first is line 3/);
    expect(exitCode).toBe(15);
  });
});

describe("the only deletion that was understood", () => {
  const masked = lager(goodDeletion(OTHER)).replaceAll(OTHER, "[REDACTED]");

  it("is not confirmed if another line was not understood, whatever was asked", async () => {
    expect((await search({ "broker.log": lager(goodDeletion()) })).exitCode).toBe(0);
    const { document, exitCode } = await search({ "broker.log": lager(goodDeletion()) + masked });
    expect(document.candidates).toMatchObject([{ guid: GUID, confirmed: false }]);
    expect(exitCode).toBe(20);
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

describe("the broker's words in another spelling", () => {
  const deletion = lager(goodDeletion());
  const escaped = (text: string, which: RegExp): string =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => {
        const spelt = line.replace(which, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
        return `{"m":"${spelt}"}\n`;
      })
      .join("");
  const spellings: [string, (text: string) => string][] = [
    ["each character escaped", (text) => escaped(text, /./g)],
    ["each sign escaped", (text) => escaped(text, /[^A-Za-z0-9 ]/g)],
    ["en dashes", (text) => text.replaceAll("-", "\u2013")],
    ["hyphens that do not break", (text) => text.replaceAll("-", "\u2011")],
    ["soft hyphens", (text) => text.replaceAll("-", "-\u00ad")],
    ["backslashes of a page's source", (text) => text.replaceAll("-", "\\-")],
    ["hyphens of a unit's name", (text) => text.replaceAll("-", "\\x2d")],
  ];

  it.each(spellings)("makes a file that is not understood, without a time and with one: %s", async (_name, spell) => {
    const files = { "broker.log": GOOD, "other.log": spell(deletion) };
    const logs = { files: memoryLogs(files, { modifiedAt: now }), patterns: Object.keys(files) };
    for (const around of [undefined, new Date("2016-03-17T06:10:17Z")]) {
      const query = around === undefined ? {} : { around };
      const { document } = await discover({ sources: { logs, now }, query });
      expect(document.coverage.slice(0, 2)).toMatchObject([
        { file: "broker.log", complete: true },
        { file: "other.log", complete: false, why: expect.stringMatching(/another spelling/) as string },
      ]);
    }
  });

  const many = lager(Array.from({ length: 60 }, () => eraF.create()));

  it.each<[string, (text: string) => string]>(spellings.slice(2))(
    "is counted between lines that are read: %s",
    async (_name, spell) => {
      const { exitCode, document } = await search({ "broker.log": many + spell(deletion) + many });
      expect([exitCode, document.candidates.length]).not.toEqual([17, 0]);
      expect(document.candidates.length > 0 || /not understood/.test(document.coverage[0]?.why ?? "")).toBe(true);
    },
  );

  const coded = (text: string, code: (letter: number) => string): string =>
    text.replace(/./g, (each) => code(each.charCodeAt(0)));
  const hex = (letter: number): string => letter.toString(16).padStart(2, "0");

  it.each<[string, (line: string) => string]>([
    ["\\u0064", (line) => coded(line, (letter) => `\\u00${hex(letter)}`)],
    ["\\u006F", (line) => coded(line, (letter) => `\\u00${hex(letter).toUpperCase()}`)],
    ["\\x64", (line) => coded(line, (letter) => `\\x${hex(letter)}`)],
    ["%64", (line) => coded(line, (letter) => `%${hex(letter)}`)],
    ["&#100;", (line) => coded(line, (letter) => `&#${letter};`)],
    ["&#x64;", (line) => coded(line, (letter) => `&#x${hex(letter)};`)],
    ["base64", (line) => Buffer.from(line).toString("base64")],
    ["base64, one letter later", (line) => Buffer.from(` ${line}`).toString("base64")],
    ["base64, two letters later", (line) => Buffer.from(`  ${line}`).toString("base64")],
  ])("is counted between lines that are read, if every letter of a line is coded: %s", async (_name, code) => {
    for (const [lines, count] of [
      [goodDeletion(), 2],
      [[["cluster.request", { "instance-id": GUID, "new-node-count": 0, steps: ["RemoveNode"] }]], 1],
      [[["recreate.start", { "instance-id": GUID }]], 1],
    ] as const) {
      const spelt = lager(lines).trimEnd().split("\n").map(code).join("\n");
      const { exitCode, document } = await search({ "broker.log": `${many}${spelt}\n${many}` });
      expect(document.coverage[0]?.why).toMatch(new RegExp(`^${count} of its lines .*not understood`));
      expect(exitCode).toBe(15);
    }
  });

  it("is read between lines that are read, if only its signs are escaped", async () => {
    const { document } = await search({ "broker.log": many + (spellings[1]?.[1] ?? String)(deletion) + many });
    expect(document.candidates).toMatchObject([{ guid: GUID }]);
  });
});

describe("the broker's messages with other signs between their words", () => {
  const message = (text: string, by: string): string =>
    text.replaceAll(/"message":"[^"]*"/g, (each) => each.replaceAll(".", by));

  it.each<[string, (text: string) => string]>([
    ["slashes", (text) => message(text, "/")],
    ["blanks", (text) => message(text, " ")],
    ["underscores", (text) => message(text, "_").replaceAll(/"message":"[^"]*"/g, (each) => each.replaceAll("-", "_"))],
  ])("make a file that is not understood: %s", async (_name, spell) => {
    const { document, exitCode } = await search({ "broker.log": spell(GOOD + lager(goodDeletion())) });
    expect(document.coverage[0]?.why).toMatch(/another spelling|not understood/);
    expect(exitCode).toBe(15);
  });
});

describe("a line that says that an instance went, and not which", () => {
  const gone = (action: string) => lager([[action, {}]]);

  it.each(["state.delete-cluster", "state.delete-cluster-state"])("is counted alone: %s", async (action) => {
    const { document, exitCode } = await search({ "broker.log": GOOD + gone(action) });
    expect(document.coverage[0]?.why).toMatch(/1 of its lines .*an instance went.*line 3/);
    expect(exitCode).toBe(15);
  });

  it.each<[string, string]>([
    ["before it", lager(goodDeletion()) + gone("state.delete-cluster")],
    ["behind it", gone("state.delete-cluster") + lager([eraF.unassign(), eraF.done()])],
    ["of a sanity test", gone("state.delete-cluster") + lager([eraF.done("T-1472688")])],
  ])("is none if another line of that deletion stands %s", async (_name, text) => {
    const { document } = await search({ "broker.log": GOOD + text });
    expect(document.coverage[0]).toMatchObject({ complete: true });
  });
});
