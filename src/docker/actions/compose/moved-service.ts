/** A service whose data get a place of their own: what `compose.survey` finds and every later step is given. */
import { z } from "zod";
import { stackInput } from "./stack.ts";

export const movedService = z.object({
  /** What the journal and the screen call it: the service, with the path where one has several. */
  name: z.string(),
  service: z.string(),
  /** Name of its container. */
  container: z.string(),
  container_id: z.string(),
  image: z.string(),
  image_id: z.string(),
  /** When its container was started, as the engine has it; "" in journals without it. */
  started_at: z.string().default(""),
  /** "postgresql", "redis" … : whether and how it can be asked for its rows. */
  kind: z.string(),
  /** Path in the container. */
  path: z.string(),
  /** Anonymous volume that the data are in; "" where they are in the container's own layer. */
  volume: z.string(),
  /** Directory of that volume; "" where there is none. */
  source: z.string(),
  /** Directory that they go to. */
  destination: z.string(),
  /** The same as the Compose file has it. */
  written: z.string(),
  bytes: z.number(),
  /** What says where the data lie and whom to ask; never a password. */
  env: z.record(z.string(), z.string()),
});
export type MovedService = z.infer<typeof movedService>;

export const movedInput = z.strictObject({ ...stackInput, moved: movedService });
export type MovedInput = z.infer<typeof movedInput>;
