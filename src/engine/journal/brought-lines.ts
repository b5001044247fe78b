/**
 * How much of a journal came from elsewhere. The journal cannot say it: the writer of those lines could write anything.
 * So it stands beside the journal, in `brought.json`, which never leaves this state directory.
 *
 * B1  It is durable before the lines that it tells of lie in the journal.
 * B2  Until a `run-resumed` with `imported` stands behind those lines, nobody here has taken them up.
 */
import { join } from "node:path";
import { z } from "zod";
import { errnoOf, replaceDurably } from "./durable.ts";
import type { Entry } from "./entry.ts";
import { readOwn } from "./own-file.ts";

const FILE = "brought.json";
const noted = z.object({ schema: z.literal("dingo-recover/brought@1"), lines: z.int().nonnegative() });

/** Durable when it returns. `lines`: how many came, from the first on. */
export function noteBrought(directory: string, lines: number): void {
  const path = join(directory, FILE);
  replaceDurably(path, `${path}.new`, `${JSON.stringify({ schema: "dingo-recover/brought@1", lines })}\n`);
}

/**
 * Whether lines came from elsewhere that nobody here has taken up. A note that cannot be understood counts as a yes: then
 * somebody is asked once more than needed. Errors: those of the file system, but for ENOENT.
 */
export function isBrought(directory: string, entries: readonly Entry[]): boolean {
  const lines = linesBrought(directory, entries.length);
  return lines > 0 && !entries.slice(lines).some((entry) => entry.type === "run-resumed" && entry.imported === true);
}

function linesBrought(directory: string, all: number): number {
  try {
    return noted.parse(JSON.parse(readOwn(join(directory, FILE)).toString("utf8"))).lines;
  } catch (thrown) {
    if (errnoOf(thrown) === "ENOENT") return 0;
    if (thrown instanceof SyntaxError || thrown instanceof z.ZodError) return all;
    throw thrown;
  }
}
