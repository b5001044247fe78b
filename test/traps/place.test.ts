/** The place that the new instance is made in, and the things that are there already (dingo.md §1.1, §1.4, §1.5). */
import { describe, expect, it } from "vitest";
import { checkTarget } from "../../src/foundation/actions/cf/check-target.ts";
import { estimate } from "../../src/foundation/actions/archive/estimate.ts";
import { summarise } from "../../src/foundation/actions/recovery/summarise.ts";
import { DEPLOYMENT } from "../fakes/fake-director.ts";
import { CONTAINER, containerOf, NEW_GUID, OLD_GUID, Scene } from "./scene.ts";

const INPUT = {
  org: "shop",
  space: "prod",
  name: "",
  service: "important-db",
  offering: "",
  plan: "",
  deleted_offering: "dingo-postgresql",
  deleted_plan: "cluster",
  deleted_org_guid: "org-guid",
  apps: [],
  bound_apps: [],
  deployment: DEPLOYMENT,
};
const MISMATCH =
  "CRITICAL: system ID mismatch, node 52167ceb belongs to a different cluster: 7710592790500450521 != 7710592673896030425";

describe("the place of the new instance", () => {
  it("is refused if a database of that name lives", async () => {
    const scene = new Scene().withNew();
    await scene.refuses(checkTarget, INPUT, "name-taken", /exists already/);
  });

  it("is refused if the page's procedure left a container in a crash loop, and the loop's reason is told", async () => {
    const scene = new Scene().withNew();
    scene.cell.alter(CONTAINER, { restartCount: 9, exitCode: 0 });
    scene.cell.logLines.set(CONTAINER, ["restore_leader_if_missing> local database exists", MISMATCH]);
    await scene.refuses(checkTarget, INPUT, "wreck-found", /restarted cf-\S+ 9 times; CRITICAL: system ID mismatch/);
  });

  it("is named with the command that makes it again if the space is gone and nothing tells its organization", async () => {
    const scene = new Scene();
    scene.cf.spaces.length = 0;
    await expect(scene.perform(checkTarget, { ...INPUT, deleted_org_guid: "" })).rejects.toMatchObject({
      code: "nothing-found",
      remedy: expect.stringContaining("cf create-space prod -o shop") as string,
    });
  });

  it("is refused in another organization than that of the deletion's record", async () => {
    const scene = new Scene();
    const asked = { ...INPUT, deleted_org_guid: "another-org" };
    await scene.refuses(checkTarget, asked, "guard-refused", /another organization/);
  });

  it("needs a plan that is still offered, and names those that are", async () => {
    const scene = new Scene();
    const checked = scene.perform(checkTarget, {
      ...INPUT,
      deleted_offering: "dingo-postgresql95",
      deleted_plan: "solo",
    });
    await expect(checked).rejects.toMatchObject({
      code: "input-invalid",
      remedy: expect.stringContaining("dingo-postgresql/cluster") as string,
    });
  });

  it("binds of the applications that were bound only those that were not deleted with the space", async () => {
    const scene = new Scene();
    scene.cf.appList.push({ guid: "app-1", name: "shop-web", state: "STARTED" });
    const found = await scene.perform(checkTarget, { ...INPUT, bound_apps: ["app-1", "app-gone"] });
    expect(found["apps"]).toEqual(["shop-web"]);
  });

  it("is refused before anything is created if no cell has the room for the expanded database", async () => {
    const scene = new Scene();
    scene.cell.free = 20_000_000;
    const facts = { source: "s3://b/x", objects: 11, bytes: 1000, expanded_bytes: 21_000_000, segments: 5 };
    await scene.refuses(estimate, { ...facts, deployment: DEPLOYMENT }, "does-not-fit", /no cell has more/);
  });

  it("is told from the wreck's: a container that was restarted once long ago is only a taken name", async () => {
    const scene = new Scene().withNew();
    scene.cell.put(containerOf(NEW_GUID, { restartCount: 1 }));
    await scene.refuses(checkTarget, INPUT, "name-taken", /exists already/);
  });
});

describe("what is told at the end", () => {
  it("names the new address, the former number of nodes, the user's own look, and what was left aside", async () => {
    const told = await new Scene().perform(summarise, {
      target: "shop/prod/important-db",
      guid: NEW_GUID,
      source_guid: OLD_GUID,
      recovered_to: "2026-11-21T11:57:53.190Z",
      deleted_at: "2026-11-21T11:58:00Z",
      segments_restored: 5,
      tables: [],
      archive_aside: "s3://b/aside",
      data_aside: "/data.aside",
      cell: "cell_z1/0",
      key: "key",
      org: "shop",
      space: "prod",
      name: "important-db",
      nodes: ["node-1", "node-2"],
    });
    const next = JSON.stringify(told["next"]);
    expect(next).toMatch(/new host and port/);
    expect(next).toMatch(/node-count\\":2/);
    expect(next).toMatch(/ask the owner to look/);
    // Neither the source archive nor the service key was moved aside.
    expect(told["left_aside"]).toEqual([
      expect.stringContaining("s3://b/aside"),
      expect.stringContaining("/data.aside"),
    ]);
  });
});
