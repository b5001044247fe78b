/** A volume that may hold the wanted database: `salvage.survey` finds it, and every later step gets it as input. */
import { z } from "zod";
import { named, onOneLine } from "../../../kit/text/printable.ts";
import type { Place } from "../../../ports/docker-host.ts";

export const candidate = z.object({
  volume: z.string(),
  anonymous: z.boolean(),
  /** Its directory on the engine's machine. */
  path: z.string(),
  /** The data directory below that; "" for the volume itself. */
  inside: z.string(),
  /** The volume holds other data as well: each is named by its directory. */
  shares: z.literal(true).optional(),
  /** `9.6`, `16`; "" if it cannot be told. */
  version: z.string(),
  /** "" if it cannot be told. */
  system_id: z.string(),
  /** As pg_control has it: "in production" also after a kill. */
  state: z.string(),
  /** ISO 8601: the last checkpoint, else the newest file that was looked at. */
  written: z.string(),
  /** Owner of the directory; -1 if it is not known. */
  uid: z.number(),
  condition: z.enum(["whole", "begun", "damaged"]),
  /** The fault of the candidate; "" when it has none. */
  why: z.string(),
  standby: z.boolean(),
  wal_elsewhere: z.boolean().default(false),
  /** As its catalogue on disk names them: those that only the WAL knows are not here. */
  databases: z.array(z.string()),
  superusers: z.array(z.string()),
  /** Containers that use it, and those of them that run. */
  used_by: z.array(z.string()),
  running: z.array(z.string()),
  /** Images that those containers were made of. */
  images: z.array(z.string()),
  /** As those were asked for: `postgres:16`. */
  image_names: z.array(z.string()).default([]),
  score: z.number(),
  evidence: z.array(z.string()),
});
export type Candidate = z.infer<typeof candidate>;

/** The data directory itself: nothing below it is searched. */
export const placeOf = ({ volume, path, inside }: Pick<Candidate, "volume" | "path" | "inside">): Place => ({
  ...{ key: volume, path, inside },
});

const SHORT = 12;
type Named = Pick<Candidate, "volume" | "anonymous" | "inside" | "shares">;
export const volumeName = ({ volume, anonymous, inside, shares }: Named): string =>
  named(`${anonymous ? `${volume.slice(0, SHORT)}…` : volume}${shares === true ? `/${inside}` : ""}`);

/** Two lines for a person who has to tell one from the other. */
export function candidateLines(one: Candidate, index: number): readonly string[] {
  const { version, state, written, databases, evidence, running } = one;
  const names = databases.length === 0 ? "databases not told by its catalogue" : `databases ${databases.join(", ")}`;
  const head = `${index + 1}. ${volumeName(one)}  PostgreSQL ${version || "of an unknown release"}, last written ${written}, ${state || one.condition}`;
  const use = running.length > 0 ? `IN USE by ${running.join(", ")}: not to be picked; ` : "";
  return [head, `   ${use}${onOneLine(names)}${evidence.length === 0 ? "" : `; ${onOneLine(evidence.join("; "))}`}`];
}
