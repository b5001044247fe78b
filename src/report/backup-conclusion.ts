/** The output of `backup.conclude`. It lies apart: most runs are no test of a backup and need no schema of it. */
import { z } from "zod";

/** Numbers below 0 are not known. */
export const conclusion = z.object({
  verdict: z.enum(["good", "bad"]),
  archive: z.string(),
  base: z.string(),
  base_age_seconds: z.number(),
  recovery_point_age_seconds: z.number(),
  fetched_bytes: z.number(),
  restore_seconds: z.number(),
  replay_seconds: z.number(),
  rows: z.number(),
  findings: z.array(
    z.object({
      code: z.string(),
      severity: z.enum(["note", "warning", "serious"]),
      message: z.string(),
      cause: z.string(),
    }),
  ),
});
export type Conclusion = z.infer<typeof conclusion>;
