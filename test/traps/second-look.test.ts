/** The harm that another process, another log-in or a foreign etcd could do to a run. */
import { describe, expect, it } from "vitest";
import { asideLocation, planCopy } from "../../src/archive/copy/copy-plan.ts";
import { setAside } from "../../src/archive/copy/set-aside.ts";
import { check } from "../../src/foundation/actions/platform/check.ts";
import { checkVersion } from "../../src/foundation/actions/postgres/check-version.ts";
import { createServiceKey } from "../../src/foundation/actions/cf/create-service-key.ts";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import { NEW, OLD } from "../archive/sample-archive.ts";
import { NEW_GUID, RUN, Scene, WITH_ETCD } from "./scene.ts";

describe("an etcd that does not know the new instance", () => {
  it("is refused before anything is stopped", async () => {
    const scene = new Scene().withNew();
    scene.etcd.keys.clear();
    const asked = { ...WITH_ETCD, postgres_version: "9.6.24" };
    await scene.refuses(checkVersion, asked, "guard-refused", /does not know the new instance/);
  });
});

describe("a resume with another log-in", () => {
  it("is drift: the facts are another foundation's", async () => {
    const scene = new Scene();
    const output = await scene.perform(check, { sanity_query: "" });
    const verify = (then: Record<string, unknown>) =>
      check.effect === "read" ? check.verify?.(scene.context, {} as never, { ...output, ...then } as never) : undefined;
    expect(await verify({})).toMatchObject({ holds: true });
    expect(await verify({ cf_api: "https://api.staging.example.com" })).toMatchObject({ holds: false });
    expect(await verify({ director: "another" })).toMatchObject({ holds: false });
  });
});

describe("a name that another instance has now", () => {
  it("gets no key and no binding", async () => {
    const scene = new Scene().withNew();
    const wanted = { guid: NEW_GUID, org: "shop", space: "prod", name: "renamed-meanwhile", run: RUN };
    await scene.refuses(createServiceKey, wanted, "guard-refused", /is called/);
  });
});

describe("an object that was written again while it was moved aside", () => {
  it("is not deleted", async () => {
    const memory = new Scene().withNew().store;
    const writer = memory.writer({ source: OLD, into: [NEW, asideLocation(NEW, RUN)] });
    const objects = await writer.list(NEW.bucket, `${NEW.prefix}/`);
    const plan = planCopy(NEW, asideLocation(NEW, RUN), objects);
    const key = plan.phases.flat()[0]?.from.key ?? "";
    // Somebody else finished the move and put the old cluster's object of the same name there.
    const store: ObjectStore = {
      ...writer,
      copy: async (from, to, request) => {
        const copied = await writer.copy(from, to, request);
        if (from.key === key) memory.seed(NEW.bucket, key, "the old cluster's bytes");
        return copied;
      },
    };
    await expect(setAside(store, plan, {})).rejects.toMatchObject({ code: "proof-failed" });
    expect(await store.head({ bucket: NEW.bucket, key })).toBeDefined();
  });
});
