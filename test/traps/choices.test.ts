/** Choices that only a person may make (law 7): another organization, the remains of OLD, a name that is taken. */
import { describe, expect, it } from "vitest";
import { checkTarget } from "../../src/foundation/actions/cf/check-target.ts";
import { createServiceKey } from "../../src/foundation/actions/cf/create-service-key.ts";
import { createService } from "../../src/foundation/actions/cf/create-service.ts";
import { findDeletedInstance } from "../../src/discovery/actions/discovery/find-deleted-instance.ts";
import { findRemains } from "../../src/foundation/actions/docker/find-remains.ts";
import { holdRestart } from "../../src/foundation/actions/docker/hold-restart.ts";
import { stopContainer } from "../../src/foundation/actions/docker/stop-container.ts";
import { review } from "../../src/foundation/actions/recovery/review.ts";
import { containerDataDirectory } from "../../src/kit/commands/host-commands.ts";
import {
  CREATED_AT,
  CONTAINER,
  containerOf,
  DATA,
  failure,
  NEW_GUID,
  OLD_GUID,
  RUN,
  Scene,
  SPACE,
  TAG,
  TARGET as FOUND,
} from "./scene.ts";
import { DEPLOYMENT } from "../fakes/fake-director.ts";

const DELETED_AT = "2026-11-20T10:00:00Z";
const REMAINS = { guid: OLD_GUID, nodes: [], deployment: DEPLOYMENT };

describe("a deletion in another organization", () => {
  const ASKED = { service: "important-db", org: "stage", space: "prod", around: "", instance_guid: "" };
  const elsewhere = (): Scene => {
    const scene = new Scene();
    scene.cf.spaces.push({ guid: "stage-space", name: "prod", orgGuid: "stage-guid", orgName: "stage" });
    scene.cf.usage.push({
      guid: "event",
      createdAt: "2026-11-21T10:00:00Z",
      state: "DELETED",
      instance: { guid: OLD_GUID, name: "important-db" },
      space: { guid: SPACE.guid, name: SPACE.name },
      orgGuid: SPACE.orgGuid,
      plan: "cluster",
      offering: "dingo-postgresql",
    });
    return scene;
  };

  it("is refused with the place where it was", async () => {
    await expect(elsewhere().perform(findDeletedInstance, ASKED)).rejects.toEqual(
      failure("guard-refused", /deleted in shop\/prod, not in stage\/prod/),
    );
  });

  it("is refused if anything else is typed", async () => {
    const scene = elsewhere();
    scene.context.answers.set("other-organization", "stage/prod");
    await scene.refuses(findDeletedInstance, ASKED, "guard-refused", /deleted in/);
  });

  it("is taken if its place is typed, and compared with no organization any more", async () => {
    const scene = elsewhere();
    scene.context.answers.set("other-organization", "shop/prod");
    expect(await scene.perform(findDeletedInstance, ASKED)).toMatchObject({ guid: OLD_GUID, org_guid: "" });
  });
});

describe("what is left of the deleted instance", () => {
  const living = (): Scene => {
    const scene = new Scene();
    scene.cell.put(containerOf(OLD_GUID));
    scene.cell.directories.add(`${DATA}/postgres0`);
    return scene;
  };

  it("is stopped only if its full GUID is typed", async () => {
    const scene = living();
    scene.context.answers.set("old-instance", "stop").set("old-guid", OLD_GUID.slice(0, 8));
    await scene.refuses(findRemains, REMAINS, "guard-refused", /is not the GUID/);
    scene.context.answers.set("old-guid", OLD_GUID);
    expect(await scene.perform(findRemains, REMAINS)).toMatchObject({
      to_stop: [{ cell: "cell_z1/0", container: CONTAINER }],
      goes_on: false,
      database: "",
    });
  });

  it("goes on if its archive is chosen as it is", async () => {
    const scene = living();
    scene.context.answers.set("old-instance", "archive");
    expect(await scene.perform(findRemains, REMAINS)).toMatchObject({ to_stop: [], goes_on: true, database: "" });
  });

  it("is a source of its own, on its own cell, once it is stopped", async () => {
    const scene = living();
    scene.cell.alter(CONTAINER, { running: false, status: "exited" });
    scene.context.answers.set("old-instance", "directory");
    expect(await scene.perform(findRemains, REMAINS)).toMatchObject({
      to_stop: [],
      database: `${containerDataDirectory(CONTAINER)}/postgres0`,
      cell: "cell_z1/0",
      place_on: ["10.58.111.15"],
    });
  });

  it("is no source if two of it are left: nobody knows which one led", async () => {
    const scene = living();
    const other = "cf-00000000-0000-4000-8000-000000000002";
    scene.cell.put(containerOf(OLD_GUID, { name: other }));
    scene.cell.directories.add(`${containerDataDirectory(other)}/postgres0`);
    scene.context.answers.set("old-instance", "directory");
    await scene.refuses(findRemains, REMAINS, "input-invalid", /none of the choices/);
  });
});

describe("a name that is taken", () => {
  const TARGET = {
    org: "shop",
    space: "prod",
    name: "",
    service: "important-db",
    offering: "",
    plan: "",
    deleted_offering: "",
    deleted_plan: "",
    deleted_org_guid: "",
    apps: [],
    bound_apps: [],
    deployment: DEPLOYMENT,
    deleted_at: DELETED_AT,
  };
  /** Created again by somebody else, after the deletion, and never used. */
  const taken = (): Scene => {
    const scene = new Scene().withNew();
    scene.cf.change(NEW_GUID, { tags: ["theirs"] });
    return scene;
  };

  it("by an empty instance is adopted only if its full GUID is typed", async () => {
    const scene = taken();
    await scene.refuses(checkTarget, TARGET, "question-unanswered", /empty instance/);
    scene.context.answers.set("taken-name", "adopt").set("adopt-guid", "important-db");
    await scene.refuses(checkTarget, TARGET, "guard-refused", /is not the GUID/);
    scene.context.answers.set("adopt-guid", NEW_GUID);
    expect(await scene.perform(checkTarget, TARGET)).toMatchObject({ name: "important-db", adopt: NEW_GUID });
  });

  const unfit: readonly (readonly [string, (scene: Scene) => unknown])[] = [
    ["has tables", ({ cell }) => cell.database.tables.set("orders", 2)],
    ["has another database", ({ cell }) => cell.database.content.push(["database", "shop"])],
    ["has large objects", ({ cell }) => cell.database.content.push(["large object", "16400"])],
    [
      "is bound",
      ({ cf }) =>
        cf.bindingList.set(NEW_GUID, [
          {
            guid: "b",
            type: "app",
            name: undefined,
            appGuid: "web",
            lastOperation: { type: "create", state: "succeeded", description: "" },
          },
        ]),
    ],
    ["is older than the deletion", ({ cf }) => cf.change(NEW_GUID, { createdAt: "2026-11-19T10:00:00Z" })],
    [
      "has two nodes",
      ({ cell }) => cell.put(containerOf(NEW_GUID, { name: "cf-00000000-0000-4000-8000-000000000002" })),
    ],
    ["does not run", ({ cell }) => cell.alter(CONTAINER, { running: false, status: "exited" })],
  ];
  it.each(unfit)("is never adopted if it %s", async (_what, change) => {
    const scene = taken();
    change(scene);
    scene.context.answers.set("taken-name", "adopt").set("adopt-guid", NEW_GUID);
    await scene.refuses(checkTarget, TARGET, "name-taken", /exists already/);
  });

  it("is refused with a name of its own offered if nobody is asked, and exchanged if somebody is", async () => {
    const scene = taken();
    scene.cell.database.tables.set("orders", 2);
    await scene.refuses(checkTarget, TARGET, "name-taken", /exists already/);
    scene.context.answers.set("taken-name", "exchange");
    expect(await scene.perform(checkTarget, TARGET)).toMatchObject({
      name: "important-db-recovered",
      target: "shop/prod/important-db-recovered",
      exchange_with: NEW_GUID,
      final_name: "important-db",
    });
  });

  const CREATE = {
    org: "shop",
    space: "prod",
    space_guid: SPACE.guid,
    offering: "dingo-postgresql",
    plan: "cluster",
    name: "important-db",
    adopt: NEW_GUID,
    deployment: DEPLOYMENT,
    deleted_at: DELETED_AT,
    run: RUN,
  };

  it("is adopted by our tag beside its own, and nothing is created", async () => {
    const scene = taken();
    expect(await scene.perform(createService, CREATE)).toEqual({
      guid: NEW_GUID,
      name: "important-db",
      created_at: CREATED_AT,
    });
    expect(scene.cf.instances.map(({ tags }) => tags)).toEqual([["theirs", TAG]]);
    expect(scene.cf.creates).toEqual([]);
  });

  it("no longer holds as adopted once somebody uses it, as long as this run has not stopped it", async () => {
    const verdict = async (scene: Scene): Promise<unknown> => {
      if (createService.effect === "read") throw new Error("it creates");
      const output = createService.output.parse({ guid: NEW_GUID, name: "important-db", created_at: CREATED_AT });
      return createService.verify?.(scene.context, createService.input.parse(CREATE), output);
    };
    const adopted = taken();
    await adopted.perform(createService, CREATE);
    expect(await verdict(adopted)).toMatchObject({ holds: true });
    for (const [what, change] of unfit.filter(([name]) => name !== "does not run")) {
      const scene = taken();
      await scene.perform(createService, CREATE);
      change(scene);
      expect(await verdict(scene), what).toMatchObject({
        holds: false,
        evidence: expect.stringMatching(/in use now/) as string,
      });
    }
    // The recovered rows do not count as use by somebody else.
    adopted.cell.database.tables.set("orders", 2);
    adopted.cell.alter(CONTAINER, { startedAt: "2026-11-21T12:30:00Z" });
    expect(await verdict(adopted)).toMatchObject({ holds: true });
  });

  it.each([
    ["held", holdRestart],
    ["stopped", stopContainer],
  ])("is not %s if somebody has begun to use it since it was adopted", async (_what, action) => {
    const changes: readonly ((scene: Scene) => unknown)[] = unfit.map(([, change]) => change);
    const target = { ...FOUND, adopt: NEW_GUID, deleted_at: DELETED_AT };
    const unused = taken();
    await unused.perform(createService, CREATE);
    // The key that this run has made meanwhile is nobody's use of it.
    const key = { org: "shop", space: "prod", name: "important-db", guid: NEW_GUID, run: RUN };
    await unused.perform(createServiceKey, key);
    await unused.perform(action, target);
    for (const change of changes) {
      const scene = taken();
      await scene.perform(createService, CREATE);
      change(scene);
      await scene.refuses(action, target, "guard-refused", /is in use now/);
    }
  });

  it.each([
    ["", /, made by this run$/],
    [NEW_GUID, /, ADOPTED, created by /],
  ])("is shown in the review as what it is (adopted: %j)", async (adopt, said) => {
    const found = { service: "important-db", target: "shop/prod/important-db", target_archive: "s3://b/p", minutes: 1 };
    const source = {
      source_guid: OLD_GUID,
      source: "s3://b/q",
      source_objects: 1,
      source_bytes: 1,
      recovery_point: "",
    };
    const more = { target_guid: NEW_GUID, deleted_at: DELETED_AT, lost: 0, loss: "", target_objects: 1 };
    const facts = { ...found, ...source, ...more, cell: "cell_z1/0", container: CONTAINER, adopt };
    const row = { label: "target", value: expect.stringMatching(said) as string };
    expect(await taken().perform(review, facts)).toMatchObject({ rows: expect.arrayContaining([row]) as unknown });
    // The name that was asked for is no proof of the source's.
    for (const [source_name, name] of [["", "AN INSTANCE WHOSE NAME IS NOT KNOWN"] as const, ["b", "b"] as const]) {
      const named = { label: "source", value: `${name} (${OLD_GUID}), deleted ${DELETED_AT}` };
      const reviewed = await taken().perform(review, { ...facts, source_name });
      expect(reviewed).toMatchObject({ rows: expect.arrayContaining([named]) as unknown });
    }
  });

  it("is left alone if somebody has begun to use it since", async () => {
    const scene = taken();
    scene.cell.database.tables.set("orders", 1);
    await scene.refuses(createService, CREATE, "guard-refused", /in use now/);
    expect(scene.cf.instances.map(({ tags }) => tags)).toEqual([["theirs"]]);
  });
});
