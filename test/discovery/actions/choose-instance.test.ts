/** Which of several deletions is meant, and which others went with it. */
import { describe, expect, it } from "vitest";
import { findDeletedInstance } from "../../../src/discovery/actions/discovery/find-deleted-instance.ts";
import type { UsageEvent } from "../../../src/ports/cloud-foundry.ts";
import { formatLocation } from "../../../src/archive/names/location.ts";
import { OLD } from "../../archive/sample-archive.ts";
import { failure, OLD_GUID, Scene, SPACE } from "../../traps/scene.ts";

const OTHER_GUID = "11111111-2222-4333-8444-555555555555";
const ASKED = { service: "important-db", org: "shop", space: "prod", around: "2026-11-21T11:00Z", instance_guid: "" };
const GONE_SPACE = { guid: "gone-space-guid", name: "prod" };

function event(state: UsageEvent["state"], createdAt: string, of: Partial<UsageEvent["instance"]> = {}): UsageEvent {
  const instance = { guid: OLD_GUID, name: "important-db", ...of };
  const place = { space: { guid: SPACE.guid, name: "prod" }, orgGuid: SPACE.orgGuid };
  return {
    guid: `${instance.guid}-${state}`,
    state,
    createdAt,
    instance,
    ...place,
    plan: "cluster",
    offering: "dingo-postgresql",
  };
}

const deleted = (at: string, of: Partial<UsageEvent["instance"]> = {}): UsageEvent => event("DELETED", at, of);

describe("of several deletions of one name", () => {
  it("the operator chooses by place, size and age, and what cannot be looked at is said", async () => {
    const scene = new Scene().withOldArchive();
    scene.cf.usage.push(deleted("2026-11-21T11:00:00Z"), deleted("2026-11-21T11:00:30Z", { guid: OTHER_GUID }));
    scene.context.answers.set("instance", OLD_GUID);
    expect(await scene.perform(findDeletedInstance, ASKED)).toMatchObject({ guid: OLD_GUID });
    const [shown] = scene.context.records("candidates");
    const lines = JSON.stringify(shown?.["shown"]);
    expect(lines).toContain(`"important-db\\\\" in shop/prod`.replaceAll("\\\\", "\\"));
    expect(lines).toMatch(/archive of 11 objects, \d+ kB, last WAL 2026-11-21T03:00:00/);
    expect(lines).toMatch(new RegExp(`${OTHER_GUID}.*archive of 0 objects`));

    const refused = new Scene().withOldArchive();
    refused.cf.usage.push(...scene.cf.usage);
    refused.store.refusals.set("list", "access-denied");
    await expect(refused.perform(findDeletedInstance, ASKED)).rejects.toMatchObject({ code: "question-unanswered" });
    expect(JSON.stringify(refused.context.records("candidates"))).toContain("could not be looked at");
  });

  it("one that lived for less than two minutes is set aside with its reason, unless it is the only one", async () => {
    const scene = new Scene();
    scene.cf.usage.push(
      deleted("2026-11-21T11:00:00Z"),
      event("CREATED", "2026-11-21T13:09:00Z", { guid: OTHER_GUID }),
      deleted("2026-11-21T13:10:00Z", { guid: OTHER_GUID }),
    );
    expect(await scene.perform(findDeletedInstance, ASKED)).toMatchObject({ guid: OLD_GUID });
    expect(scene.context.records("set-aside")).toEqual([{ instances: [`${OTHER_GUID} lived for 60 s only`] }]);
    const alone = new Scene();
    alone.cf.usage.push(...scene.cf.usage.slice(1));
    expect(await alone.perform(findDeletedInstance, ASKED)).toMatchObject({ guid: OTHER_GUID });
  });
});

describe("if no deletion is found", () => {
  const living = (createdAt: string): Scene => {
    const scene = new Scene().withNew();
    const [instance] = scene.cf.instances.splice(0);
    if (instance !== undefined) scene.cf.instances.push({ ...instance, createdAt });
    return scene;
  };

  it("a name that lived before the time asked for is said to be alive", async () => {
    await expect(living("2026-11-01T00:00:00Z").perform(findDeletedInstance, ASKED)).rejects.toEqual(
      failure("nothing-found", /important-db" \(78218ded.*is alive since 2026-11-01/),
    );
  });

  it("a younger one may have taken the name, and proves nothing", async () => {
    const error = await living("2026-11-21T11:30:00Z")
      .perform(findDeletedInstance, ASKED)
      .catch((thrown: unknown) => thrown);
    expect(String(error)).not.toContain("alive");
  });
});

describe("an instance whose space is gone", () => {
  const inGoneSpace = (each: UsageEvent): UsageEvent => ({ ...each, space: GONE_SPACE });

  it("is found by the names of its place, with what went together and the command that brings all of it back", async () => {
    const scene = new Scene().withOldArchive();
    scene.cf.usage.push(
      inGoneSpace(deleted("2026-11-21T11:00:00Z")),
      inGoneSpace(deleted("2026-11-21T11:00:20Z", { guid: OTHER_GUID, name: "it's other" })),
      inGoneSpace(deleted("2026-11-20T11:00:00Z", { guid: "99999999-2222-4333-8444-555555555555", name: "before" })),
    );
    const found = await scene.perform(findDeletedInstance, ASKED);
    expect(found).toMatchObject({
      guid: OLD_GUID,
      others: ["dingo-recover run recover-deleted-space --input org=shop --input space=prod"],
    });
    expect(found["together"]).toMatch(
      /whole space "prod" was deleted, with its applications: 1 other database went too/,
    );
  });

  it("is alone if its space is still there", async () => {
    const scene = new Scene().withOldArchive();
    scene.cf.usage.push(
      deleted("2026-11-21T11:00:00Z"),
      deleted("2026-11-21T11:00:20Z", { guid: OTHER_GUID, name: "b" }),
    );
    expect(await scene.perform(findDeletedInstance, ASKED)).toMatchObject({ together: "", others: [] });
    expect(formatLocation(OLD)).toContain(OLD_GUID);
  });
});
