/** A base backup that a restore refuses is none for a look at every byte, and one that it needs not hinders neither. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatLocation } from "../../src/archive/names/location.ts";
import { archiveVerify, type ArchiveVerifyDocument } from "../../src/cli/commands/archive/archive-verify-core.ts";
import { archiveRestore, type ArchiveRestoreResult } from "../../src/cli/commands/archive/archive-restore-core.ts";
import { LZOP_MAGIC } from "../../src/archive/reading/facts.ts";
import { systemClock } from "../../src/kit/clock/system-clock.ts";
import { RecoverError } from "../../src/errors.ts";
import type { MemoryObjectStore } from "../fakes/memory-object-store.ts";
import {
  BASE,
  controlFile,
  LABEL,
  loadSegments,
  partKey,
  RELEASES,
  restorable,
  restorableByWalg,
  segmentOf,
  walKey,
} from "./restorable-archive.ts";
import { add, OLD } from "./sample-archive.ts";
import { tarEntry, tarOf } from "./tar-builder.ts";

const home = mkdtempSync(join(tmpdir(), "same-base-"));
const OPENPGP = Buffer.concat([Uint8Array.of(0x84, 0x8c, 0x03), Buffer.alloc(500, 0x41)]);
const NAMED = `basebackups_005/base_${segmentOf(15)}/tar_partitions`;
let directories = 0;

beforeAll(loadSegments);
afterAll(() => rmSync(home, { recursive: true }));

async function look(
  store: MemoryObjectStore,
  depth: "names" | "deep" | "full" = "full",
): Promise<ArchiveVerifyDocument> {
  const looked = depth === "names" ? {} : { depth };
  return (await archiveVerify({ store, location: formatLocation(OLD), ...looked })).document;
}

async function restoring(store: MemoryObjectStore): Promise<ArchiveRestoreResult> {
  directories += 1;
  const directory = join(home, String(directories));
  return await archiveRestore({ store, clock: systemClock(), source: formatLocation(OLD), directory });
}

async function restored(store: MemoryObjectStore): Promise<string> {
  try {
    await restoring(store);
    return "restored";
  } catch (error) {
    if (error instanceof RecoverError) return error.code;
    throw error;
  }
}

const twice = (): MemoryObjectStore => restorable({ more: [tarEntry("PG_VERSION", { content: "9.6\n" })] });

const labelled = (label: string): MemoryObjectStore => restorable({ label });

const ofOtherSize = (): MemoryObjectStore => restorable({ expanded: 1 });

function inTwoParts(): MemoryObjectStore {
  const store = restorableByWalg();
  add(store, `${NAMED}/part_004.tar.gz`, gzipSync(tarOf(tarEntry("/PG_VERSION", { content: "13\n" }))));
  return store;
}

function withoutControl(): MemoryObjectStore {
  const store = restorableByWalg();
  add(store, `${NAMED}/pg_control.tar.gz`, gzipSync(tarOf(tarEntry("/global/pg_control", { content: "short" }))));
  return store;
}

function foreignControl(): MemoryObjectStore {
  const store = restorableByWalg();
  const content = controlFile({ ...RELEASES["13"], systemId: 6262740190985621594n });
  add(store, `${NAMED}/pg_control.tar.gz`, gzipSync(tarOf(tarEntry("/global/pg_control", { content }))));
  return store;
}

function cutControl(): MemoryObjectStore {
  const store = restorableByWalg();
  add(store, `${NAMED}/pg_control.tar.gz`, gzipSync(tarOf()).subarray(0, 12));
  return store;
}

describe("files with which no server begins", () => {
  it.each([
    ["no PG_VERSION", () => restorable({ without: "PG_VERSION" }), "it holds no PG_VERSION"],
    ["no backup_label", () => restorable({ without: "backup_label" }), "it holds no backup_label"],
    ["a file twice", twice, "twice"],
    ["another size than their sentinel says", ofOtherSize, "its sentinel says 1"],
    ["a file twice in two tar files", inTwoParts, "twice"],
    ["a damaged pg_control", withoutControl, "its pg_control is of no release"],
    ["the pg_control of another cluster", foreignControl, "its pg_control of 6262740190985621594"],
    ["a cut tar file of pg_control", cutControl, "is not whole"],
    [
      "a backup_label in reverse",
      () => labelled(`${LABEL.split("\n").toReversed().join("\n")}\n`),
      "one that a server reads",
    ],
    [
      "a backup_label without the line of its checkpoint",
      () => labelled(LABEL.replace(/CHECK.*\n/, "")),
      "one that a server reads",
    ],
    [
      "no checkpoint where their backup_label says",
      () => labelled(LABEL.replace("F000070", "F0000B0")),
      "no checkpoint of it is at 0/F0000B0",
    ],
    [
      "a checkpoint before their start",
      () => labelled(LABEL.replace("0/F000070", "0/E000070")),
      "no checkpoint of it is at 0/E000070",
    ],
    ["a backup_label with two timelines", () => labelled(`${LABEL}START TIMELINE: 2\n`), "names the timeline 2"],
    ["an incremental backup", () => labelled(`${LABEL}INCREMENTAL FROM LSN: 0/2000028\n`), "since another"],
    [
      "another start than their name",
      () => labelled(LABEL.replace("F000028", "F000070")),
      "begins at 0/F000070, and its name",
    ],
  ])("%s", async (_what, made, why) => {
    const document = await look(made());
    expect([document.verdict, document.baseBackups[0]?.why]).toEqual(["not-restorable", expect.stringContaining(why)]);
    expect(await restored(made())).toBe("not-restorable");
  });

  it("are not looked for in a whole one", async () => {
    for (const store of [restorable(), restorableByWalg()]) expect((await look(store)).verdict).toBe("restorable");
  });
});

describe("an object that nothing can be said of", () => {
  it("hinders neither if no restore asks for it", async () => {
    const store = restorable();
    add(store, walKey(14), OPENPGP);
    for (const depth of ["deep", "full"] as const) expect((await look(store, depth)).verdict).toBe("restorable");
    expect(await restored(store)).toBe("restored");
  });

  it("leaves both without an answer if it is a base backup's", async () => {
    const store = restorable();
    add(store, partKey(1), OPENPGP);
    expect((await look(store)).verdict).toBe("unknown");
    expect(await restored(store)).toBe("key-unusable");
  });

  it("leaves both without an answer if it is a segment that is needed", async () => {
    const store = restorable({ segments: [15, 16, 17] });
    add(store, walKey(16), OPENPGP);
    for (const depth of ["deep", "full"] as const) expect((await look(store, depth)).verdict).toBe("unknown");
    expect(await restored(store)).toBe("key-unusable");
  });

  it.each([`wal_005/${segmentOf(16)}`, `${NAMED}/part_001.tar`])("leaves both without one: %s.lzma", async (key) => {
    const store = restorableByWalg();
    store.bucket(OLD.bucket).delete(`${OLD.prefix}/${key}.gz`);
    add(store, `${key}.lzma`, Buffer.alloc(500, 0x5d));
    for (const depth of ["names", "deep", "full"] as const) expect((await look(store, depth)).verdict).toBe("unknown");
    expect(await restored(store)).toBe("answer-malformed");
  });

  it("leaves both without one if the release is not known", async () => {
    const release = { ...RELEASES["9.6"], full: "19.1", catalog: 202_609_999 };
    for (const depth of ["names", "deep", "full"] as const)
      expect((await look(restorable({ release }), depth)).verdict).toBe("unknown");
    expect(await restored(restorable({ release }))).toBe("answer-malformed");
  });
});

describe("a file that WAL-G lists", () => {
  const listing = (files: Readonly<Record<string, object>>): MemoryObjectStore => {
    const store = restorableByWalg();
    const sets = { "part_001.tar.gz": ["/PG_VERSION", "/base/1/112", "/pg_xact/0000"] };
    add(
      store,
      `basebackups_005/base_${segmentOf(15)}/files_metadata.json`,
      JSON.stringify({ Files: files, TarFileSets: { ...sets, "part_003.tar.gz": ["/backup_label"] } }),
    );
    return store;
  };

  it("is missed if no tar file holds it", async () => {
    const store = listing({ "/PG_VERSION": {}, "/pg_xact/0000": { IsSkipped: false } });
    for (const depth of ["deep", "full"] as const) {
      const { verdict, baseBackups } = await look(store, depth);
      expect([verdict, baseBackups[0]?.why]).toEqual(["not-restorable", expect.stringContaining("pg_xact/0000")]);
    }
    expect(await restored(store)).toBe("not-restorable");
  });

  it("is not if it was gone before it was packed, or was skipped", async () => {
    for (const files of [{ "/PG_VERSION": {} }, { "/pg_xact/0000": { IsSkipped: true } }]) {
      expect((await look(listing(files))).verdict).toBe("restorable");
      expect(await restored(listing(files))).toBe("restored");
    }
  });
});

describe("a segment that lies here twice, once whole", () => {
  it.each([
    ["lzo", []],
    ["br", ["segment-twice"]],
  ])("is taken by a restore, which tells of the damaged one if it meets that (%s)", async (ending, met) => {
    const store = restorableByWalg();
    add(store, `wal_005/${segmentOf(16)}.${ending}`, Buffer.concat([LZOP_MAGIC, Buffer.alloc(500, 0x41)]));
    const verdict = await look(store);
    expect(verdict.loss).toEqual({ missing: 1, unreachable: 1, segments: 2 });
    expect(verdict.problems.map(({ code }) => code)).toContain("segment-twice");
    const { document } = await restoring(store);
    expect([document.segments, document.lost.missing, document.lost.unreachable]).toEqual([3, 0, 0]);
    expect(document.findings.map(({ code }) => code)).toEqual(met);
  });
});

it("counts a tar file that the store lists and does not have as missing, for both", async () => {
  const store = restorable();
  store.hollow.add(`${OLD.prefix}/${partKey(0)}`);
  for (const depth of ["deep", "full"] as const) {
    const document = await look(store, depth);
    expect([document.verdict, document.chosenBase]).toEqual(["not-restorable", BASE]);
  }
  expect(await restored(store)).toBe("not-restorable");
});
