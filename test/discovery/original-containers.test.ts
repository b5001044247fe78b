/**
 * Discovery in the logs of the original container scripts and the original broker (fixtures/logs/original-containers):
 * the right instance, of the right kind, and how its server ended.
 */
import { describe, expect, it } from "vitest";
import type { DiscoveryQuery } from "../../src/discovery/judgement/candidate.ts";
import { discover, type DiscoverResult } from "../../src/discovery/answer/discover.ts";
import type { CloudFoundry } from "../../src/ports/cloud-foundry.ts";
import type { LogFiles } from "../../src/ports/log-files.ts";
import { eraF, lager, OTHER } from "./broker-log.ts";
import { RecordedCloudFoundry } from "./recorded-cloud-foundry.ts";
import { readPacked } from "../kit/log-patterns/captured.ts";
import { memoryLogs } from "./recorded-logs.ts";

interface Scene {
  readonly name: string;
  readonly guid: string;
  readonly nodes: readonly string[];
  readonly leader: string;
  readonly openSegment: string;
}

const FOLDER = "original-containers";
const { scenes } = JSON.parse(readPacked(FOLDER, "truth.json.gz")) as { scenes: readonly Scene[] };
const BROKER = readPacked(FOLDER, "broker.stdout.log.gz");
const CELLS = readPacked(FOLDER, "cells.log.gz");
const now = new Date("2026-11-24T04:00:00Z");
const MINUTE = 60_000;

/** The logs begin after the end of one scene, and the service of another lived on. */
const deleted = scenes.filter(({ name }) => name !== "s1" && name !== "dr0");
/** The broker saw no node: a dead container, and one that never advertised itself. */
const UNSEEN = ["dead", "v91"];
/** Their last segment never came to the archive. */
const NOT_CLEAN = [...UNSEEN, "x1"];

interface Logs {
  readonly broker?: string;
  readonly cells?: string;
  readonly cf?: CloudFoundry;
}

async function ask(query: DiscoveryQuery, { broker = BROKER, cells = CELLS, cf }: Logs = {}): Promise<DiscoverResult> {
  const files = { "broker.stdout.log": broker, "cells.log": cells };
  const logs = { files: memoryLogs(files, { modifiedAt: now }), patterns: Object.keys(files) };
  return await discover({ sources: { logs, cf, now }, query });
}

const sceneOf = (name: string): Scene => {
  const scene = scenes.find((each) => each.name === name);
  if (scene === undefined) throw new Error(`no scene ${name}`);
  return scene;
};

/** When the broker was done with it. */
function deletedAt({ guid }: Scene): Date {
  const line = BROKER.split("\n").find((each) => each.includes("deprovision.done") && each.includes(guid)) ?? "";
  return new Date(Number(/"timestamp":"(\d+\.\d{3})/.exec(line)?.[1]) * 1000);
}

/** Of another service, three minutes later. */
const goodDeletion = (): string =>
  lager(
    [eraF.start(OTHER), eraF.stop(OTHER), eraF.remove(OTHER), eraF.unassign(OTHER), eraF.done(OTHER)],
    "dingo-postgresql-broker",
    Math.floor(deletedAt(sceneOf("dead")).getTime() / 1000) + 180,
  );

const cases = deleted.map((scene) => [scene.name, scene] as const);

describe("the original containers' logs", () => {
  it("hold the deletion of fourteen scenes", () => {
    expect(deleted).toHaveLength(14);
    for (const scene of deleted) expect(deletedAt(scene).getTime()).not.toBeNaN();
  });

  it.each(cases)("give by name alone the instance that was deleted: %s", async (name, { guid }) => {
    const { document, exitCode } = await ask({ name });
    expect(exitCode).toBe(0);
    expect(document.candidates).toMatchObject([{ guid, name, kind: "deleted", mayLive: UNSEEN.includes(name) }]);
    expect(document.notDeleted).toEqual([]);
  });

  it.each(cases)("give by its time, a minute on both sides, the same first: %s", async (name, scene) => {
    const { document, exitCode } = await ask({ around: deletedAt(scene), windowMs: MINUTE });
    expect(exitCode).toBe(0);
    expect(document.candidates[0]).toMatchObject({ guid: scene.guid, kind: "deleted", name });
  });

  it("give all of them without a question", async () => {
    const { document, exitCode } = await ask({ all: true });
    expect(exitCode).toBe(20);
    const found = document.candidates.filter(({ guid }) => deleted.some((scene) => scene.guid === guid));
    expect(found.map(({ name, kind }) => [name, kind]).sort()).toEqual(
      deleted.map(({ name }) => [name, "deleted"]).sort(),
    );
  });

  it.each(["s1", "dr0"])("give nothing of a service of whose deletion they have no line: %s", async (name) => {
    const { document, exitCode } = await ask({ name });
    expect(exitCode).toBe(15);
    expect(document.candidates).toEqual([]);
  });
});

describe("a service whose container the broker did not see", () => {
  const unseen = UNSEEN.map((name) => [name, sceneOf(name)] as const);

  it.each(unseen)(
    "is deleted, with the node that its log names and the way to look for it: %s",
    async (name, scene) => {
      const { document, table } = await ask({ name });
      const [found] = document.candidates;
      expect(found?.nodes).toEqual([{ node: scene.leader.replace("cf-", "") }]);
      expect(found?.why).toBe(
        "the broker began to delete it, saw no node of it and removed none, and ended without an error",
      );
      expect(found?.notes.join("\n")).toMatch(
        new RegExp(
          `may be dead or alive on a cell\\. .*/var/vcap/packages/docker/bin/docker --host unix:\\S+ inspect .*PATRONI_SCOPE=${scene.guid}`,
        ),
      );
      expect(table).not.toMatch(/nothing to recover|orphan/);
      expect(table).toContain(`dingo-recover run --input service=${name}`);
    },
  );

  it.each(unseen)("is deleted beside Cloud Foundry's events too: %s", async (name, scene) => {
    const cf = new RecordedCloudFoundry().deleted(scene.guid, name, deletedAt(scene).toISOString());
    const { document, exitCode } = await ask({ name }, { cf });
    expect(exitCode).toBe(0);
    expect(document.candidates).toMatchObject([
      { guid: scene.guid, kind: "deleted", sources: ["cloud-foundry", "logs"], mayLive: true },
    ]);
    expect(document.candidates[0]?.notes.join("\n")).not.toMatch(/nothing to recover|speak against/);
  });

  /** Its deletion alone. */
  const onlyEnd = ({ guid }: Scene): Logs => ({
    broker: BROKER.slice(BROKER.lastIndexOf("\n", BROKER.indexOf("deprovision.start", BROKER.indexOf(guid))) + 1),
    cells: "",
  });

  it.each(unseen)(
    "may exist if the logs hold its deletion alone: 15, and the way to look: %s",
    async (_name, scene) => {
      const { document, exitCode, table } = await ask({ name: scene.guid }, onlyEnd(scene));
      expect(exitCode).toBe(15);
      expect(document.candidates).toEqual([]);
      expect(document.notDeleted).toEqual([]);
      const gap = document.coverage.find(({ complete }) => !complete);
      expect(gap?.why).toContain(
        `whether ${scene.guid}, deleted at ${deletedAt(scene).toISOString()}, ever had a node`,
      );
      expect(gap?.remedy).toMatch(/packages\/docker\/bin\/docker --host unix:/);
      expect(table).toMatch(
        /^No deleted instance was found, but not everything could be looked at: a deletion may exist/m,
      );
      expect(table).toContain(`PATRONI_SCOPE=${scene.guid}`);
    },
  );

  it("is deleted by Cloud Foundry's word if the logs hold its deletion alone, and may live", async () => {
    const scene = sceneOf("dead");
    const cf = new RecordedCloudFoundry().deleted(scene.guid, "dead", deletedAt(scene).toISOString());
    const { document, exitCode } = await ask({ name: "dead" }, { ...onlyEnd(scene), cf });
    expect(exitCode).toBe(0);
    expect(document.candidates).toMatchObject([{ guid: scene.guid, kind: "deleted", mayLive: true }]);
    expect(document.candidates[0]?.notes.join("\n")).toMatch(/may never have had a node: .* Look for it on each cell/);
  });

  it("is found if a window held its deletion alone, and the whole files hold more", async () => {
    const scene = sceneOf("dead");
    const inWindow = memoryLogs({ "all.log": onlyEnd(scene).broker ?? "", "other.log": goodDeletion() });
    const whole = memoryLogs({ "all.log": BROKER + CELLS, "other.log": goodDeletion() });
    const files: LogFiles = {
      configured: whole.configured,
      open: (patterns) => whole.open(patterns),
      hasLineIn: () => undefined,
      search: async (some, wanted, listener) => {
        const { files: opened } = await (wanted.window === undefined ? whole : inWindow).open([]);
        const same = some.flatMap(({ path }) => opened.filter((each) => each.path === path));
        const search = wanted.window === undefined ? whole : inWindow;
        const totals = await search.search(same, wanted, {
          ...listener,
          found: (file, line) => listener.found(some.find(({ path }) => path === file.path) ?? file, line),
        });
        return totals.map((total) => ({ ...total, skipped: wanted.window !== undefined }));
      },
    };
    const around = deletedAt(scene);
    const query = { around, windowMs: 10 * MINUTE };
    const { document } = await discover({ sources: { logs: { files, patterns: ["x"] }, now }, query });
    // It lived for half a minute, and is not set aside at the very time that was asked for.
    expect(document.candidates[0]).toMatchObject({ guid: scene.guid, kind: "deleted", name: "dead" });
  });

  it("is not asked about if another name or time was", async () => {
    const logs = onlyEnd(sceneOf("dead"));
    const elsewhere = { around: new Date("2026-11-24T02:30:00Z"), windowMs: MINUTE };
    expect((await ask(elsewhere, logs)).document.coverage.map(({ why }) => why).join()).not.toMatch(/ever had a node/);
  });
});

describe("the end of a deleted instance's server", () => {
  it.each(cases)("is shown if it was orderly, with the last segment of the archive: %s", async (name, scene) => {
    const { document, table } = await ask({ name });
    const stop = document.candidates[0]?.cleanStop;
    if (NOT_CLEAN.includes(name)) {
      expect(stop).toBeNull();
      return;
    }
    expect(stop).toMatchObject({ segment: lastSegment(scene), node: scene.leader.replace("cf-", "") });
    expect(stop?.evidence.map(({ text }) => text)).toEqual([
      expect.stringMatching(/SIGTERM received$/),
      expect.stringMatching(/received fast shutdown request$/),
      `segment ${lastSegment(scene)} complete, by ${scene.leader}`,
      expect.stringMatching(/database system is shut down$/),
      expect.stringMatching(/server stopped$/),
    ]);
    expect(table).toContain(`its last segment ${lastSegment(scene)} was in the archive`);
  });

  it("is shown by one of several files that have the same lines, whatever their form", async () => {
    const modern = CELLS.split("\n").map((line) =>
      line.replace(/^Nov 24 (\S+) (\S+) docker\/(\S+)\[(\d+)\]: /, "<30>1 2026-11-24T$1.000Z $2 docker $4 - - "),
    );
    const files = { "broker.log": BROKER, "modern.log": modern.join("\n"), "a.log": CELLS, "b.log": CELLS };
    const logs = { files: memoryLogs(files, { modifiedAt: now }), patterns: Object.keys(files) };
    const { document } = await discover({ sources: { logs, now }, query: { name: "h1" } });
    expect(document.candidates[0]?.cleanStop).toMatchObject({ segment: lastSegment(sceneOf("h1")) });
  });

  it("is told with lines that stand where they are said to", async () => {
    const { document } = await ask({ name: "h1" });
    for (const { file, line = 0, text } of document.candidates[0]?.cleanStop?.evidence ?? []) {
      expect(file).toBe("cells.log");
      if (!text.startsWith("segment")) expect(CELLS.split("\n")[line - 1]).toBe(text);
    }
  });
});

/** The fail-over of `tl` left one segment more behind the one that was open when the scene was described. */
const lastSegment = ({ name, openSegment }: Scene): string =>
  name === "tl" ? "00000002000000000000000A" : openSegment;

describe("an orderly end is not shown", () => {
  const scene = sceneOf("h1");
  const tag = `docker/${scene.leader}`;
  const cleanStop = async (cells: string, { name } = scene) =>
    (await ask({ name }, { cells })).document.candidates[0]?.cleanStop ?? null;
  const lines = CELLS.split("\n");
  const without = (what: string, of = scene.leader): string =>
    lines.filter((line) => !(line.includes(`docker/${of}`) && line.includes(what))).join("\n");
  const indexOf = (what: string): number => lines.findLastIndex((line) => line.includes(tag) && line.includes(what));
  const after = (what: string, ...said: readonly string[]): string => {
    const at = indexOf(what);
    const head = (lines[at] ?? "").split(": ", 1)[0] ?? "";
    return [...lines.slice(0, at + 1), ...said.map((each) => `${head}: ${each}`), ...lines.slice(at + 1)].join("\n");
  };

  it("unless all of it stands there, as it does in the whole log", async () => {
    expect(await cleanStop(CELLS)).not.toBeNull();
  });

  it.each(["SIGTERM received", "received fast shutdown request", "database system is shut down", "server stopped"])(
    "without the line: %s",
    async (what) => {
      expect(await cleanStop(without(what))).toBeNull();
    },
  );

  it("without the upload of the last segment, or when only its beginning was said", async () => {
    const last = lastSegment(scene);
    expect(await cleanStop(without(`seg=${last}`))).toBeNull();
    const cut = lines.filter((line) => !(line.includes(tag) && line.includes(`seg=${last} state=complete`)));
    expect(await cleanStop(cut.join("\n"))).toBeNull();
  });

  it("if another segment was begun and not finished, or could not be archived", async () => {
    const next = "000000010000000000000007";
    const begun = `a0bb69-patroni>         STRUCTURED: time=2026-11-24T02:19:22.900000-00 pid=350 action=push-wal key=s3://b/backups/${scene.guid}/wal/wal_005/${next}.lzo prefix=backups/${scene.guid}/wal/ seg=${next} state=begin`;
    expect(await cleanStop(after(`seg=${lastSegment(scene)} state=complete`, begun))).toBeNull();
    const failed = "a0bb69-patroni> LOG:  archive command failed with exit code 1";
    expect(await cleanStop(after("received fast shutdown request", failed))).toBeNull();
  });

  it("if its server came up again, or another node's did", async () => {
    const ready = "a0bb69-patroni> LOG:  database system is ready to accept connections";
    expect(await cleanStop(after("server stopped", ready))).toBeNull();
    const two = sceneOf("two");
    const replica = two.nodes.find((node) => node !== two.leader) ?? "";
    const end = lines.findLastIndex((line) => line.includes(replica));
    const promoted = `Nov 24 02:26:40 cell-z1-0 docker/${replica}[29404]: 91016c-patroni> LOG:  database system is ready to accept connections`;
    expect(await cleanStop([...lines.slice(0, end + 1), promoted, ...lines.slice(end + 1)].join("\n"), two)).toBeNull();
  });

  it("if a node that went has no line, because its cell's log is missing", async () => {
    const two = sceneOf("two");
    expect(await cleanStop(CELLS, two)).not.toBeNull();
    for (const node of two.nodes) expect(await cleanStop(without("", node), two)).toBeNull();
  });

  it("by the end of an earlier life, if the last one's is not there", async () => {
    const early = after("SIGTERM received", "a0bb69-patroni> server stopped").split("\n");
    const last = early.findLastIndex((line) => line.includes(tag) && line.endsWith("server stopped"));
    expect(await cleanStop(early.filter((_line, at) => at !== last).join("\n"))).toBeNull();
  });

  it("by the end of a demotion, if the log of that node breaks off after it", async () => {
    const tl = sceneOf("tl");
    const demoted = tl.nodes.find((node) => node !== tl.leader) ?? "";
    const cut = lines.filter((line) => !(line.includes(`docker/${demoted}`) && line.slice(7, 15) > "02:29:27"));
    expect(lines.length - cut.length).toBeGreaterThan(50);
    expect(await cleanStop(CELLS, tl)).not.toBeNull();
    expect(await cleanStop(cut.join("\n"), tl)).toBeNull();
  });

  it("if another node was not asked to end by the deletion", async () => {
    const two = sceneOf("two");
    for (const node of two.nodes) expect(await cleanStop(without("SIGTERM received", node), two)).toBeNull();
  });

  it("by the end of an orderly restart, if it was asked to end after that and then killed", async () => {
    const asked = lines[indexOf("SIGTERM received")] ?? "";
    const last = indexOf("server stopped");
    const rest = [...lines.slice(0, last + 1), asked.replace("02:19:22", "02:19:24"), ...lines.slice(last + 1)];
    expect(await cleanStop(rest.filter((line) => line !== asked).join("\n"))).toBeNull();
  });

  it("by a node of which the broker did not say that it went", async () => {
    const two = sceneOf("two");
    const node = two.leader.replace("cf-", "");
    const isRemoval = (line: string): boolean => line.includes("remove-random-node.perform") && line.includes(node);
    const broker = BROKER.split("\n").filter((line) => !isRemoval(line));
    const { document } = await ask({ name: "two" }, { broker: broker.join("\n") });
    expect(document.candidates).toMatchObject([{ guid: two.guid, kind: "deleted", cleanStop: null }]);
  });

  it("if a cell did not answer", async () => {
    const line =
      BROKER.split("\n").find((each) => each.includes("deprovision.done") && each.includes(scene.guid)) ?? "";
    const silent = line
      .replaceAll("deprovision.done", "remove-node.cell.do")
      .replace('"log_level":1', '"log_level":2')
      .replace('"session"', '"error":"Delete http://10.0.0.1/v2/service_instances/x: connection refused","session"');
    const { document } = await ask({ name: "h1" }, { broker: BROKER.replace(line, `${silent}\n${line}`) });
    expect(document.candidates).toMatchObject([{ kind: "deleted", mayLive: true, cleanStop: null }]);
  });

  it("by lines of another container", async () => {
    const other = CELLS.replaceAll(tag, "docker/cf-00000000-0000-4000-8000-000000000000");
    expect(await cleanStop(other)).toBeNull();
  });

  it("by a stop that was not that of the deletion", async () => {
    const early = lines.map((line) =>
      line.includes(tag) && line.includes("SIGTERM received") ? line.replace("02:19:22", "02:17:22") : line,
    );
    expect(await cleanStop(early.join("\n"))).toBeNull();
  });

  it.each([
    ["a statement of several lines", "\t        "],
    ["RAISE LOG", "LOG:          "],
  ])("by an upload that a client wrote, with %s", async (_how, before) => {
    const last = lastSegment(scene);
    const forged = lines.map((line) =>
      line.includes(tag) && line.includes(`seg=${last} state=complete`)
        ? line.replace(/ {8}STRUCTURED/, `${before}STRUCTURED`)
        : line,
    );
    expect(await cleanStop(forged.join("\n"))).toBeNull();
  });

  it("if Cloud Foundry knows a later deletion", async () => {
    const cf = new RecordedCloudFoundry().deleted(scene.guid, scene.name, "2026-11-24T03:30:00Z");
    expect((await ask({ name: scene.name }, { cf })).document.candidates).toMatchObject([{ cleanStop: null }]);
    const same = new RecordedCloudFoundry().deleted(scene.guid, scene.name, deletedAt(scene).toISOString());
    const once = (await ask({ name: scene.name }, { cf: same })).document.candidates;
    expect(once).toMatchObject([{ cleanStop: { segment: lastSegment(scene) } }]);
  });

  describe("by what a client of a killed database had written", () => {
    const killed = sceneOf("x1");
    const end = lines.findLastIndex((line) => line.includes(`docker/${killed.leader}`));
    const head = (lines[end] ?? "").split(": ", 1)[0] ?? "";
    const segment = "000000010000000000000005";
    const upload = `STRUCTURED: time=2026-11-24T02:59:37.990000-00 pid=1 action=push-wal key=s3://b/backups/${killed.guid}/wal/wal_005/${segment}.lzo prefix=backups/${killed.guid}/wal/ rate=1 seg=${segment} state=complete`;
    const forged = (...said: readonly string[]): string =>
      [...lines.slice(0, end + 1), ...said.map((each) => `${head}: 6efd63-${each}`), ...lines.slice(end + 1)].join(
        "\n",
      );
    const script = (prefix: string, asked: string): readonly string[] => [
      asked,
      `patroni> ${prefix}LOG:  received fast shutdown request`,
      `patroni> ${prefix}        ${upload}`,
      `patroni> ${prefix}LOG:  database system is shut down`,
      `patroni> ${prefix}server stopped`,
    ];
    /** One line each, exactly as the server writes its own. */
    const raised = (asked: string): readonly string[] => [
      asked,
      "patroni> LOG:  received fast shutdown request",
      `patroni> LOG:          ${upload}`,
      "patroni> LOG:  database system is shut down",
      "patroni> LOG:  server stopped",
    ];

    it("which is no more than what a real end says, in other streams", async () => {
      expect(await cleanStop(forged(...script("", "shutdown> SIGTERM received")), killed)).not.toBeNull();
    });

    it.each([
      ["as lines of one statement", script("\t", "patroni> \tSIGTERM received")],
      ["as rsyslog writes them", script("#011x ", "shutdown> SIGTERM received")],
      ["by RAISE LOG", script("", "patroni> LOG:  SIGTERM received")],
      ["in the name of the shutdown script", script("", "patroni> LOG:  6efd63-shutdown> SIGTERM received")],
      ["around a stop that is real", script("\t", "shutdown> SIGTERM received")],
      ["around a stop that is real, by RAISE LOG", raised("shutdown> SIGTERM received")],
    ])("%s", async (_how, said) => {
      expect(await cleanStop(forged(...said), killed)).toBeNull();
    });
  });
});
