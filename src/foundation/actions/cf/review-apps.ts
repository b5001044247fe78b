import { z } from "zod";
import { defineAction } from "../../../action.ts";

const input = z.strictObject({ target: z.string(), apps: z.array(z.string()) });
const output = z.object({ rows: z.array(z.object({ label: z.string(), value: z.string() })) });

/** A restart is an outage of somebody's application: asked for on its own (cf-bosh.md §8.12). */
export const reviewApps = defineAction({
  id: "cf.review-apps",
  title: "The applications that were bound",
  effect: "read",
  review: true,
  input,
  output,
  describe: () => [],
  run: (_context, { target, apps }): Promise<z.infer<typeof output>> =>
    Promise.resolve({
      rows: [
        { label: "database", value: `${target} is back and can be logged in to` },
        ...apps.map((app) => ({
          label: "application",
          value: `${app}: bound to it, then restarted (an outage of this application)`,
        })),
      ],
    }),
});
