import { describe, expect, it } from "vitest";
import type { ArchiveLocation } from "../../../src/archive/names/location.ts";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import { verifyArchive } from "../../../src/archive/judgement/verify.ts";
import type { ArchiveVerdict } from "../../../src/archive/judgement/verdict.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import {
  add,
  BASE,
  drop,
  lzopLike,
  OLD,
  sampleArchive,
  segment,
  sentinelText,
  stamp,
  SYSID,
} from "../sample-archive.ts";

async function judge(store: MemoryObjectStore, at: ArchiveLocation = OLD): Promise<ArchiveVerdict> {
  return verifyArchive(await readArchive(store.reader(), at));
}

const codes = (verdict: ArchiveVerdict): readonly string[] => verdict.problems.map(({ code }) => code);

describe("a whole archive", () => {
  it("is restorable up to its last segment", async () => {
    const verdict = await judge(sampleArchive());
    expect(verdict).toMatchObject({
      verdict: "restorable",
      restorable: true,
      reader: "wal-e",
      systemId: SYSID,
      postgresVersion: "9.6.24",
      baseBackups: [{ name: BASE, complete: true, usable: true }],
      timelines: [{ timeline: 1, first: segment(1), last: segment(6), segments: 6 }],
      gaps: [],
      missing: [],
      unreachable: [],
      recoveryPoint: { timeline: 1, segment: segment(6), lsn: "0/7000000", time: stamp(6) },
      problems: [],
      needed: { first: segment(2), last: segment(2) },
      loss: { segments: 0 },
      segmentsToReplay: 5,
      expandedBytes: 21_000_000,
    });
  });

  it("crosses the end of a log without a gap", async () => {
    const store = sampleArchive({ segments: [2, ...Array.from({ length: 0x105 }, (_, index) => index + 3)] });
    const verdict = await judge(store);
    expect(verdict.verdict).toBe("restorable");
    expect(verdict.recoveryPoint?.segment).toBe("000000010000000100000007");
    expect(verdict.recoveryPoint?.lsn).toBe("1/8000000");
  });

  it("stays restorable beside objects that are not WAL-E's, and names them", async () => {
    const store = sampleArchive();
    add(store, "wal_005/notes\u001b[2J.txt", "x");
    const verdict = await judge(store);
    expect(verdict.verdict).toBe("restorable");
    expect(codes(verdict)).toEqual(["unknown-object"]);
  });
});

describe("a WAL gap", () => {
  it("after the base backup leaves it restorable with loss, told in segments", async () => {
    const verdict = await judge(sampleArchive({ segments: [1, 2, 3, 5, 6] }));
    expect(verdict).toMatchObject({
      verdict: "restorable-with-loss",
      restorable: true,
      gaps: [{ timeline: 1, first: segment(4), last: segment(4), segments: 1 }],
      missing: [segment(4)],
      unreachable: [segment(5), segment(6)],
      recoveryPoint: { segment: segment(3), lsn: "0/4000000", time: stamp(3) },
      loss: { missing: 1, unreachable: 2, segments: 3 },
    });
  });

  it("before the base backup loses nothing", async () => {
    const store = sampleArchive({ segments: [2, 3, 4] });
    add(store, `wal_005/000000010000000000000000.lzo`, lzopLike("zero"));
    const verdict = await judge(store);
    expect(verdict).toMatchObject({ verdict: "restorable", missing: [], loss: { segments: 0 } });
    expect(verdict.gaps).toHaveLength(1);
  });

  it("inside what the base backup needs makes it not restorable", async () => {
    const store = sampleArchive({ segments: [1, 2, 4, 5, 6] });
    add(store, `basebackups_005/${BASE}_backup_stop_sentinel.json`, sentinelText(segment(4)));
    const verdict = await judge(store);
    expect(verdict).toMatchObject({ verdict: "not-restorable", restorable: false, recoveryPoint: null });
    expect(verdict.baseBackups[0]).toMatchObject({ complete: true, usable: false });
    expect(verdict.baseBackups[0]?.why).toContain(segment(3));
    expect(verdict.missing).toEqual([segment(3)]);
  });

  it("counts an empty segment as missing", async () => {
    const store = sampleArchive();
    add(store, `wal_005/${segment(5)}.lzo`, "");
    const verdict = await judge(store);
    expect(verdict).toMatchObject({
      verdict: "restorable-with-loss",
      missing: [segment(5)],
      unreachable: [segment(6)],
    });
    expect(codes(verdict)).toContain("segment-damaged");
  });

  it("of billions of segments neither hangs nor fills the memory", async () => {
    const store = sampleArchive();
    add(store, "wal_005/00000001FFFFFFFF000000FF.lzo", lzopLike("far"));
    const verdict = await judge(store);
    expect(verdict.verdict).toBe("restorable-with-loss");
    expect(verdict.loss.segments).toBe(2 ** 40 - 7);
    expect(verdict.missing).toHaveLength(10_000);
    expect(codes(verdict)).toContain("list-shortened");
  });
});

describe("base backups", () => {
  it("without a sentinel do not exist for the restore", async () => {
    const store = sampleArchive();
    drop(store, `basebackups_005/${BASE}_backup_stop_sentinel.json`);
    const verdict = await judge(store);
    expect(verdict.verdict).toBe("not-restorable");
    expect(codes(verdict)).toEqual(["base-without-sentinel", "no-base-backup"]);
    expect(verdict.baseBackups).toMatchObject([{ name: BASE, complete: false, usable: false }]);
  });

  it("that never finished leave an older whole one to restore from", async () => {
    const store = sampleArchive();
    add(store, `basebackups_005/base_${segment(5)}_00000040/extended_version.txt`, "PostgreSQL 9.6.24 on x");
    const verdict = await judge(store);
    expect(verdict).toMatchObject({ verdict: "restorable", chosenBase: BASE });
    expect(codes(verdict)).toEqual(["base-without-sentinel"]);
  });

  it("lacking a tar part are broken", async () => {
    const store = sampleArchive();
    add(store, `basebackups_005/${BASE}/tar_partitions/part_00000002.tar.lzo`, lzopLike("two"));
    const verdict = await judge(store);
    expect(verdict.verdict).toBe("not-restorable");
    expect(verdict.baseBackups[0]?.why).toBe("tar part 1 is missing");
  });

  it("too large for their tar parts are broken", async () => {
    const store = sampleArchive();
    const text = sentinelText(segment(2), { expanded_size_bytes: 1_610_612_737 });
    add(store, `basebackups_005/${BASE}_backup_stop_sentinel.json`, text);
    const verdict = await judge(store);
    expect(verdict.verdict).toBe("not-restorable");
    expect(verdict.baseBackups[0]?.why).toBe("it needs at least 2 tar parts and has 1");
  });

  it("with a cut sentinel are broken", async () => {
    const store = sampleArchive();
    add(store, `basebackups_005/${BASE}_backup_stop_sentinel.json`, sentinelText().slice(0, 40));
    expect(await judge(store)).toMatchObject({ verdict: "not-restorable", baseBackups: [{ complete: false }] });
  });

  it("are taken by the date of the sentinel, as WAL-E does, and the choice is said", async () => {
    const store = withSecondBase(stamp(1));
    const verdict = await judge(store);
    expect(verdict).toMatchObject({ verdict: "restorable", chosenBase: BASE });
    expect(codes(verdict)).toContain("latest-not-newest");
  });

  it("make the verdict unknown if the newest is broken and an older one is whole", async () => {
    const store = withSecondBase(stamp(6));
    drop(store, `basebackups_005/${SECOND}/tar_partitions/part_00000000.tar.lzo`);
    const verdict = await judge(store);
    expect(verdict).toMatchObject({ verdict: "unknown", chosenBase: SECOND });
    expect(verdict.problems[0]).toMatchObject({ code: "newest-base-broken" });
    expect(verdict.problems[0]?.message).toContain(BASE);
  });

  it("may be older and broken, as long as the newest is whole", async () => {
    const store = withSecondBase(stamp(6));
    drop(store, `basebackups_005/${BASE}/tar_partitions/part_00000000.tar.lzo`);
    const verdict = await judge(store);
    expect(verdict).toMatchObject({ verdict: "restorable", chosenBase: SECOND, segmentsToReplay: 2 });
    expect(codes(verdict)).toEqual(["older-base-broken"]);
  });
});

const SECOND = `base_${segment(5)}_00000040`;

function withSecondBase(lastModified: string): MemoryObjectStore {
  const store = sampleArchive();
  add(store, `basebackups_005/${SECOND}/extended_version.txt`, "PostgreSQL 9.6.24 on x86_64");
  add(store, `basebackups_005/${SECOND}/tar_partitions/part_00000000.tar.lzo`, lzopLike("second"));
  add(store, `basebackups_005/${SECOND}_backup_stop_sentinel.json`, sentinelText(segment(5)), { lastModified });
  return store;
}

describe("the system identifier", () => {
  it("that is missing makes the archive not restorable", async () => {
    const store = sampleArchive();
    drop(store, "sysids/sysid");
    const verdict = await judge(store);
    expect(verdict).toMatchObject({ verdict: "not-restorable", systemId: null });
    expect(codes(verdict)).toEqual(["sysid-missing"]);
  });

  it.each(["", "123", "not a number\n", "99999999999999999999\n", "6262740190985621594 \n"])(
    "that reads %j is malformed",
    async (text) => {
      const store = sampleArchive();
      add(store, "sysids/sysid", text);
      expect(codes(await judge(store))).toEqual(["sysid-malformed"]);
    },
  );

  it("of a cluster younger than the archive betrays a second writer", async () => {
    const store = sampleArchive({ sysid: ((BigInt(Date.parse(stamp(60))) / 1000n) << 32n).toString() });
    const verdict = await judge(store);
    expect(verdict.verdict).toBe("unknown");
    expect(codes(verdict)).toEqual(["sysid-younger"]);
  });
});

describe("what this version does not understand is unknown, never guessed", () => {
  it.each([
    ["several-timelines", `wal_005/${segment(7, 2)}.lzo`, lzopLike("tli 2")],
    ["several-timelines", "wal_005/00000002.history.lzo", lzopLike("history")],
    ["partial-segment", `wal_005/${segment(7)}.partial.lzo`, lzopLike("partial")],
    ["other-compression", `wal_005/${segment(7)}.lz4`, "packed otherwise"],
    ["other-compression", `wal_005/${segment(7)}`, "packed otherwise"],
    ["other-compression", `basebackups_005/${BASE}/tar_partitions/part_00000001.tar.zst`, "packed otherwise"],
    ["other-segment-size", "wal_005/000000010000000000000300.lzo", lzopLike("64 MiB")],
    ["wal-g-archive", `basebackups_005/base_${segment(7)}_backup_stop_sentinel.json`, "{}"],
    ["wal-g-archive", `basebackups_005/base_${segment(7)}_D_${segment(2)}/metadata.json`, "{}"],
    [
      "wal-g-archive",
      `basebackups_005/base_${segment(6)}_00000040_backup_stop_sentinel.json`,
      '{"LSN":1,"PgVersion":90624}',
    ],
    ["not-lzop", `wal_005/${segment(7)}.lzo`, Buffer.alloc(80, 0x85)],
    ["not-lzop", `basebackups_005/${BASE}/tar_partitions/part_00000000.tar.lzo`, Buffer.alloc(80, 0x85)],
    [
      "tablespaces",
      `basebackups_005/${BASE}_backup_stop_sentinel.json`,
      sentinelText(segment(2), { spec: { tablespaces: ["1"] } }),
    ],
    ["version-missing", `basebackups_005/${BASE}/extended_version.txt`, "?"],
  ])("%s: %s", async (code, key, content) => {
    const store = sampleArchive();
    add(store, key, content);
    const verdict = await judge(store);
    expect(codes(verdict)).toContain(code);
    expect(verdict).toMatchObject({ verdict: "unknown", restorable: false, recoveryPoint: null });
  });

  it.each(["GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING", "SNOW"])("storage class %s", async (storageClass) => {
    const store = sampleArchive();
    add(store, `wal_005/${segment(3)}.lzo`, lzopLike("cold"), { storageClass });
    expect(codes(await judge(store))).toContain("cold-storage");
  });

  it("base backups of two major versions", async () => {
    const store = withSecondBase(stamp(6));
    add(store, `basebackups_005/${SECOND}/extended_version.txt`, "PostgreSQL 9.5.1 on x86_64");
    expect(codes(await judge(store))).toContain("several-versions");
  });

  it("the history of the only timeline itself is no second timeline", async () => {
    const store = sampleArchive();
    for (const [key] of [...store.bucket(OLD.bucket)]) store.bucket(OLD.bucket).delete(key);
    const base = `base_${segment(8, 2)}_00000040`;
    add(store, `basebackups_005/${base}/extended_version.txt`, "PostgreSQL 9.6.24 on x86_64");
    add(store, `basebackups_005/${base}/tar_partitions/part_00000000.tar.lzo`, lzopLike("part"));
    add(store, `basebackups_005/${base}_backup_stop_sentinel.json`, sentinelText(segment(8, 2)));
    add(store, `wal_005/${segment(8, 2)}.lzo`, lzopLike("8"));
    add(store, "wal_005/00000002.history.lzo", lzopLike("history"));
    add(store, "sysids/sysid", `${SYSID}\n`);
    expect(await judge(store)).toMatchObject({ verdict: "restorable", recoveryPoint: { timeline: 2 } });
  });
});

describe("an empty prefix", () => {
  it("is not restorable, and is not confused with a refusal", async () => {
    const store = sampleArchive();
    store.bucket(OLD.bucket).clear();
    expect(await judge(store)).toMatchObject({ verdict: "not-restorable", problems: [{ code: "archive-empty" }] });
    store.refusals.set("list", "access-denied");
    await expect(judge(store)).rejects.toMatchObject({ code: "access-denied" });
  });

  it("is told from a prefix that is a part too short or too long: there the archive is named, and nothing is judged", async () => {
    const whole = OLD.prefix;
    const store = sampleArchive();
    for (const prefix of [whole.replace(/\/wal$/, ""), "backups", `${whole}/wal_005`, `${whole}/basebackups_005`]) {
      const verdict = await judge(store, { ...OLD, prefix });
      expect(verdict.verdict).toBe("unknown");
      const said = verdict.problems.find(({ code }) => code === "archive-elsewhere");
      expect(said?.message).toContain(`name the one at "s3://${OLD.bucket}/${whole}"`);
    }
  });

  it("is not assumed when a small object is refused", async () => {
    const store = sampleArchive();
    store.refusals.set("get", "access-denied");
    await expect(judge(store)).rejects.toMatchObject({ code: "access-denied" });
  });
});

it("notes a segment that was stored again long after later ones", async () => {
  const store = sampleArchive();
  add(store, `wal_005/${segment(3)}.lzo`, lzopLike("again"), { lastModified: stamp(60) });
  const verdict = await judge(store);
  expect(verdict.verdict).toBe("restorable");
  expect(codes(verdict)).toEqual(["dates-out-of-order"]);
});
