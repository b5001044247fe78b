import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/answer/discover.ts";
import { StreamedLogs } from "../fakes/streamed-logs.ts";
import { eraF, GUID, goodDeletion, lager, OTHER } from "./broker-log.ts";
import { memoryLogs } from "./recorded-logs.ts";

const now = new Date("2016-03-18T00:00:00Z");

async function search(text: string | Uint8Array, query = {}) {
  const files = memoryLogs({ "broker.log": text }, { modifiedAt: now });
  return await discover({ sources: { logs: { files, patterns: ["broker.log"] }, now }, query });
}

async function kindOf(text: string) {
  const { document } = await search(text);
  return document.candidates.find((candidate) => candidate.guid === GUID)?.kind;
}

describe("a deletion in the broker's log", () => {
  it("counts when it began, removed its node and ended without an error", async () => {
    expect(await kindOf(lager(goodDeletion()))).toBe("deleted");
  });

  it("counts when it succeeded at the second try", async () => {
    const refused = [eraF.start(), eraF.done(), eraF.refused("API error - provide service_id")];
    expect(await kindOf(lager([...refused, ...goodDeletion()]))).toBe("deleted");
  });

  it("still counts when somebody asks again for what is gone", async () => {
    const gone = `Service instance ${GUID} doesn't exist`;
    const again = [eraF.start(), ["deprovision.preconditions.error", { error: gone, "instance-id": GUID }, 2] as const];
    const text = lager([...goodDeletion(), ...again, eraF.done(), eraF.refused(gone)]);
    expect(await kindOf(text)).toBe("deleted");
  });

  it("is half-way when the broker answered an error after a node had gone", async () => {
    const entries = [eraF.start(), eraF.stop(), eraF.remove(), eraF.done(), eraF.refused("etcd: connection refused")];
    expect(await kindOf(lager(entries))).toBe("deletion-failed-halfway");
  });

  it("is unfinished when the log ends before it does", async () => {
    expect(await kindOf(lager([eraF.start(), eraF.stop(), eraF.remove()]))).toBe("deletion-unfinished");
  });

  it("is unproven when no line shows a node going", async () => {
    expect(await kindOf(lager([eraF.start(), eraF.unassign(), eraF.done()]))).toBe("deletion-unproven");
  });

  it("is only suspected when nodes went and every other line was lost", async () => {
    expect(await kindOf(lager([eraF.remove()]))).toBe("nodes-removed-only");
  });

  it("is none when nodes went and others are left", async () => {
    const { document } = await search(lager([eraF.saved(2), eraF.remove(), eraF.saved(1)]));
    expect(document.candidates).toEqual([]);
    expect(document.notDeleted).toMatchObject([{ guid: GUID }]);
  });

  it("is undone when nodes are added under the same GUID afterwards", async () => {
    const reborn = ["add-node.perform", { "instance-id": GUID }] as const;
    expect(await kindOf(lager([...goodDeletion(), reborn, eraF.saved(1)]))).toBe("recreated");
  });

  it("stays a deletion, with a warning, when the create that was still running writes its state", async () => {
    const creating = ["provision.async-begin", { "instance-id": GUID, session: "9" }] as const;
    const adding = ["add-node.perform", { "instance-id": GUID }] as const;
    const { document } = await search(lager([creating, ...goodDeletion(), adding, eraF.saved(1)]));
    expect(document.candidates).toMatchObject([{ kind: "deleted", mayLive: true }]);
  });

  it.each([
    ["2016-03-17T06:30:00.824863-00", true],
    ["2016-03-17T06:11:00.824863-00", false],
  ])("whose container sent a WAL segment at %s left it alive: %s", async (time, mayLive) => {
    const key = `key=s3://b/backups/${GUID}/wal/wal_005/1.lzo prefix=backups/${GUID}/wal/`;
    const upload = `docker/cf-x 7d61d6-patroni>         STRUCTURED: time=${time} pid=2 action=push-wal ${key} seg=1\n`;
    const { document } = await search(`${lager(goodDeletion())}Mar 16 23:30:00 host ${upload}`);
    expect(document.candidates).toMatchObject([{ kind: "deleted", mayLive }]);
  });

  it("is shown as evidence with every field masked that is not known to be harmless", async () => {
    const odd = ["deprovision.start", { "instance-id": GUID, session: "1", surprise: { deep: "hunter2" } }] as const;
    const { document } = await search(lager([odd, eraF.remove(), eraF.done()]));
    const [first] = document.candidates[0]?.evidence ?? [];
    expect(first?.text).toContain(`"surprise":"********"`);
    expect(JSON.stringify(document)).not.toContain("hunter2");
  });

  it("is told apart from another instance with the same first six characters", async () => {
    const { document } = await search(lager([...goodDeletion(), eraF.saved(1, OTHER)]));
    expect(document.candidates.map((candidate) => candidate.guid)).toEqual([GUID]);
  });

  it("is read from lager's later form with an RFC 3339 stamp", async () => {
    const text = lager(goodDeletion())
      .replace(/"timestamp":"1458195017\.(\d+)"/g, '"timestamp":"2016-03-17T06:10:17.$1Z"')
      .replaceAll('"log_level":1', '"level":"info"');
    expect(await kindOf(text)).toBe("deleted");
  });

  it("is read from lines in the wrong order, as datagrams arrive", async () => {
    const lines = lager(goodDeletion()).trimEnd().split("\n");
    expect(await kindOf(`${lines.reverse().join("\n")}\n`)).toBe("deleted");
  });

  it("of a sanity test is no candidate, and is listed only when all is asked for", async () => {
    const text = lager(goodDeletion("T-1470000000"));
    expect((await search(text)).document).toMatchObject({ candidates: [], notDeleted: [] });
    expect((await search(text, { all: true })).document.notDeleted).toMatchObject([{ guid: "T-1470000000" }]);
  });
});

describe("hostile logs", () => {
  it("steer no terminal and let no field of theirs become a password leak", async () => {
    const name = "evil\u001b[2J\u0000name";
    const saved = ["provision.backup-name.update-recreation-data.saved", { "instance-id": GUID, name }] as const;
    const error = [
      "deprovision.stop-cluster",
      { "instance-id": GUID, session: "36", error: "\u001b[31mpg://u:hunter2@h" },
      2,
    ] as const;
    const { table, document } = await search(lager([saved, eraF.start(), eraF.remove(), error, eraF.done()]));

    expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(JSON.stringify(document) + table).not.toContain("hunter2");
    expect(document.candidates[0]?.name).toBe(name);
  });

  it("that are cut show nothing of their loose end", async () => {
    const [line = ""] = lager([["deprovision.start", { "instance-id": GUID, note: "hunter2 and more" }]]).split(" and");
    const { document } = await search(`${line}\n${lager([eraF.remove(), eraF.done()])}`);
    expect(document.candidates[0]?.evidence[0]?.text).toMatch(/deprovision\.start.*cut by the collector/);
    expect(JSON.stringify(document)).not.toContain("hunter2");
  });

  it("are searched on around bytes that are no text", async () => {
    const noise = Buffer.from([0, 255, 254, 27, 10, 0xc3, 10, 0]);
    const bytes = Buffer.concat([noise, Buffer.from(`\n${lager(goodDeletion())}`), noise]);
    const { document } = await search(bytes);
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "deleted" }]);
    expect(document.candidates[0]?.evidence[0]).toMatchObject({ line: 4, byteOffset: 9 });
  });

  it("that hold a line of more than 1 MiB are incomplete, never silently searched in part", async () => {
    const { document, exitCode } = await search(`${lager([eraF.saved(1)])}${"x".repeat(3 * 1024 * 1024)}`);
    expect(exitCode).toBe(15);
    expect(document.coverage).toMatchObject([
      { complete: false, why: expect.stringMatching(/line 2 is longer/) as string },
    ]);
  });

  it("with values of the wrong type are no facts", async () => {
    const odd = [
      ["deprovision.start", { "instance-id": { a: 1 }, session: 4 }] as const,
      ["scheduler.stop-cluster", { "instance-id": null, steps: "RemoveRandomNode" }] as const,
      ["state.save-cluster", { cluster: [1, 2] }] as const,
    ];
    const broken =
      '{"timestamp":null}\n{"timestamp":"1.2.3","source":"x","message":"x.deprovision.start"}\n{"timestamp":"99999999999.0","source":"x","message":"x.deprovision.start","data":[]}\n';
    const { document } = await search(lager(odd) + broken);
    expect(document.candidates).toEqual([]);
  });

  it("that no broker wrote prove nothing", async () => {
    const { exitCode, document } = await search("Jan  1 00:00:00 host sshd: hello\n");
    expect(exitCode).toBe(15);
    expect(document.coverage.at(-1)?.why).toMatch(/no line of a Dingo PostgreSQL broker/);
  });
});

describe("a source that breaks off", () => {
  it("gives what came before and is incomplete", async () => {
    const { RecoverError } = await import("../../src/errors.ts");
    const cut = {
      path: "cut.gz",
      modifiedAt: now,
      async *chunks() {
        yield Buffer.from(lager(goodDeletion()));
        throw new RecoverError("answer-incomplete", '"cut.gz" breaks off', { remedy: "Fetch it again." });
      },
    };
    const files = new StreamedLogs([cut], [{ path: "other.log", why: "may not be read by this user" }]);
    const sources = { logs: { files, patterns: ["*"] }, now };
    const { document, exitCode } = await discover({ sources, query: {} });
    expect(exitCode).toBe(20);
    expect(document.coverage).toMatchObject([
      { file: "cut.gz", complete: false },
      { file: "other.log", complete: false },
    ]);
  });
});

describe("uploads of a whole foundation", () => {
  const upload = (prefix: string, guid: string, time: string, state: string): string =>
    `${prefix}STRUCTURED: time=2016-03-17T${time}.811154-00 pid=9 action=push-wal key=s3://b/backups/${guid}/wal/wal_005/000000010000000000000001.lzo prefix=backups/${guid}/wal/ seg=000000010000000000000001 state=${state}\n`;
  const others = Array.from(
    { length: 60 },
    (_each, index) => `${String(index).padStart(8, "0")}-0000-0000-0000-000000000000`,
  );

  it("tell the last one of the deleted instance, wherever it stands among them", async () => {
    for (const place of [0, 30, 60]) {
      const guids = others.toSpliced(place, 0, GUID);
      const states = [
        ["06:00:00", "begin"],
        ["06:00:01", "complete"],
      ] as const;
      const lines = states.flatMap(([time, state]) => guids.map((guid) => upload("", guid, time, state)));
      const { document } = await search(lines.join("") + lager(goodDeletion()));
      expect(document.candidates[0]?.lastWal).toMatchObject({ at: "2016-03-17T06:00:01.811154Z", state: "complete" });
    }
  });

  it("teach the clock of a host that has no other teacher, for what has no time of its own", async () => {
    const head = (time: string): string => `Mar 16 ${time} 10.10.5.9 docker/cf-${OTHER}:  `;
    const uploads = others.map((guid) =>
      upload("Mar 17 06:00:00 10.10.5.8 docker/cf-x:  ", guid, "06:00:00", "complete"),
    );
    const teacher = upload(head("22:00:00"), GUID, "06:00:00", "complete");
    const destroyed = `${head("22:17:00")}Destroying Docker container \`cf-${OTHER}'...\n`;
    const { document } = await search([...uploads, teacher, destroyed].join(""), { all: true });
    expect(document.coverage[0]?.zones).toContain("-08:00");
  });
});
