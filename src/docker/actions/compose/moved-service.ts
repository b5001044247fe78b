/** A service whose data get a separate place: `compose.survey` finds it, and every later step gets it as input. */
import { z } from "zod";
import { stackInput } from "./stack.ts";

export const movedService = z.object({
  /** The service's name in journal and screen, with the path when the service has several. */
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
  /** Anonymous volume that the data are in; "" if they are in the container's own layer. */
  volume: z.string(),
  /** Directory of that volume; "" if there is none. */
  source: z.string(),
  /** Host name that the data are bound to, and that Compose would not give again; "" if there is none. */
  hostname: z.string().default(""),
  /** Directory that they go to. */
  destination: z.string(),
  /** The same as the Compose file has it. */
  written: z.string(),
  bytes: z.number(),
  /** Variables that tell the place of the data and the account to ask with; never a password. */
  env: z.record(z.string(), z.string()),
});
export type MovedService = z.infer<typeof movedService>;

export const movedInput = z.strictObject({ ...stackInput, moved: movedService });
export type MovedInput = z.infer<typeof movedInput>;
