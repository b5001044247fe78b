/** The copy that a recovery to a time left on this machine, as the inputs of the runbook that deletes it. */
import { z } from "zod";
import type { JsonObject } from "../action.js";
import { replay } from "../engine/replay.js";
import { type Entry, endOf } from "../journal/entry.js";

const restored = z.object({ place: z.string(), postgres_bin: z.string() });

/** Undefined where the run made none, or is not at its end. */
export function leftCopy(entries: readonly Entry[], run: string): JsonObject | undefined {
  const end = endOf(entries);
  const started = entries.find((entry) => entry.type === "step-started" && entry.action === "scratch.restore");
  if (end === undefined || started?.type !== "step-started") return undefined;
  const { place, postgres_bin } = restored.parse(started.input);
  const target = replay(entries).target ?? "";
  return { run, target, place: end.outcome === "undone" ? `${place}.undone` : place, postgres_bin };
}
