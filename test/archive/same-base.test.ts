/** A base backup that a restore refuses is none for a look at every byte, and one that it needs not hinders neither. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatLocation } from "../../src/archive/names/location.ts";
import { archiveVerify, type ArchiveVerifyDocument } from "../../src/cli/commands/archive/archive-verify-core.ts";
import { archiveRestore } from "../../src/cli/commands/archive/archive-restore-core.ts";
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

async function look(store: MemoryObjectStore, depth: "deep" | "full" = "full"): Promise<ArchiveVerifyDocument> {
  return (await archiveVerify({ store, location: formatLocation(OLD), depth })).document;
}

async function restored(store: MemoryObjectStore): Promise<string> {
  directories += 1;
  const directory = join(home, String(directories));
  try {
    await archiveRestore({ store, clock: systemClock(), source: formatLocation(OLD), directory });
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
    ["a backup_label in reverse", () => labelled(`${LABEL.split("\n").toReversed().join("\n")}\n`), "one that a server reads"],
    ["a backup_label without the line of its checkpoint", () => labelled(LABEL.replace(/CHECK.*\n/, "")), "one that a server reads"],
    ["no checkpoint where their backup_label says", () => labelled(LABEL.replace("F000070", "F0000B0")), "no checkpoint of it is at 0/F0000B0"],
    ["a checkpoint before their start", () => labelled(LABEL.replace("0/F000070", "0/E000070")), "no checkpoint of it is at 0/E000070"],
    ["another start than their name", () => labelled(LABEL.replace("F000028", "F000070")), "begins at 0/F000070, and its name"],
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
  it("hinders neither where no restore asks for it", async () => {
    const store = restorable();
    add(store, walKey(14), OPENPGP);
    for (const depth of ["deep", "full"] as const) expect((await look(store, depth)).verdict).toBe("restorable");
    expect(await restored(store)).toBe("restored");
  });

  it("leaves both without an answer where it is a base backup's", async () => {
    const store = restorable();
    add(store, partKey(1), OPENPGP);
    expect((await look(store)).verdict).toBe("unknown");
    expect(await restored(store)).toBe("key-unusable");
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
