/** Law 1: the guard under every change of a store, and that it knows archives by itself. */
import { describe, expect, it } from "vitest";
import { Guard, type Permit } from "../../../../../src/archive/adapters/s3/guard/guard.ts";
import { RecoverError } from "../../../../../src/errors.ts";
import { fc } from "../../../../properties.ts";

const BUCKET = "backups-bucket";
const SOURCE = { bucket: BUCKET, prefix: "backups/6e101b27/wal" };
const NEW = { bucket: BUCKET, prefix: "backups/78218ded/wal" };
const ASIDE = { bucket: BUCKET, prefix: "backups/78218ded/dingo-recover/run-1/replaced" };

/** A guard of a bucket that holds these keys. */
function guardOf(...keys: readonly string[]): { readonly guard: Guard; readonly asked: string[] } {
  const asked: string[] = [];
  const guard = new Guard((bucket, prefix) => {
    asked.push(prefix);
    return Promise.resolve(bucket === BUCKET && keys.some((key) => key.startsWith(prefix)));
  });
  return { guard, asked };
}

async function allows(permit: Permit, key: string, bucket = BUCKET): Promise<boolean> {
  try {
    await permit.show({ bucket, key });
    permit.require({ bucket, key });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "source-protected", effect: "none" });
    expect(() => permit.require({ bucket, key })).toThrow(RecoverError);
    return false;
  }
}

/** A permit that opens the source itself: then only the guard holds. */
const careless = (prefix = SOURCE.prefix): Permit =>
  guardOf().guard.archives({ bucket: BUCKET, prefix }, [SOURCE, NEW, ASIDE, { bucket: BUCKET, prefix: "backups" }]);

describe("the source of a run", () => {
  it.each([
    "backups/6e101b27/wal",
    "backups/6e101b27/wal/",
    "backups/6e101b27/wal/wal_005/000000010000000000000001.lzo",
    "/backups/6e101b27/wal/x",
    "backups//6e101b27/wal/x",
    "backups/./6e101b27/wal/x",
    "backups/78218ded/../6e101b27/wal/x",
    "backups/78218ded/wal/../../6e101b27/wal/x",
    "backups%2F6e101b27%2Fwal%2Fx",
    "backups/6e101b27/%77al/x",
    "backups/6e101b27/%2577al/x",
    "backups\\6e101b27\\wal\\x",
    "backups/78218ded/%2e%2e/6e101b27/wal/x",
    "backups/78218ded/%252e%252e/6e101b27/wal/x",
    "backups/78218ded/..%2f6e101b27/wal/x",
    "Backups/6E101B27/WAL/x",
    "backups/6e101b27/wal./x",
    "backups./6e101b27 /wal. ./x",
    "backups/6e101b27/wal%2e/x",
    "..",
    "",
    "/",
    "backups/78218ded/wal//",
    "backups/78218ded/wal%2f/",
    "a/../../x",
  ])("takes nothing at %j, though a permit names it", async (key) => expect(await allows(careless(), key)).toBe(false));

  it.each([
    "backups/78218ded/wal/x",
    "backups/78218ded/wal/wal_005/000000010000000000000001.lzo",
    "backups/78218ded/wal/",
    "backups/78218ded/wal/dots..in/a...name",
    "backups/78218ded/wal/new\nline\u001b[2J",
    "backups/78218ded/wal/100%",
    "backups/78218ded/wal/ends with a dot./x",
    "backups/78218ded/dingo-recover/run-1/replaced/sysids/sysid",
  ])("is none at %j", async (key) => expect(await allows(careless(), key)).toBe(true));

  it("is told with and without slashes around it", async () => {
    for (const prefix of ["/backups/6e101b27/wal/", "backups/6e101b27/wal//"])
      expect(await allows(careless(prefix), "backups/6e101b27/wal/x")).toBe(false);
  });

  it("is the whole bucket if its prefix is empty", async () => {
    expect(await allows(careless(""), "backups/78218ded/wal/x")).toBe(false);
  });

  it("is compared in one normal form of Unicode", async () => {
    const place = { bucket: BUCKET, prefix: "backups/ünï" };
    const permit = guardOf().guard.archives({ ...place, prefix: "backups/u\u0308ni\u0308" }, [place]);
    expect(await allows(permit, "backups/ünï/x")).toBe(false);
  });

  it.each(["backups-bucket/backups", "BACKUPS-BUCKET", "..", "", "arn:aws:s3:::backups-bucket", "a b"])(
    "is not reached by the bucket name %j",
    async (bucket) => expect(await allows(careless(), "backups/6e101b27/wal/x", bucket)).toBe(false),
  );

  it("stays one for every permit that the same process is given later", async () => {
    const { guard } = guardOf();
    guard.archives(SOURCE, [NEW]);
    const later = guard.archives(NEW, [SOURCE]);
    expect(await allows(later, `${SOURCE.prefix}/x`)).toBe(false);
    const lease = guard.shared({ bucket: BUCKET, prefix: SOURCE.prefix });
    expect(await allows(lease, `${SOURCE.prefix}/runs/1/lease.json`)).toBe(false);
  });
});

describe("a permit for archives", () => {
  it("leads nowhere but to the places that it names", async () => {
    const permit = guardOf().guard.archives(SOURCE, [NEW]);
    for (const key of [
      `${ASIDE.prefix}/x`,
      "backups/78218ded/wal",
      "backups/78218ded/wal2/x",
      "backups/c0ffee/wal/x",
      "x",
    ])
      expect(await allows(permit, key)).toBe(false);
    expect(await allows(permit, `${NEW.prefix}/x`, "another-bucket")).toBe(false);
    expect(await allows(permit, `${NEW.prefix}/x`)).toBe(true);
  });

  it.each([
    "",
    "spilo/pg-main/wal_005",
    "spilo/pg-main/basebackups_005/base_1",
    "x/sysids/y",
    "backups/78218ded/wal/x",
  ])("opens no place %j, which is a part of an archive or a whole bucket", async (prefix) => {
    const permit = guardOf().guard.archives(SOURCE, [{ bucket: BUCKET, prefix }]);
    expect(await allows(permit, `${prefix}/1`)).toBe(false);
  });

  it.each(["spilo/pg-main/sysids/sysid", "spilo/wal_005/1", "basebackups_005/base_1_backup_stop_sentinel.json"])(
    "opens no place inside the archive to which %j belongs",
    async (other) => {
      const permit = guardOf(other).guard.archives(SOURCE, [{ bucket: BUCKET, prefix: "spilo/pg-main/copy" }]);
      expect(await allows(permit, "spilo/pg-main/copy/wal_005/1")).toBe(false);
    },
  );

  it("asks the store for nothing if an instance's own places are meant", async () => {
    const { guard, asked } = guardOf();
    const permit = guard.archives(SOURCE, [NEW, ASIDE]);
    expect(await allows(permit, `${NEW.prefix}/wal_005/1`)).toBe(true);
    expect(await allows(permit, `${ASIDE.prefix}/wal_005/1`)).toBe(true);
    expect(asked).toEqual([]);
  });
});

describe("a permit for a shared place", () => {
  const shared = (prefix: string, ...keys: readonly string[]) => {
    const { guard, asked } = guardOf(...keys);
    return { permit: guard.shared({ bucket: BUCKET, prefix }), asked };
  };

  it.each([
    "spilo/pg-main/wal_005",
    "spilo/pg-main/WAL_005",
    "spilo/pg-main/basebackups_005/x",
    "a/sysids",
    "backups/c0ffee/wal",
    "Backups/c0ffee/Wal/leases",
    "a/%77al_005",
    "a/wal_005./leases",
    "backups/c0ffee/wal /leases",
    "a\\wal_005",
  ])("opens no place %j, by its name", async (prefix) =>
    expect(await allows(shared(prefix).permit, `${prefix}/conditions.json`)).toBe(false),
  );

  it.each([
    ["spilo/pg-main", "spilo/pg-main/basebackups_005/base_1/tar_partitions/part_00000000.tar.lzo"],
    ["spilo/pg-main/leases", "spilo/pg-main/wal_005/000000010000000000000001.lz4"],
    ["spilo/pg-main/deep/er", "spilo/pg-main/sysids/sysid"],
    ["leases", "wal_005/000000010000000000000001.lzo"],
  ])("opens no place %j beside %j, whatever its name", async (prefix, other) =>
    expect(await allows(shared(prefix, other).permit, `${prefix}/conditions.json`)).toBe(false),
  );

  it("opens a place of its own, and looks at each prefix above it once", async () => {
    const { permit, asked } = shared("ops/leases", "spilo/pg-main/wal_005/1", "ops/leases/runs/1/lease.json");
    for (const name of ["conditions.json", "runs/1/lease.json", "runs/1/journal/00000001.jsonl", "runs/1/lease.json"])
      expect(await allows(permit, `ops/leases/${name}`)).toBe(true);
    const prefixes = [
      "",
      "ops/",
      "ops/leases/",
      "ops/leases/runs/",
      "ops/leases/runs/1/",
      "ops/leases/runs/1/journal/",
    ];
    const wanted = prefixes.flatMap((each) =>
      ["wal_005/", "basebackups_005/", "sysids/"].map((name) => `${each}${name}`),
    );
    expect([...asked].sort()).toEqual(wanted.sort());
  });

  it("takes nothing before somebody has looked", () => {
    const { permit } = shared("ops/leases");
    expect(() => permit.require({ bucket: BUCKET, key: "ops/leases/x" })).toThrow(/nobody has looked/);
  });

  it("takes nothing if nobody can look, and looks again the next time", async () => {
    let mayList = false;
    const guard = new Guard(() => {
      if (mayList) return Promise.resolve(false);
      return Promise.reject(new RecoverError("access-denied", "it may not list", { remedy: "Let it." }));
    });
    const permit = guard.shared({ bucket: BUCKET, prefix: "leases" });
    const at = { bucket: BUCKET, key: "leases/x" };
    await expect(permit.show(at)).rejects.toMatchObject({ code: "access-denied", effect: "none" });
    expect(() => permit.require(at)).toThrow(/nobody has looked/);
    mayList = true;
    await permit.show(at);
    expect(() => permit.require(at)).not.toThrow();
  });
});

const decoded = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/giu, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** The readings that a careless server, proxy or file system may make of a key. */
function readings(key: string): readonly string[] {
  const once = decoded(key);
  return [key, once, decoded(once)]
    .flatMap((text) => [text, text.replaceAll("\\", "/")])
    .map(
      (text) => new URL(`http://server/${text.replaceAll("%", "%25").replaceAll("#", "%23").replaceAll("?", "%3F")}`),
    )
    .map(({ pathname }) => decoded(pathname).replace(/\/+/gu, "/").slice(1).toLowerCase());
}

describe("spellings of keys", () => {
  const part = fc.constantFrom(
    ...[
      "backups",
      "6e101b27",
      "wal",
      "WAL",
      "78218ded",
      "x",
      "..",
      ".",
      "",
      "%2e%2e",
      "%2E.",
      "%77al",
      "%2577al",
      "spilo",
    ],
    ...[
      "wal_005",
      "Wal_005",
      "%77al_005",
      "basebackups_005",
      "basebackups%5F005",
      "sysids",
      "a\\wal_005",
      "wal%2f",
      "..%2f",
    ],
  );
  const key = fc.array(part, { maxLength: 8 }).map((parts) => parts.join("/"));
  const isIn = (prefix: string, reading: string): boolean => `${reading}/`.startsWith(`${prefix}/`);

  it("reach no source, whatever a permit names", async () => {
    await fc.assert(
      fc.asyncProperty(key, async (each) => {
        const reached = readings(each).some((reading) => isIn(SOURCE.prefix, reading));
        if (reached) expect(await allows(careless(), each)).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });

  it("reach no archive from a shared place, wherever that lies", async () => {
    const inArchive = /(?:^|\/)(?:(?:wal|basebackups)_\d+|sysids)(?:\/|$)|^backups\/[^/]+\/wal(?:\/|$)/u;
    await fc.assert(
      fc.asyncProperty(key, key, async (prefix, name) => {
        const { guard } = guardOf("spilo/x/wal_005/1");
        const whole = `${prefix}/${name}`;
        const reached = readings(whole).some((reading) => inArchive.test(reading) || isIn("spilo/x", reading));
        // By its very bytes what lies there is no secret to the store; what is read otherwise is refused for that.
        if (reached) expect(await allows(guard.shared({ bucket: BUCKET, prefix }), whole)).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });
});
