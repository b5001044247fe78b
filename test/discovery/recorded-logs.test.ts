import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/answer/discover.ts";
import { plainTime } from "../../src/discovery/lines/stamp.ts";
import type { DocumentCandidate } from "../../src/discovery/answer/document.ts";
import {
  bytesOf,
  FOUNDATIONS,
  isKept,
  memoryLogs,
  truthOf,
  type TrueEvidence,
  type TrueInstance,
} from "./recorded-logs.ts";

const now = new Date("2026-11-21T14:00:00Z");

async function search(foundation: string, ...files: readonly string[]) {
  const logs = memoryLogs(Object.fromEntries(files.map((file) => [file, bytesOf(foundation, file)])));
  // With all: most instances of these runs lived for seconds.
  return await discover({ sources: { logs: { files: logs, patterns: files }, now }, query: { all: true } });
}

function expectFound(candidates: readonly DocumentCandidate[], truth: TrueInstance): DocumentCandidate {
  const found = candidates.find((candidate) => candidate.guid === truth.guid);
  expect(found?.kind, `${truth.name} ${truth.guid}`).toBe(truth.recreated === true ? "recreated" : "deleted");
  if (found === undefined) throw new Error("not found");
  if (truth.nameInLog === true) expect(found.name).toBe(truth.name);
  if (truth.space !== undefined) expect(found).toMatchObject({ space: truth.space, org: truth.org, plan: truth.plan });
  // The truth holds the end of the HTTP request; the broker's last line comes within a second of it.
  const apart = Math.abs(Date.parse(found.deletedAt ?? "") - Date.parse(truth.deletedAt ?? ""));
  expect(apart).toBeLessThan(1000);
  return found;
}

function expectProven(candidate: DocumentCandidate, truth: TrueEvidence, file: string): void {
  const lines = truth[candidate.guid]?.[file] ?? [];
  const shown = new Map(candidate.evidence.map((item) => [item.line, item]));
  const both = lines.filter(([line, offset]) => shown.get(line)?.byteOffset === offset);
  // Of a recreated instance the truth also counts a line of its new life.
  expect(both.length, `${file} ${candidate.guid}`).toBeGreaterThanOrEqual(
    lines.length - (candidate.kind === "recreated" ? 1 : 0),
  );
  expect(both.length).toBeGreaterThan(0);
}

describe.each(FOUNDATIONS)("the logs of %s", (foundation) => {
  const truth = truthOf(foundation);
  const scenarios = truth.scenarios.map((scenario) => [scenario.id, scenario] as const);

  it.each(scenarios)("tell the truth about %s", async (_id, scenario) => {
    const { document } = await search(foundation, scenario.file);
    for (const deleted of scenario.deleted) {
      expectProven(expectFound(document.candidates, deleted), scenario.evidence, scenario.file);
    }
    const guids = scenario.deleted.map((deleted) => deleted.guid);
    expect(document.candidates.map((candidate) => candidate.guid).sort()).toEqual([...guids].sort());
    for (const never of scenario.notDeleted.filter(({ why }) => why === "create failed, orphan mitigation")) {
      expect(document.notDeleted.find(({ guid }) => guid === never.guid)?.why).toMatch(
        /nothing to recover$|^the broker refused the deletion: .*Key not found/,
      );
    }
    for (const failed of scenario.failed) {
      expect(document.notDeleted.find((denied) => denied.guid === failed.guid)?.why).toMatch(/refused/);
    }
  });

  const streams = truth.streams.filter(({ file }) => file.startsWith("all.") && isKept(foundation, file));
  it.each(streams.map((stream) => [stream.file, stream] as const))("tell the truth in %s", async (_file, stream) => {
    const { document } = await search(foundation, stream.file);
    const deleted = truth.scenarios.flatMap((scenario) => scenario.deleted);
    for (const each of deleted) expectProven(expectFound(document.candidates, each), stream.evidence, stream.file);
    const known = new Set(deleted.map((each) => each.guid));
    expect(document.candidates.filter((candidate) => !known.has(candidate.guid))).toEqual([]);
  });

  it("let no password, key or token out, in no field of document and table", async () => {
    const files = [...truth.scenarios.map(({ file }) => file), ...truth.streams.map(({ file }) => file)];
    const kept = files.filter((file) => isKept(foundation, file));
    const { document, table } = await search(foundation, ...kept);
    const output = JSON.stringify(document) + table;
    const planted = kept.map((file) => bytesOf(foundation, file).toString()).join("");
    expect(truth.canaries.some((canary) => planted.includes(canary))).toBe(true);
    expect(truth.canaries.filter((canary) => output.includes(canary))).toEqual([]);
  });

  it("give every byte offset as the beginning of the line with that number", async () => {
    const kept = truth.scenarios.map(({ file }) => file).filter((file) => isKept(foundation, file));
    const { document } = await search(foundation, ...kept);
    const items = [...document.candidates, ...document.notDeleted].flatMap(({ evidence }) => evidence);
    expect(items.length).toBeGreaterThan(0);
    for (const { file = "", line = 0, byteOffset = -1 } of items) {
      const before = bytesOf(foundation, file).subarray(0, byteOffset).toString();
      expect(before.split("\n").length).toBe(line);
      expect(before === "" || before.endsWith("\n")).toBe(true);
    }
  });
});

describe("files that hold no deletion", () => {
  const others = FOUNDATIONS.flatMap((foundation) =>
    truthOf(foundation)
      .streams.filter(({ file }) => !file.startsWith("all."))
      .map(({ file }) => [foundation, file] as const),
  );

  it.each(others)("of %s, %s, are never nothing: 15", async (foundation, file) => {
    const { document, exitCode } = await search(foundation, file);
    expect(document.candidates).toEqual([]);
    expect(exitCode).toBe(15);
  });
});

describe("logs of real brokers", () => {
  it("tell a move from a scale-in if the broker says which", async () => {
    const whys = async (file: string) =>
      (await search("f-0.10.2", file)).document.notDeleted.map(({ why }) => why).join("; ");
    expect(await whys("scale-in.log")).toMatch(/removed to scale in;/);
    expect(await whys("move.log")).toMatch(/removed to move it/);
  });

  it("say why an instance counts as deleted, and the last WAL of it that was sent", async () => {
    const { document, table } = await search("f-0.10.2-containers", "all.rfc5424.log");
    const [first] = document.candidates;
    expect(first?.why).toMatch(/^the broker began to delete it, removed \d of \d nodes? and ended without an error$/);
    expect(first?.lastWal).toMatchObject({
      state: "complete",
      segment: expect.stringMatching(/^[0-9A-F]{24}$/) as string,
    });
    expect(table).toContain(`last WAL ${first?.lastWal?.segment ?? ""} sent at ${plainTime(first?.lastWal?.at ?? "")}`);
  });

  it("make one deletion of a line that stands in standard output, standard error and three formats", async () => {
    const files = ["all.rfc3164.log", "all.rfc5424.log", "all.rfc3164-1k.log", "solo.log", "broker.stderr.log"];
    const { document } = await search("f-0.10.2", ...files);
    const solo = document.candidates.filter((candidate) => candidate.name === "orders-db");
    expect(solo).toHaveLength(1);
    expect(new Set(solo[0]?.evidence.map((item) => item.file)).size).toBe(4);
  });

  it("count two removed nodes as one deletion, with both nodes and their cells", async () => {
    const { document } = await search("f-0.10.2", "two-nodes.log");
    expect(document.candidates).toHaveLength(1);
    const nodes = truthOf("f-0.10.2").scenarios.find(({ id }) => id === "two-nodes")?.deleted[0]?.nodes ?? [];
    expect(document.candidates[0]?.nodes.map(({ node }) => node).sort()).toEqual([...nodes].sort());
    expect(document.candidates[0]?.nodes.map(({ cell }) => cell)).toEqual(["10.10.31.22", "10.10.31.23"]);
  });

  it("give up lines that a collector cut as incomplete coverage, whatever was found", async () => {
    for (const foundation of ["a-0.3.2", "e-0.9.3", "f-0.10.2"]) {
      const { document } = await search(foundation, "all.rfc3164-1k.log");
      expect(document.coverage).toMatchObject([{ complete: false, why: expect.stringMatching(/cut short/) as string }]);
    }
  });

  it("learn the zone of naked times and say it", async () => {
    const { document } = await search("a-0.1.2", "all.rfc3164.log");
    expect(document.coverage).toMatchObject([
      { complete: true, zones: ["-08:00"], from: "2026-11-21T13:05:17Z", to: "2026-11-21T13:10:04Z" },
    ]);
  });

  it("keep the nanoseconds of the broker's clock", async () => {
    const { document } = await search("f-0.10.2", "solo.log");
    expect(document.candidates[0]?.deletedAt).toBe("2026-11-21T12:58:43.701066017Z");
  });

  it("warn that a container may live if its cell did not answer", async () => {
    for (const foundation of ["a-0.1.2", "c-0.8.0", "f-0.10.2"]) {
      const { document } = await search(foundation, "cell-down.log");
      expect(document.candidates).toMatchObject([{ kind: "deleted", mayLive: true }]);
    }
  });

  it("warn that a container lives which still sends WAL after its deletion", async () => {
    const { document } = await search("f-0.10.2-containers-busy", "all.rfc3164.log");
    const left = document.candidates.find((candidate) => candidate.name === "newsletter");
    expect(left?.notes.join()).toContain("still sent WAL to the archive at 2026-11-21T13:17:32.781Z");
  });

  it("end with 17 if the only deletion was refused, and with 15 if the file was cut", async () => {
    expect((await search("f-0.10.2", "etcd-down.log")).exitCode).toBe(17);
    const cut = memoryLogs({
      "etcd-down.log": `${bytesOf("f-0.10.2", "etcd-down.log").toString()}{"timestamp":"1795266098.5","source":"dingo-postgresql-broker","message":"dingo-postgresql-broker.deprovision.sta`,
    });
    const { exitCode } = await discover({ sources: { logs: { files: cut, patterns: ["x"] }, now }, query: {} });
    expect(exitCode).toBe(15);
  });

  it("say of a refused deletion that the instance may live, because the broker says the same while etcd is down", async () => {
    const { document } = await search("f-0.10.2", "etcd-down.log");
    expect(document.notDeleted[0]?.why).toMatch(/doesn't exist; this broker says the same while etcd is down/);
  });
});
