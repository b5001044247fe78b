/** Two clusters that wrote to one prefix: PostgreSQL replays no segment of another, so each has its own base backups and WAL. */
import { describe, expect, it } from "vitest";
import { formatLocation } from "../../../src/archive/names/location.ts";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import { planRestore } from "../../../src/archive/restore/plan.ts";
import { archiveVerify, type ArchiveVerifyDocument } from "../../../src/cli/commands/archive/archive-verify-core.ts";
import { lzop, type Run } from "../../../src/rehearsal/world/formats/lzop.ts";
import { tar } from "../../../src/rehearsal/world/formats/tar.ts";
import { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { bytesOf, vitalMembers } from "../vital-members.ts";
import { OLD, segment, sentinelText, stamp, RECORDS, records } from "../sample-archive.ts";

const SEGMENT_BYTES = 16 * 1024 * 1024;
/** Made by initdb on 2016-03-16. */
const ELDER = "6262740190985621594";
/** Made by initdb at 2026-11-21 03:20, an hour after the elder's last base backup here. */
const YOUNGER = (BigInt(Date.UTC(2026, 10, 21, 3, 20) / 1000) << 32n).toString();
const baseAt = (number: number): string => `base_${segment(number)}_00000040`;

const packed = (runs: readonly Run[], mtime = 1): Buffer => lzop(runs, { mtime, fileMode: 0o100600 });

/** `at`: when its server had written it. */
function wal(number: number, sysid: string, at: number): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt16LE(0xd093, 0);
  header.writeUInt16LE(2, 2);
  header.writeUInt32LE(1, 4);
  header.writeBigUInt64LE(BigInt(number) * BigInt(SEGMENT_BYTES), 8);
  header.writeBigUInt64LE(BigInt(sysid), 24);
  header.writeUInt32LE(SEGMENT_BYTES, 32);
  header.writeUInt32LE(8192, 36);
  return packed([header, records(number), SEGMENT_BYTES - 40 - RECORDS], Date.parse(stamp(at)) / 1000);
}

class Prefix {
  readonly store = new MemoryObjectStore();

  put(key: string, content: string | Uint8Array, at: number): this {
    this.store.seed(OLD.bucket, `${OLD.prefix}/${key}`, content, { lastModified: stamp(at) });
    return this;
  }

  /** `copied`: how much later they were stored than written. */
  segments(cluster: string, first: number, last: number, at = 0, copied = 0): this {
    for (let number = first; number <= last; number += 1)
      this.put(`wal_005/${segment(number)}.lzo`, wal(number, cluster, at + number), at + number + copied);
    return this;
  }

  base(cluster: string, number: number, at = number): this {
    const vital = vitalMembers(segment(number), cluster);
    const content = packed(tar([...vital]));
    const name = `basebackups_005/${baseAt(number)}`;
    this.put(`${name}/extended_version.txt`, "PostgreSQL 9.6.24 on x86_64-pc-linux-gnu\n", at);
    this.put(`${name}/tar_partitions/part_00000000.tar.lzo`, content, at);
    return this.put(
      `${name}_backup_stop_sentinel.json`,
      sentinelText(segment(number), { expanded_size_bytes: bytesOf(vital) }),
      at,
    );
  }

  /** The base backup itself no longer tells whose it is. */
  silent(number: number): this {
    const content = packed(tar([{ name: "PG_VERSION", content: [Buffer.from("9.6\n"), 8192] }]));
    return this.put(`basebackups_005/${baseAt(number)}/tar_partitions/part_00000000.tar.lzo`, content, number);
  }

  sysid(cluster: string): this {
    return this.put("sysids/sysid", `${cluster}\n`, 2);
  }

  async look(depth?: "deep" | "full"): Promise<ArchiveVerifyDocument> {
    return (await archiveVerify({ store: this.store, location: formatLocation(OLD), depth })).document;
  }
}

const codes = ({ problems }: ArchiveVerifyDocument): readonly string[] => problems.map(({ code }) => code);

/** The elder's base backups in 2 and 5, then a younger cluster over its segments 1 to 3 and its first base backup. */
const overwritten = (): Prefix =>
  new Prefix().segments(ELDER, 1, 8).base(ELDER, 2).base(ELDER, 5).segments(YOUNGER, 1, 3, 10).base(YOUNGER, 2, 12);

describe("a younger cluster that wrote the newest base backup over the elder's first one", () => {
  it("leaves the elder's newer base backup, which is taken if the archive is the elder's", async () => {
    const document = await overwritten().sysid(ELDER).look("deep");
    expect(document).toMatchObject({
      verdict: "restorable",
      chosenBase: baseAt(5),
      latestBase: baseAt(2),
      systemId: ELDER,
      recoveryPoint: { segment: segment(8) },
      loss: { segments: 0 },
    });
    expect(codes(document)).toEqual(expect.arrayContaining(["other-cluster", "latest-not-newest"]));
    expect(document.problems.find(({ code }) => code === "other-cluster")?.message).toContain(YOUNGER);
  });

  it("is the one that is taken if the archive calls itself the younger's, and the elder's is named", async () => {
    const document = await overwritten().sysid(YOUNGER).look("deep");
    expect(document).toMatchObject({
      chosenBase: baseAt(2),
      systemId: YOUNGER,
      recoveryPoint: { segment: segment(3) },
    });
    expect(document.baseBackups.map(({ usable }) => usable)).toEqual([true, true]);
    const [message] = document.problems.flatMap(({ code, message }) => (code === "other-cluster" ? [message] : []));
    expect(message).toContain(`--base ${baseAt(5)}`);
  });

  it("makes the verdict unknown if only names were looked at", async () => {
    const document = await overwritten().sysid(ELDER).look();
    expect(document.verdict).toBe("unknown");
    expect(codes(document)).toContain("several-clusters");
  });

  it("is restored by its name alone", async () => {
    const facts = await readArchive(overwritten().sysid(ELDER).store.reader(), OLD, { times: true });
    expect(planRestore(facts)).toMatchObject({ base: baseAt(5), systemId: ELDER });
    expect(planRestore(facts, { base: baseAt(2) })).toMatchObject({ base: baseAt(2), systemId: YOUNGER });
    expect(() => planRestore(facts, { base: baseAt(3) })).toThrow(`there is no base backup "${baseAt(3)}"`);
  });
});

describe("a younger cluster that wrote over the segment that the elder's base backup begins in", () => {
  /** A copy has new times: there only the inside of the base backup tells. */
  const startLost = (at: number): Prefix => new Prefix().segments(YOUNGER, 1, 8, 10).base(ELDER, 5, at).sysid(YOUNGER);

  it("makes it of no use, which its time tells", async () => {
    const document = await startLost(5).look("deep");
    expect(document.verdict).toBe("not-restorable");
    expect(document.baseBackups[0]?.why).toContain("WAL that it needs is missing");
    expect((await startLost(5).look()).verdict).toBe("not-restorable");
    expect((await startLost(5).silent(5).look()).verdict).toBe("unknown");
  });

  it("makes it of no use if times are new, which its control file tells", async () => {
    const document = await startLost(30).look("full");
    expect(document.verdict).toBe("not-restorable");
    expect(document.baseBackups[0]?.why).toContain("WAL that it needs is missing");
  });
});

describe("a cluster made before the base backup had ended, that wrote over the segment in which it begins", () => {
  /** No time tells it: its initdb was a minute after the elder's. */
  const NEIGHBOUR = (((BigInt(ELDER) >> 32n) + 60n) << 32n).toString();
  const writtenOver = (): Prefix => new Prefix().segments(ELDER, 1, 8).base(ELDER, 2).segments(NEIGHBOUR, 1, 3, 10);

  it.each([undefined, "deep", "full"] as const)("makes it of no use at depth %s", async (depth) => {
    // If the other wrote its identifier as well, only a look into the base backup tells.
    const both = depth === undefined ? [] : [writtenOver().sysid(NEIGHBOUR)];
    for (const prefix of [writtenOver().sysid(ELDER), writtenOver(), ...both]) {
      const document = await prefix.look(depth);
      expect(document.verdict).toBe("not-restorable");
      expect(document.baseBackups[0]?.why).toContain("WAL that it needs is missing");
      const said = document.problems.filter(({ code }) => code === "sysid-from-elsewhere");
      expect(said.map(({ message }) => message).join("")).not.toContain(NEIGHBOUR);
    }
    for (const prefix of [writtenOver().sysid(ELDER), writtenOver()]) {
      const facts = await readArchive(prefix.store.reader(), OLD, { times: true });
      expect(() => planRestore(facts)).toThrow("no base backup can be used");
    }
  });

  it("is seen if it wrote its identifier as well: the segment is younger than the base backup", async () => {
    const all = new Prefix().base(ELDER, 2).segments(NEIGHBOUR, 1, 8, 10);
    for (const prefix of [writtenOver(), all]) {
      const document = await prefix.sysid(NEIGHBOUR).look();
      expect(document.verdict).toBe("not-restorable");
      expect(document.baseBackups[0]?.why).toContain("WAL that it needs is missing");
      const facts = await readArchive(prefix.store.reader(), OLD, { times: true });
      expect(() => planRestore(facts)).toThrow("no base backup can be used");
    }
  });

  it("is not looked for in a copy, which is stored anew", async () => {
    const copy = new Prefix().segments(ELDER, 1, 8, 0, 30).base(ELDER, 2).sysid(ELDER);
    expect(await readArchive(copy.store.reader(), OLD, { times: true })).not.toHaveProperty("identities");
  });

  it("leaves the verdict unknown if the base backup itself tells nothing", async () => {
    const document = await writtenOver().sysid(ELDER).silent(2).look();
    expect(document.verdict).toBe("unknown");
    expect(document.problems.find(({ code }) => code === "several-clusters")?.message).toContain("--deep reads whose");
  });
});
