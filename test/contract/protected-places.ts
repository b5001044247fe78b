/** Law 1, at every object store: the places that no writer reaches, with any request. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import type { ArchiveStore, ObjectStore, WritePlaces } from "../../src/ports/object-store.ts";

const PROTECTED = "protected/archive/wal";
/** The places of the suite's writer: the source is among them, and stays unchanged. */
const WRITTEN = ["copy", "copied", "remove", "removed", `${PROTECTED}2`, PROTECTED, "backups/6e101b27/wal"];
export const placesIn = (bucket: string): WritePlaces => ({
  source: { bucket, prefix: PROTECTED },
  into: WRITTEN.map((prefix) => ({ bucket, prefix })),
});

export interface ProtectedScene {
  readonly world: () => {
    readonly bucket: string;
    readonly store: ArchiveStore;
    readonly seed: (key: string, content: string) => Promise<void>;
  };
  readonly writer: () => ObjectStore;
  readonly fails: (
    call: "copy" | "remove",
    answer: Promise<unknown>,
    error: { readonly code: ErrorCode; readonly effect?: "none" },
  ) => Promise<void>;
}

export function protectedPlaces({ world, writer, fails }: ProtectedScene): void {
  const at = (key: string) => ({ bucket: world().bucket, key });
  const text = async (key: string) => Buffer.from(await world().store.reader().get(at(key))).toString();
  const keys = async (prefix: string) =>
    (await world().store.reader().list(world().bucket, prefix)).map(({ key }) => key);
  const etagOf = async (key: string) => (await world().store.reader().head(at(key)))?.etag ?? "";

  describe("the protected prefix", () => {
    it("takes no copy and no delete, and is read as ever", async () => {
      await world().seed(`${PROTECTED}/wal_005/1`, "only copy");
      await world().seed("elsewhere", "x");
      for (const key of [PROTECTED, `${PROTECTED}/wal_005/1`, `${PROTECTED}/new`]) {
        const copy = writer().copy(at("elsewhere"), at(key), { ifMatch: await etagOf("elsewhere") });
        await fails("copy", copy, { code: "source-protected", effect: "none" });
        await fails("remove", writer().remove(at(key)), { code: "source-protected", effect: "none" });
      }
      expect(await keys(`${PROTECTED}/`)).toEqual([`${PROTECTED}/wal_005/1`]);
      expect(await text(`${PROTECTED}/wal_005/1`)).toBe("only copy");
    });

    it("is not the only one: an archive of others is found above the place that is written to", async () => {
      await world().seed("others/pg-main/basebackups_005/base_1/extended_version.txt", "x");
      await world().seed("others/pg-main/new/1", "x");
      const place = { bucket: world().bucket, prefix: "others/pg-main/new" };
      const there = world().store.writer({ source: { bucket: world().bucket, prefix: PROTECTED }, into: [place] });
      await fails("remove", there.remove(at("others/pg-main/new/1")), { code: "source-protected", effect: "none" });
      const copy = there.copy(at("others/pg-main/new/1"), at("others/pg-main/new/2"), { ifMatch: md5("x") });
      await fails("copy", copy, { code: "source-protected", effect: "none" });
      expect(await keys("others/pg-main/new/")).toEqual(["others/pg-main/new/1"]);
    });

    it("does not cover what only begins alike", async () => {
      await world().seed(`${PROTECTED}2/x`, "x");
      await writer().remove(at(`${PROTECTED}2/x`));
      expect(await keys(`${PROTECTED}2/`)).toEqual([]);
    });

    it("has a reader without any way to write", () => {
      expect(world().store.reader()).not.toHaveProperty("copy");
      expect(world().store.reader()).not.toHaveProperty("remove");
    });
  });
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
