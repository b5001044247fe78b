/**
 * The lines of an inventory file (`dingo-recover inventory`): one for each instance that a survey saw, and one that
 * ends the survey. Without its end a survey proves that an instance was there, never that one was not.
 */
import { z } from "zod";
import { jsonOf } from "../../kit/json.ts";

export const INVENTORY = "dingo-recover/inventory@1";

const instant = z.iso.datetime({ offset: true });
const named = z.object({ guid: z.string(), name: z.string() });
const binding = z.object({ type: z.enum(["app", "key"]), guid: z.string(), name: z.string().nullable() });
const archive = z.object({
  location: z.string().nullable(),
  /** As of `archive verify`. */
  verdict: z.string(),
  why: z.string(),
  /** No later than this; null when nothing can be restored. */
  recoveryTime: z.string().nullable(),
});

const instanceLine = z.object({
  schema: z.literal(INVENTORY),
  type: z.literal("instance"),
  /** When the survey began, RFC 3339: the same in all its lines. */
  survey: instant,
  api: z.string(),
  guid: z.string(),
  name: z.string(),
  createdAt: z.string(),
  org: named,
  space: named,
  offering: z.string(),
  plan: z.string(),
  /** Null if it could not be looked at. */
  nodes: z.number().nullable(),
  bindings: z.array(binding).nullable(),
  archive,
});

/** Offerings that a survey asked for: those of these names, and those whose names begin so. Every organization's. */
const covers = z.object({ names: z.array(z.string()), prefixes: z.array(z.string()) });

const surveyLine = z.object({
  schema: z.literal(INVENTORY),
  type: z.literal("survey"),
  survey: instant,
  endedAt: instant,
  api: z.string(),
  user: z.string(),
  /** Absent in a survey that does not say: it shows of no offering that an instance was not there. */
  covers: covers.optional(),
  instances: z.number(),
  /** Whether the survey shows that an instance was absent: the survey covers it, and does not list it. */
  complete: z.boolean(),
  why: z.array(z.string()),
});

const line = z.discriminatedUnion("type", [instanceLine, surveyLine]);

export type InventoryInstance = z.infer<typeof instanceLine>;
export type InventorySurvey = z.infer<typeof surveyLine>;
export type InventoryBinding = z.infer<typeof binding>;
export type InventoryCover = z.infer<typeof covers>;

export function isCovered(offering: string, { names, prefixes }: InventoryCover): boolean {
  return names.includes(offering) || prefixes.some((prefix) => offering.startsWith(prefix));
}

export function formatInventoryLine(entry: InventoryInstance | InventorySurvey): string {
  return `${JSON.stringify(entry)}\n`;
}

/** Undefined for a line that is cut, or of another form: it is counted, never guessed at. */
export function parseInventoryLine(text: string): InventoryInstance | InventorySurvey | undefined {
  return line.safeParse(jsonOf(text)).data;
}
