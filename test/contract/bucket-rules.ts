/** Every store's answer about a bucket's own rules: how it keeps deleted objects. */
import { expect, it } from "vitest";
import type { ObjectStoreWorld } from "./object-store.ts";

export function bucketRules(world: () => Pick<ObjectStoreWorld, "bucket" | "store" | "denied">): void {
  it("is unknown, not none, if we may not look", async () => {
    expect(await world().denied.reader().lifecycle(world().bucket)).toBeUndefined();
    const unknown = { versioning: "not-known", mfaDelete: false, lock: "not-known" };
    expect(await world().denied.protection(world().bucket)).toEqual(unknown);
  });

  it("says of a bucket that keeps nothing which is deleted that it does not", async () => {
    const nothing = { versioning: "off", mfaDelete: false, lock: "none" };
    expect(await world().store.protection(world().bucket)).toEqual(nothing);
  });
}
