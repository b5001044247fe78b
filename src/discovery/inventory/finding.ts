/** The findings of a survey that an operator must hear of before an incident: services without a usable backup. */
import { EXIT } from "../../errors.ts";
import type { InventoryInstance, InventorySurvey } from "../sources/inventory-line.ts";

export type Level = "serious" | "warning" | "unknown";

export interface Finding {
  readonly guid: string;
  readonly name: string;
  readonly level: Level;
  readonly why: string;
}

/** A new instance makes its first base backup a while after its start (dingo.md §3.5). */
const NEW_MS = 3_600_000;

export function findingOf(instance: InventoryInstance): Finding | undefined {
  const { guid, name, archive, survey, createdAt } = instance;
  const found = (level: Level, why: string): Finding => ({ guid, name, level, why });
  if (archive.verdict === "restorable") return undefined;
  if (archive.verdict === "restorable-with-loss")
    return found("warning", `its archive is restorable with loss: ${archive.why}`);
  if (archive.verdict !== "not-restorable") return found("unknown", `its archive could not be judged: ${archive.why}`);
  const isNew = Date.parse(survey) - Date.parse(createdAt) < NEW_MS;
  return isNew
    ? found("warning", `it was created at ${createdAt} and has no usable backup yet: ${archive.why}`)
    : found("serious", `it has no usable backup: ${archive.why}`);
}

/** 21 counts before 15: a known fault is no less bad because another part could not be read. */
export function exitOf(findings: readonly Finding[], { complete }: InventorySurvey): number {
  const has = (level: Level): boolean => findings.some((each) => each.level === level);
  if (has("serious")) return EXIT.serious;
  if (has("unknown") || !complete) return EXIT.unreachable;
  return has("warning") ? EXIT.warning : EXIT.done;
}
