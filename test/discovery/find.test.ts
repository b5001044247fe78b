import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/answer/discover.ts";
import type { DiscoveryQuery } from "../../src/discovery/judgement/candidate.ts";
import { eraF, GUID, goodDeletion, lager, OTHER } from "./broker-log.ts";
import { ORG, RecordedCloudFoundry, SPACE } from "./recorded-cloud-foundry.ts";
import { memoryLogs } from "./recorded-logs.ts";

const now = new Date("2016-03-18T00:00:00Z");
/** When the lager lines of broker-log.ts say that the instance went. */
const AT = "2016-03-17T06:10:17Z";
const DELETE = "audit.service_instance.delete";

async function ask(cf: RecordedCloudFoundry | undefined, text?: string, query: DiscoveryQuery = {}) {
  const logs = text === undefined ? undefined : { files: memoryLogs({ "b.log": text }), patterns: ["b.log"] };
  return await discover({ sources: { cf, logs, now }, query });
}

/** A time that the log reaches over. */
const THEN = { around: new Date(AT), windowMs: 60_000 };

const deletionWithoutNodes = [eraF.start(), eraF.stop(GUID, 0), eraF.unassign(), eraF.done()];

const cloud = () => new RecordedCloudFoundry();

describe("Cloud Foundry's records", () => {
  it("name the deleted instance, who did it, its place, plan and the apps that were bound", async () => {
    const unbound = { appGuid: "app-1", instanceGuid: GUID };
    const cf = cloud()
      .deleted(GUID, "orders-db", AT)
      .audited(DELETE, GUID, AT)
      .audited("audit.service_binding.delete", "binding", "2016-03-17T06:09:00Z", unbound)
      .audited("audit.service_binding.delete", "old", "2016-03-10T00:00:00Z", { ...unbound, appGuid: "app-2" });
    const { document, exitCode } = await ask(cf);
    expect(exitCode).toBe(0);
    expect(document.candidates).toMatchObject([
      {
        guid: GUID,
        kind: "deleted",
        name: "orders-db",
        org: ORG.name,
        space: SPACE.name,
        plan: "solo",
        deletedAt: AT,
        deletedBy: "ann@example.org",
        boundApps: [{ appGuid: "app-1", name: "web", unboundAt: "2016-03-17T06:09:00Z" }],
      },
    ]);
    expect(document.candidates[0]?.evidence.map(({ source, id }) => [source, id])).toEqual([
      ["cf-usage-events", "usage-0"],
      ["cf-audit-events", "audit-0"],
    ]);
    expect(document.coverage).toMatchObject([
      { source: "cf-usage-events", from: "2016-02-16T00:00:00.000Z", to: now.toISOString(), complete: true },
      { source: "cf-audit-events", complete: true },
    ]);
  });

  it("that are empty for a token that does not see everything are no proof: 15", async () => {
    const cf = cloud();
    cf.seesEverything = false;
    const { document, exitCode } = await ask(cf);
    expect(exitCode).toBe(15);
    expect(document.coverage[0]).toMatchObject({
      complete: false,
      why: expect.stringMatching(/does not see/) as string,
    });
  });

  it("that are empty for one that does are: 17", async () => {
    expect((await ask(cloud())).exitCode).toBe(17);
  });

  it.each(["identity", "usageEvents", "auditEvents"])("are incomplete when %s fails", async (call) => {
    const cf = cloud();
    cf.broken.set(call, "access-denied");
    expect((await ask(cf)).exitCode).toBe(15);
  });

  it("stand in one list, looked at or not, whichever of them fails", async () => {
    const cf = cloud().deleted(GUID, "orders-db", AT);
    cf.broken.set("auditEvents", "access-denied");
    const { table, document } = await ask(cf);
    const [before = "", lookedAt = ""] = table.split("Looked at:");
    expect(before.slice(before.indexOf("Not looked at in full:"))).toContain("cf-audit-events");
    expect(lookedAt).toContain("cf-usage-events");
    expect(lookedAt).not.toContain("cf-audit-events");
    expect(document.coverage.find(({ source }) => source === "cf-audit-events")).toMatchObject({
      from: null,
      to: null,
    });
  });

  it("end after 31 days: an older time is incomplete", async () => {
    const around = new Date("2016-01-01T00:00:00Z");
    expect((await ask(cloud(), undefined, { around })).exitCode).toBe(15);
  });

  it("list every deletion of one name, the later one first", async () => {
    const cf = cloud().deleted(OTHER, "orders-db", "2016-03-01T00:00:00Z").deleted(GUID, "orders-db", AT);
    const { document } = await ask(cf, undefined, { name: "orders-db" });
    expect(document.candidates.map(({ guid }) => guid)).toEqual([GUID, OTHER]);
  });

  it("show what took the name", async () => {
    const cf = cloud().deleted(GUID, "orders-db", AT).created(OTHER, "orders-db", "2016-03-17T07:00:00Z");
    const { document } = await ask(cf.living(OTHER, "orders-db", "2016-03-17T07:00:00Z"));
    expect(document.candidates).toMatchObject([
      { guid: GUID, kind: "deleted", nameTakenBy: { guid: OTHER, createdAt: "2016-03-17T07:00:00Z" } },
    ]);
    expect(document.candidates[0]?.notes.join()).toContain(OTHER);
  });

  it("tell a purge: the broker never knew, so the containers may live", async () => {
    const cf = cloud().deleted(GUID, "orders-db", AT).audited("audit.service_instance.purge", GUID, AT);
    expect((await ask(cf)).document.candidates).toMatchObject([{ kind: "purged", mayLive: true }]);
  });

  it("name who deleted the space, if the instance went with it and no event of its own says who", async () => {
    const gone = { target: { guid: SPACE.guid, type: "space", name: SPACE.name }, actor: "bob@example.org" };
    const request = (at: string) =>
      cloud().deleted(GUID, "orders-db", AT).audited("audit.space.delete-request", SPACE.guid, at, gone);
    const [found] = (await ask(request("2016-03-17T06:10:05Z"))).document.candidates;
    expect(found).toMatchObject({ deletedBy: "bob@example.org", kind: "deleted" });
    expect(found?.notes.join()).toContain(
      `Its space "${SPACE.name}" was deleted by bob@example.org at 2016-03-17T06:10:05Z.`,
    );
    expect(found?.evidence.map(({ source }) => source)).toEqual(["cf-usage-events", "cf-audit-events"]);
    const [other] = (await ask(request("2016-03-16T06:10:05Z"))).document.candidates;
    expect(other?.deletedBy).toBeNull();
    const own = request("2016-03-17T06:10:05Z").audited(DELETE, GUID, AT);
    expect((await ask(own)).document.candidates[0]?.deletedBy).toBe("ann@example.org");
  });

  it("that show the instance now outvote a log", async () => {
    const { document, exitCode } = await ask(cloud().living(GUID, "orders-db"), lager(goodDeletion()));
    expect(exitCode).toBe(17);
    expect(document.notDeleted).toMatchObject([{ guid: GUID, why: expect.stringMatching(/still has it/) as string }]);
  });

  it("that cannot say whether a candidate is still there leave it a candidate, and say so", async () => {
    const cf = cloud().deleted(GUID, "orders-db", AT);
    cf.broken.set("getInstance", "unreachable");
    const { document } = await ask(cf);
    expect(document.candidates).toMatchObject([{ guid: GUID }]);
    expect(document.coverage.at(-1)).toMatchObject({ source: "cf-instances", complete: false });
  });

  it("of a request without an end are no deletion yet", async () => {
    const cf = cloud().audited("audit.service_instance.start_delete", GUID, AT);
    expect((await ask(cf)).document.candidates).toMatchObject([{ kind: "deletion-requested" }]);
    expect((await ask(cf.living(GUID, "orders-db"))).document.candidates).toEqual([]);
  });
});

describe("records and logs together", () => {
  it("make one candidate, which ranks above what only one of them knows", async () => {
    const cf = cloud().deleted(OTHER, "other-db", AT).deleted(GUID, "orders-db", AT);
    const { document } = await ask(cf, lager(goodDeletion()));
    expect(document.candidates.map(({ guid }) => guid)).toEqual([GUID, OTHER]);
    expect(document.candidates[0]).toMatchObject({
      name: "orders-db",
      sources: ["cloud-foundry", "logs"],
      deletedAt: "2016-03-17T06:10:17.040000000Z",
      nodes: [{ cell: "10.10.31.22" }],
    });
  });

  it("show a disagreement about the time", async () => {
    const cf = cloud().deleted(GUID, "orders-db", "2016-03-17T09:00:00Z");
    const { document } = await ask(cf, lager(goodDeletion()));
    expect(document.candidates[0]?.notes.join()).toMatch(/disagree on when/);
    expect(document.candidates[0]?.deletedAt).toBe("2016-03-17T09:00:00Z");
  });

  it("keep a candidate whose deletion the broker refused, warn, and rank it lower", async () => {
    const refused = lager([eraF.start(), eraF.done(), eraF.refused("connection refused")]);
    const cf = cloud().deleted(GUID, "orders-db", AT);
    const [alone] = (await ask(cf)).document.candidates;
    const [contradicted] = (await ask(cf, refused)).document.candidates;
    expect(contradicted).toMatchObject({ kind: "deleted", mayLive: true });
    expect(contradicted?.notes.join()).toMatch(/refused the deletion: connection refused/);
    expect(contradicted?.score).toBeLessThan(alone?.score ?? 0);
  });

  it("say that there is nothing to recover of an instance without a node", async () => {
    const create = [
      ["provision.start", { "instance-id": GUID }],
      ["provision.perform.error", { "instance-id": GUID, error: "no cell has room" }, 2],
    ] as const;
    const empty = lager([...create, ...deletionWithoutNodes]);
    const { document } = await ask(cloud().deleted(GUID, "orders-db", AT), empty);
    expect(document.candidates).toMatchObject([{ kind: "never-had-a-node" }]);
    const alone = await ask(undefined, empty);
    expect(alone.exitCode).toBe(17);
    expect(alone.document.notDeleted[0]?.why).toMatch(/so there is nothing to recover$/);
  });

  it("say so of one whose create failed, though nodes were planned and added for it", async () => {
    const failed = lager([
      ["scheduler.run-cluster", { "instance-id": GUID, steps: ["AddNode"], "steps-count": 1 }],
      ["add-node.perform", { "instance-id": GUID }],
      ["provision.run-cluster", { "instance-id": GUID, error: "unknown plan" }, 2],
      ...deletionWithoutNodes,
    ]);
    const { document, exitCode } = await ask(undefined, failed);
    expect(exitCode).toBe(17);
    expect(document.notDeleted[0]?.why).toMatch(/^its create failed; it had no node .* nothing to recover$/);
  });

  it("call deleted what had a node in its life, whatever the broker saw at its end", async () => {
    const adding = ["add-node.perform", { "instance-id": GUID }] as const;
    for (const sign of [adding, eraF.saved(1)]) {
      const { document, exitCode } = await ask(undefined, lager([sign, ...deletionWithoutNodes]));
      expect(exitCode).toBe(0);
      expect(document.candidates).toMatchObject([{ guid: GUID, kind: "deleted", mayLive: true }]);
    }
  });

  it("call deleted what had a node before a later create of it failed", async () => {
    const create = ["provision.start", { "instance-id": GUID }] as const;
    const failed = ["provision.unknown-error", { "instance-id": GUID, error: "instance already exists" }, 2] as const;
    const healthy = [create, ["add-node.perform", { "instance-id": GUID }]] as const;
    const removed = [
      ["deprovision.start", { "instance-id": GUID }],
      ["remove-node.perform", { "instance-id": GUID }],
    ] as const;
    for (const life of [healthy, removed]) {
      const { document, exitCode } = await ask(undefined, lager([...life, create, failed, ...deletionWithoutNodes]));
      expect(document.notDeleted).toEqual([]);
      expect([exitCode, document.candidates]).toMatchObject([0, [{ guid: GUID, mayLive: true }]]);
    }
  });

  it("leave open whether there was anything if the logs hold the deletion alone", async () => {
    const { document, exitCode } = await ask(undefined, lager(deletionWithoutNodes));
    expect(exitCode).toBe(15);
    expect(document.candidates).toEqual([]);
    expect(document.notDeleted).toEqual([]);
    const beside = await ask(cloud().deleted(GUID, "orders-db", AT), lager(deletionWithoutNodes));
    expect(beside.document.candidates).toMatchObject([{ kind: "deleted", mayLive: true }]);
  });

  it("leave it open if the logs hold the create and no failure of it: the lines of its nodes may be lost", async () => {
    const creates = [
      ["provision.start", { "instance-id": GUID }],
      ["provision.async-begin", { "instance-id": GUID }],
      ["provision.async-complete", { "instance-id": GUID }],
    ] as const;
    for (const lines of [creates.slice(0, 1), creates]) {
      const text = lager(lines) + lager(deletionWithoutNodes, undefined, 1458195017 + 3 * 86_400);
      const { document, exitCode, table } = await ask(undefined, text);
      expect(exitCode).toBe(15);
      expect([...document.candidates, ...document.notDeleted]).toEqual([]);
      expect(table).not.toMatch(/nothing to recover|orphan/);
      expect(table).toContain(`PATRONI_SCOPE=${GUID}`);
    }
  });

  it("ask about it only if it may be what was asked for", async () => {
    const named = ["provision.backup-name.update-recreation-data.saved", { "instance-id": GUID, name: "a" }] as const;
    const text = lager([named, ...deletionWithoutNodes]);
    expect((await ask(undefined, text, { name: "a" })).exitCode).toBe(15);
    expect((await ask(undefined, text, { name: "b", ...THEN })).exitCode).toBe(17);
  });

  it("compare a space's name with the GUID that a log has", async () => {
    const cluster = { instance_id: GUID, space_guid: OTHER, organization_guid: ORG.guid, nodes: [] };
    const text = lager([["state.save-cluster", { cluster }], ...goodDeletion()]);
    const query = { org: ORG.name, space: SPACE.name };
    expect((await ask(cloud(), text, query)).document.candidates).toEqual([]);
    const here = text.replace(OTHER, SPACE.guid);
    expect((await ask(cloud(), here, query)).document.candidates).toMatchObject([{ guid: GUID }]);
  });
});

describe("the question", () => {
  const named = [
    "provision.backup-name.update-recreation-data.saved",
    { "instance-id": GUID, name: "orders-db" },
  ] as const;

  it("by name keeps what has it and what has none", async () => {
    const text = lager([named, ...goodDeletion(), ...goodDeletion(OTHER)]);
    const { document } = await ask(undefined, text, { name: "orders-db" });
    expect(document.candidates.map(({ guid, name }) => [guid, name])).toEqual([
      [GUID, "orders-db"],
      [OTHER, null],
    ]);
  });

  it("by another name drops it, and with all lists it last", async () => {
    const text = lager([named, ...goodDeletion(), ...goodDeletion(OTHER)]);
    const one = await ask(undefined, text, { name: "billing" });
    expect(one.document.candidates.map(({ guid }) => guid)).toEqual([OTHER]);
    const all = await ask(undefined, text, { name: "billing", all: true, ...THEN });
    expect(all.document.candidates.map(({ guid }) => guid)).toEqual([OTHER, GUID]);
  });

  it("lists what was no deletion, and why, with all, or where nothing was found", async () => {
    const refused = [eraF.start(), eraF.refused("connection refused")];
    const [with_, without] = [
      await ask(undefined, lager([...refused, ...goodDeletion(OTHER)]), { all: true }),
      await ask(undefined, lager([...refused, ...goodDeletion(OTHER)])),
    ];
    expect(with_.table).toMatch(
      new RegExp(`Not deleted:\\n +${GUID} +2016-03-17T06:10:17.010Z\\n +the broker refused`),
    );
    expect(without.table).toContain("1 more was not deleted; --all lists them, and why.");
    expect(without.table).not.toContain(GUID);
    expect((await ask(undefined, lager(refused))).table).toMatch(new RegExp(`Not deleted:\\n +${GUID}`));
  });

  it("finds nothing if only what was not asked for is there, however much all lists of it", async () => {
    const cf = cloud().deleted(GUID, "orders-db", AT);
    const { document, exitCode, table } = await ask(cf, lager(goodDeletion()), { name: "billing", all: true });
    expect(exitCode).toBe(17);
    expect(document.candidates).toMatchObject([{ guid: GUID, fits: false, confirmed: false }]);
    expect(table).toMatch(/Deleted, but not what was asked for:\n1\. [^]*No deleted instance was found/);
    expect(table).not.toContain("dingo-recover run");
  });

  it.each(["billing", OTHER])("about %s at no time is open: it may have gone before the logs begin", async (name) => {
    const text = lager([eraF.saved(1)]);
    const { document, exitCode } = await ask(undefined, text, { name });
    expect(exitCode).toBe(15);
    expect(document.coverage.at(-1)?.why).toBe(
      "no source knows what was asked for: it may have gone before they begin (2016-03-17T06:10:17.000000000Z)",
    );
    expect((await ask(undefined, text, { name, ...THEN })).exitCode).toBe(17);
    // Its whole story stands there.
    expect(
      (
        await ask(
          undefined,
          lager([eraF.start(OTHER), eraF.refused(`Service instance ${OTHER} doesn't exist`, OTHER)]),
          { name: OTHER },
        )
      ).exitCode,
    ).toBe(17);
  });

  it.each([
    ["alone", [named, ...goodDeletion()], 15],
    ["beside one without a name that fits", [named, ...goodDeletion(), ...goodDeletion(OTHER)], 20],
    ["which was not deleted", [named, eraF.start(), eraF.refused("connection refused")], 15],
  ])("in other capitals names the one that is meant %s, and gives no command", async (_, entries, code) => {
    for (const all of [false, true]) {
      const { table, exitCode } = await ask(undefined, lager(entries), { name: "Orders-DB", all });
      expect(exitCode).toBe(code);
      expect(table).toContain('Did you mean "orders-db"?');
      expect(table).not.toContain("dingo-recover run");
    }
  });

  it("in other capitals names one of which the logs have no deletion", async () => {
    const { table, exitCode } = await ask(undefined, lager([named]), { name: "Orders-DB" });
    expect([exitCode, table]).toEqual([
      15,
      expect.stringContaining(`whether ${GUID} ("orders-db") is gone is not known`),
    ]);
  });

  it("by time keeps what lies in the window, and prefers the nearer", async () => {
    const cf = cloud()
      .deleted(OTHER, "a", "2016-03-17T07:00:00Z")
      .deleted(GUID, "b", AT)
      .deleted("x", "c", "2016-03-15T00:00:00Z");
    const query = { around: new Date(AT), windowMs: 7_200_000 };
    const { document } = await ask(cf, undefined, query);
    expect(document.candidates.map(({ guid }) => guid)).toEqual([GUID, OTHER]);
  });

  it("by a time that the logs do not reach over ends with 15", async () => {
    const around = new Date("2016-03-17T12:00:00Z");
    expect((await ask(undefined, lager([eraF.saved(1)]), { around, windowMs: 3_600_000 })).exitCode).toBe(15);
  });

  it("is answered with GUIDs if the names of applications cannot be asked", async () => {
    const unbound = { appGuid: "app-1", instanceGuid: GUID };
    const cf = cloud()
      .deleted(GUID, "orders-db", AT)
      .audited("audit.service_binding.delete", "binding", "2016-03-17T06:09:00Z", unbound);
    cf.broken.set("apps", "access-denied");
    const { document, exitCode } = await ask(cf);
    expect(exitCode).toBe(0);
    expect(document.candidates[0]?.boundApps).toEqual([{ appGuid: "app-1", unboundAt: "2016-03-17T06:09:00Z" }]);
  });

  it("without any source is a mistake of the command line", async () => {
    await expect(discover({ sources: { now }, query: {} })).rejects.toMatchObject({ code: "usage" });
  });
});
