/** What every store says of a bucket's own rules: its policy, and what it keeps of what is deleted. */
import { expect, it } from "vitest";
import type { ObjectStoreWorld } from "./object-store.js";

export function bucketRules(world: () => Pick<ObjectStoreWorld, "bucket" | "store" | "denied" | "rule">): void {
  it("says that there is none, then gives its text", async () => {
    expect(await world().store.policy(world().bucket)).toBe("");
    const at = { Principal: { AWS: ["*"] }, Resource: [`arn:aws:s3:::${world().bucket}/policy/*`] };
    const policy = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: ["s3:DeleteObject"], ...at }] };
    await world().rule(JSON.stringify(policy));
    expect(JSON.parse((await world().store.policy(world().bucket)) ?? "")).toMatchObject(policy);
  });

  it("is unknown, not none, where we may not look", async () => {
    expect(await world().denied.policy(world().bucket)).toBeUndefined();
    expect(await world().denied.reader().lifecycle(world().bucket)).toBeUndefined();
    const unknown = { versioning: "not-known", mfaDelete: false, lock: "not-known" };
    expect(await world().denied.protection(world().bucket)).toEqual(unknown);
  });

  it("simulates no rights where the store has no IAM beside it, and says so", async () => {
    const asked = { objectActions: ["s3:DeleteObject"], bucketActions: [] };
    const question = { ...asked, bucket: world().bucket, key: "simulate/1", who: "" };
    for (const store of [world().store, world().denied])
      expect(await store.simulate(question)).toMatchObject({ why: expect.stringMatching(/./) as string });
  });

  it("says of a bucket that keeps nothing which is deleted that it does not", async () => {
    const nothing = { versioning: "off", mfaDelete: false, lock: "none" };
    expect(await world().store.protection(world().bucket)).toEqual(nothing);
  });
}
