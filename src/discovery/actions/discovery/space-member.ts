/**
 * A database that was deleted with its space, and that a separate run brings back. The `--input` values of that run are
 * made of it.
 */
import { z } from "zod";

export const spaceMember = z.object({
  name: z.string(),
  guid: z.guid(),
  deleted_at: z.string(),
  /** Segments whose loss was shown, and is agreed to with the rest. */
  lost: z.number().int().nonnegative(),
  apps: z.array(z.string()),
});

export type SpaceMember = z.infer<typeof spaceMember>;
