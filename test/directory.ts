/** Directories of tests, each gone when it is no longer needed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

const made = (): string => mkdtempSync(join(tmpdir(), "dingo-recover-test-"));
const remove = (path: string) => (): void => rmSync(path, { recursive: true, force: true });

/** Asked for in a test or before each: a new one for every test, which is gone after it. */
export function testDirectory(): string {
  const path = made();
  onTestFinished(remove(path));
  return path;
}

/** Asked for outside of a test: one for all tests of the file. */
export function fileDirectory(): string {
  const path = made();
  afterAll(remove(path));
  return path;
}
