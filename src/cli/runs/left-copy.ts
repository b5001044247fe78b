/**
 * The copy that a recovery to a time or a test of a backup left on this machine. It becomes the input of the runbook
 * that deletes it.
 */
import { z } from "zod";
import type { JsonObject } from "../../action.ts";
import { replay } from "../../engine/state/replay.ts";
import { type Entry, endOf } from "../../engine/journal/entry.ts";

const restored = z.object({ place: z.string(), postgres_bin: z.string(), keep: z.boolean().default(true) });
const MAKERS: readonly string[] = ["scratch.restore", "backup.restore-test"];

/** Undefined if the run made no copy, removed it itself, or has not ended. */
export function leftCopy(entries: readonly Entry[], run: string): JsonObject | undefined {
  const end = endOf(entries);
  const made = madeCopy(entries);
  if (end === undefined || made === undefined || (!made.keep && end.outcome !== "undone")) return undefined;
  const { place, postgres_bin } = made;
  const target = replay(entries).target ?? "";
  return { run, target, place: end.outcome === "undone" ? `${place}.undone` : place, postgres_bin };
}

/** The place of the copy that the run began; undefined if it began none. */
export function madeCopy(entries: readonly Entry[]): z.infer<typeof restored> | undefined {
  const started = entries.find((entry) => entry.type === "step-started" && MAKERS.includes(entry.action));
  return started?.type === "step-started" ? restored.parse(started.input) : undefined;
}
