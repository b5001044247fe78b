/** Which instance was deleted: never a guess (dingo.md §0.6, §1.1, §1.2). */
import { describe, expect, it } from "vitest";
import { findDeletedInstance } from "../../src/discovery/actions/discovery/find-deleted-instance.ts";
import { RecoverError } from "../../src/errors.ts";
import type { UsageEvent } from "../../src/ports/cloud-foundry.ts";
import { memoryLogs } from "../discovery/recorded-logs.ts";
import { readPacked } from "../kit/log-patterns/captured.ts";
import { MemoryLogSearch } from "../fakes/memory-log-search.ts";
import { failure, NEW_GUID, OLD_GUID, Scene, SPACE } from "./scene.ts";

const INPUT = { service: "important-db", org: "shop", space: "prod", around: "", instance_guid: "" };

function deletion(guid: string, createdAt: string): UsageEvent {
  return {
    guid: `event-${createdAt}`,
    createdAt,
    state: "DELETED",
    instance: { guid, name: "important-db" },
    space: { guid: SPACE.guid, name: SPACE.name },
    orgGuid: SPACE.orgGuid,
    plan: "cluster",
    offering: "dingo-postgresql",
  };
}

describe("the deleted instance", () => {
  it("is found by its usage event alone: a deleted space leaves no audit event of it, and logs may never have been shipped", async () => {
    const scene = new Scene();
    scene.cf.usage.push(deletion(OLD_GUID, "2026-11-21T10:00:00Z"));
    expect(await scene.perform(findDeletedInstance, INPUT)).toMatchObject({ guid: OLD_GUID, plan: "cluster" });
  });

  it("is asked for if two of that name were deleted, and never chosen without an answer", async () => {
    const scene = new Scene();
    scene.cf.usage.push(deletion(OLD_GUID, "2026-11-21T10:00:00Z"), deletion(NEW_GUID, "2026-11-20T10:00:00Z"));
    await scene.refuses(findDeletedInstance, INPUT, "question-unanswered", /Which/);
    scene.context.answers.set("instance", NEW_GUID);
    expect(await scene.perform(findDeletedInstance, INPUT)).toMatchObject({ guid: NEW_GUID });
  });

  describe("of which the broker saw no node at its end", () => {
    const scenes = JSON.parse(readPacked("original-containers", "truth.json.gz")) as {
      readonly scenes: readonly { readonly name: string; readonly guid: string; readonly leader: string }[];
    };
    const dead = scenes.scenes.find(({ name }) => name === "dead");
    const guid = dead?.guid ?? "";
    // In the place that the scene has.
    const broker = readPacked("original-containers", "broker.stdout.log.gz")
      .replaceAll("a243f4e2-2001-4873-b1c2-6cbaeeafa011", SPACE.guid)
      .replaceAll("765c5dda-450d-471e-95f3-07dd93d6690b", SPACE.orgGuid);
    const cells = readPacked("original-containers", "cells.log.gz");
    const lastLines = broker.slice(broker.lastIndexOf("\n", broker.lastIndexOf("deprovision.start")) + 1);
    const sceneWith = async (files: Readonly<Record<string, string>>): Promise<Scene> => {
      const scene = new Scene(memoryLogs(files));
      await scene.clock.sleep(3 * 24 * 3_600_000);
      return scene;
    };
    const asked = { ...INPUT, service: "dead" };

    it("is found if its container had lived, by logs alone and beside usage events, with its node to look for", async () => {
      const scene = await sceneWith({ broker, cells });
      const found = { guid, kind: "deleted", nodes: [dead?.leader.replace("cf-", "")] };
      expect(await scene.perform(findDeletedInstance, asked)).toMatchObject(found);
      scene.cf.usage.push({ ...deletion(guid, "2026-11-24T03:09:47Z"), instance: { guid, name: "dead" } });
      expect(await scene.perform(findDeletedInstance, asked)).toMatchObject(found);
    });

    it("may exist if the logs hold its end alone: 15, and the way to look on the cells", async () => {
      const scene = await sceneWith({ lastLines });
      const error = await scene.perform(findDeletedInstance, asked).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: "coverage-incomplete",
        exitCode: 15,
        message: expect.stringContaining(`whether ${guid}, deleted at`) as string,
        remedy: expect.stringMatching(
          /Look for it on each cell, .*packages\/docker\/bin\/docker --host unix:/,
        ) as string,
      });
    });
  });

  it("is not one that Cloud Foundry has, though it could not say so when it was asked first", async () => {
    const scene = new Scene().withNew();
    scene.cf.usage.push(deletion(NEW_GUID, "2026-11-21T10:00:00Z"));
    scene.cf.failures.push(new RecoverError("unreachable", "a gateway time-out", { remedy: "Wait.", effect: "none" }));
    await scene.refuses(findDeletedInstance, INPUT, "old-instance-alive", /is not deleted/);
  });

  it("is told by its name if that was mistyped, and never taken for it", async () => {
    const scene = new Scene();
    scene.cf.usage.push(deletion(OLD_GUID, "2026-11-21T10:00:00Z"));
    const mistyped = scene.perform(findDeletedInstance, { ...INPUT, service: "importantdb" });
    await expect(mistyped).rejects.toMatchObject({
      code: "nothing-found",
      exitCode: 17,
      message: expect.stringMatching(
        /^no deletion of "importantdb" was found in .*; deleted there were "important-db" in shop\/prod at 2026-11-21T10:00:00Z$/,
      ) as string,
      remedy: expect.stringMatching(
        /^If "important-db" is meant, begin anew with its name: --input service=important-db\. .*discover --cf-events --all --space prod\./,
      ) as string,
    });
    const elsewhere = scene.perform(findDeletedInstance, { ...INPUT, service: "importantdb", space: "dev" });
    await expect(elsewhere).rejects.toMatchObject({
      remedy: expect.stringContaining("--input service=important-db --input space=prod") as string,
    });
    const before = scene.context.asked.length;
    const asked = { ...INPUT, service: "importantdb", org: "bank" };
    await expect(scene.perform(findDeletedInstance, asked)).rejects.toMatchObject({
      code: "nothing-found",
      message: expect.stringContaining('deleted elsewhere were "important-db" in shop/prod') as string,
      remedy: expect.stringContaining("--input service=important-db --input org=shop") as string,
    });
    expect(scene.context.asked).toHaveLength(before);
    const unlike = { ...asked, service: "invoices" };
    await scene.refuses(findDeletedInstance, unlike, "nothing-found", /was found in [^;]*$/);
  });

  it("is gone on with by its right name if somebody says that it was mistyped", async () => {
    const scene = new Scene();
    scene.cf.usage.push(deletion(OLD_GUID, "2026-11-21T10:00:00Z"));
    const mistyped = { ...INPUT, service: "importantdb" };
    scene.context.answers.set("instance", OLD_GUID);
    const found = { guid: OLD_GUID, name: "important-db", service: "important-db" };
    expect(await scene.perform(findDeletedInstance, mistyped)).toMatchObject(found);
    expect(scene.context.records("input-meant")).toEqual([{ service: "important-db" }]);
    const [question] = scene.context.asked;
    const typed = question?.commands?.flatMap(({ commands }) => commands.map(({ line }) => line));
    expect(typed).toEqual(["dingo-recover discover --cf-events --name important-db --space prod"]);
    expect(question).toMatchObject({ choices: [{ value: OLD_GUID, name: "important-db" }, { value: "none" }] });
    scene.context.answers.set("instance", "none");
    await expect(scene.perform(findDeletedInstance, mistyped)).rejects.toMatchObject({ code: "stopped-by-operator" });
  });

  it("is waited for if a log store or Cloud Foundry did not answer, and not if one refuses", async () => {
    const scene = new Scene();
    const store = new MemoryLogSearch();
    scene.logStores.push(store);
    store.failure = new RecoverError("unreachable", "the store did not answer", { remedy: "Wait." });
    const waited = failure("unreachable", /no deletion of "important-db".*logs\.example\.org.*did not answer/);
    await expect(scene.perform(findDeletedInstance, INPUT)).rejects.toEqual(waited);
    store.failure = new RecoverError("access-denied", "the store refused", { remedy: "Log in." });
    const refused = failure("coverage-incomplete", /the store refused/);
    await expect(scene.perform(findDeletedInstance, INPUT)).rejects.toEqual(refused);
    scene.logStores.pop();
    scene.cf.usageEvents = () => Promise.reject(new RecoverError("unreachable", "no answer", { remedy: "Wait." }));
    await scene.refuses(findDeletedInstance, INPUT, "unreachable", /no answer/);
  });
});
