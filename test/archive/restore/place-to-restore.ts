/** A directory of each test's own, into which an archive is restored. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach } from "vitest";
import { loadSegments } from "../restorable-archive.ts";

/** Three segments that follow upon one another, which a restorable archive has. */
export const ALL = { segments: [15, 16, 17] };

let place = "";

/** For the file that calls it: the segments are there before its tests, and a place for each of them. */
export function placeToRestore(): void {
  beforeAll(loadSegments);
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), "restore-"));
  });
  afterEach(() => rmSync(place, { recursive: true, force: true }));
}

export const besides = (...path: readonly string[]): string => join(place, ...path);
export const at = (...path: readonly string[]): string => join(place, "data", ...path);
export const text = (...path: readonly string[]): string => readFileSync(at(...path), "utf8");
