import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { psqlByKey } from "../cf/printed-credentials.ts";
import { refuse } from "../../../errors.ts";
import { targetInput } from "../docker/target-container.ts";
import { openApplication, rowsOf } from "../postgres/application.ts";
import { READ_BACK, rowsText, sameRows } from "./rows.ts";

const input = z.strictObject({ ...targetInput, key_guid: z.string(), rows: z.number(), checksum: z.string() });
const output = z.object({ rows: z.number(), checksum: z.string() });

/** The proof of a drill: an application reads the rows that were written before the deletion. */
export const compareRows = defineAction({
  id: "drill.compare-rows",
  title: "Compare the rows with those that were written",
  effect: "read",
  input,
  output,
  tell: (found) => `all there, none other: ${rowsText(found)}`,
  describe: ({ key_guid }) => [psqlByKey(key_guid, READ_BACK)],
  async run(context, request): Promise<z.infer<typeof output>> {
    const application = await openApplication(context, request);
    const [[count = "", checksum = ""] = []] = await rowsOf(application, READ_BACK);
    const found = { rows: Number(count), checksum };
    if (sameRows(found, request)) return found;
    throw refuse("proof-failed", `${rowsText(request)} were written, and ${rowsText(found)} are there`)
      .at(application.router)
      .advise("The recovery did not bring everything back: keep the run and both archives, and look at the report.");
  },
});
