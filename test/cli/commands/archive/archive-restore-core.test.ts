import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { formatLocation } from "../../../../src/archive/names/location.ts";
import { archiveVerify } from "../../../../src/cli/commands/archive/archive-verify-core.ts";
import {
  archiveRestore,
  type ArchiveRestoreResult,
} from "../../../../src/cli/commands/archive/archive-restore-core.ts";
import { restoreRate } from "../../../../src/cli/screen/rate.ts";
import {
  loadSegments,
  packed,
  packedSegment,
  partialUnderFullName,
  restorable,
  segmentOf,
  walKey,
} from "../../../archive/restorable-archive.ts";
import { add, OLD } from "../../../archive/sample-archive.ts";
import { tarEntry } from "../../../archive/tar-builder.ts";
import type { MemoryObjectStore } from "../../../fakes/memory-object-store.ts";
import { MemoryObjectStore as EmptyStore } from "../../../fakes/memory-object-store.ts";
import { StillClock } from "../../../fakes/still-clock.ts";
import { testDirectory } from "../../../directory.ts";

const source = formatLocation(OLD);
const ALL = { segments: [15, 16, 17] };

let place = "";
beforeAll(loadSegments);
beforeEach(() => (place = testDirectory()));

const restore = (store: MemoryObjectStore, targetTime?: Date): Promise<ArchiveRestoreResult> =>
  archiveRestore({
    store,
    clock: new StillClock(),
    source,
    directory: relative(process.cwd(), join(place, "data")),
    targetTime,
  });

describe("archive restore", () => {
  it("ends with 0, a document, and the commands that start the server", async () => {
    const { document, lines, exitCode } = await restore(restorable(ALL));
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({
      schema: "dingo-recover/archive-restore@1",
      source,
      directory: join(place, "data"),
      base: "base_00000001000000000000000F_00000040",
      postgresVersion: "9.6",
      systemId: "7710792265695954435",
      timeline: 1,
      targetTime: null,
      lastTransaction: "2026-11-22T00:52:38.322203Z",
      segments: 3,
      lost: { missing: 0, unreachable: 0, damaged: null },
    });
    expect(lines.slice(-5)).toEqual([
      `to try the archive in a sandbox first: dingo-recover run test-backup --input archive=${source}`,
      "start it with PostgreSQL 9.6, as the user to whom the directory belongs and who is not root:",
      "  # code of the database's owner runs with it, without a sandbox, and may do all that this user may",
      `  pg_ctl -D ${join(place, "data")} -w -t 3600 start`,
      `  psql -X -h ${join(place, "data")} -U postgres postgres`,
    ]);
    expect(lines.join("\n")).toContain("last transaction that comes back: 2026-11-22T00:52:38.322203Z");
  });

  it("says the moment that it goes back to", async () => {
    const { document, lines } = await restore(restorable(ALL), new Date("2026-11-22T00:52:35Z"));
    expect(document).toMatchObject({
      targetTime: "2026-11-22T00:52:35.000Z",
      lastTransaction: "2026-11-22T00:52:33.939522Z",
    });
    expect(lines.join("\n")).toContain("stops before the first transaction later than 2026-11-22T00:52:35.000Z");
  });

  it("tells records that end inside a segment that others follow as archive verify --deep=full does", async () => {
    const store = restorable(ALL);
    add(store, walKey(16), packed(partialUnderFullName("9.6", 16)));
    const { document, lines } = await restore(store);
    const { document: verdict } = await archiveVerify({ store, location: source, depth: "full" });
    expect(verdict).toMatchObject({
      verdict: "restorable-with-loss",
      recoveryPoint: { segment: segmentOf(16), lsn: document.endsInside?.lsn },
      missing: [],
      unreachable: [segmentOf(17)],
      loss: { missing: 0, unreachable: 1, segments: 1 },
    });
    expect(verdict.problems.map(({ code, key }) => `${code} ${key}`)).toContain(`wal-gap ${segmentOf(16)}`);
    expect(document).toMatchObject({
      endsInside: { segment: segmentOf(16) },
      lost: { missing: 0, unreachable: 1, damaged: null },
    });
    expect(lines.join("\n")).toContain(`the WAL ends in ${segmentOf(16)}`);
    expect(lines.join("\n")).toContain("lost: 0 segments missing, 1 that cannot be reached");
  });

  it("says what does not come back: behind a gap, behind a damaged segment, and which links were not made", async () => {
    const gap = await restore(
      restorable({ segments: [15, 17], more: [tarEntry("up\u001b[2J", { type: "2", link: ".." })] }),
    );
    expect(gap.document.lost).toEqual({ missing: 1, unreachable: 1, damaged: null });
    expect(gap.lines.join("\n")).toContain("lost: 1 segment missing, 1 that cannot be reached");
    expect(gap.lines.join("")).not.toMatch(/\p{Cc}/u);
    expect(gap.document.linksLeftOut).toHaveLength(1);
    rmSync(join(place, "data"), { recursive: true });
    const store = restorable(ALL);
    add(store, walKey(16), packedSegment("13", 16));
    const damaged = await restore(store);
    expect(damaged.document.lost).toMatchObject({ missing: 1, unreachable: 1 });
    const verified = await archiveVerify({ store, location: source, depth: "full" });
    expect(verified.document.loss).toMatchObject({ missing: 1, unreachable: 1 });
    expect(damaged.lines.join("\n")).toMatch(
      /ends before a segment that cannot be used: 000000010000000000000010: it is of another cluster/,
    );
  });

  it("that is stopped says what is left, and that the same command goes on from there", async () => {
    const stop = new AbortController();
    const terms = { store: restorable(ALL), clock: new StillClock(), source, directory: join(place, "data") };
    const stopped = archiveRestore({
      ...{ ...terms, signal: stop.signal },
      progress: ({ phase }) => phase === "wal" && stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({
      code: "interrupted",
      message: expect.stringContaining(`kept in "${join(place, "data.partial")}"`) as string,
      remedy: "Run the same command again: it goes on from there.",
    });
    expect(readdirSync(place)).toEqual(["data.partial"]);
    const { document, lines } = await archiveRestore(terms);
    expect(document.resumedBytes).toBeGreaterThan(0);
    expect(lines.join("\n")).toContain("of it from an earlier restore");
    expect(readdirSync(place)).toEqual(["data"]);
  });

  it("that is stopped before anything of it was whole leaves nothing", async () => {
    const signal = AbortSignal.abort();
    const terms = { store: restorable(), clock: new StillClock(), source, directory: join(place, "data"), signal };
    await expect(archiveRestore(terms)).rejects.toMatchObject({
      code: "interrupted",
      remedy: "Run the same command again: it begins anew.",
    });
    expect(readdirSync(place)).toEqual([]);
  });

  it("of a prefix that is a part too short names the archive's own, and ends with 15", async () => {
    const short = source.slice(0, source.lastIndexOf("/"));
    const terms = { store: restorable(), clock: new StillClock(), source: short, directory: join(place, "data") };
    const refused: unknown = await archiveRestore(terms).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "archive-elsewhere", exitCode: 15 });
    expect(String(refused)).toContain(source);
  });

  it("finds nothing in an empty place, and makes nothing", async () => {
    const store = new EmptyStore();
    store.bucket(OLD.bucket);
    await expect(restore(store)).rejects.toMatchObject({ code: "nothing-found" });
    expect(existsSync(join(place, "data"))).toBe(false);
  });
});

describe("the lines while a restore goes on", () => {
  it("come for who waits longer than a second, with the rate and the time that is left", () => {
    const said: string[] = [];
    let now = 5000;
    const rate = restoreRate({ monotonicMs: () => now }, (line) => said.push(line));
    const at = (ms: number, bytes: number, phase: "base" | "wal" | "disk" = "base"): void => {
      now = 5000 + ms;
      rate({ phase, bytes, of: 100_000_000 });
    };
    at(0, 1);
    at(900, 9_000_000);
    at(1000, 10_000_000);
    at(2900, 29_000_000);
    at(3000, 30_000_000, "wal");
    at(9000, 90_000_000, "disk");
    expect(said).toEqual([
      "base backup: 10.0 MB of 100.0 MB (10 %), 10.0 MB a second, about 9 s to go",
      "WAL: 30.0 MB of 100.0 MB (30 %), 10.0 MB a second, about 7 s to go",
      "waiting until everything is on disk",
    ]);
  });
});
