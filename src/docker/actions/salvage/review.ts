import { z } from "zod";
import { defineAction, type Review } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { onOneLine } from "../../../kit/text/printable.ts";
import { volumeName } from "./candidate.ts";
import { copied } from "./copied.ts";

const input = z.strictObject({
  copies: z.array(copied),
  needed_bytes: z.number(),
  free_bytes: z.number(),
  out: z.string(),
  put_back: z.string(),
  /** Why volumes are left out: sentences. */
  left: z.array(z.string()).default([]),
});
const output = z.object({ rows: z.array(z.object({ label: z.string(), value: z.string() })) });

/** The one screen before the first copy. */
export const reviewSalvage = defineAction({
  id: "salvage.review",
  title: "What is copied, and what becomes of it",
  effect: "read",
  review: true,
  input,
  output,
  describe: () => [],
  run: (
    _context,
    { copies, needed_bytes, free_bytes, out, put_back, left },
  ): Promise<Review & z.infer<typeof output>> =>
    Promise.resolve({
      rows: [
        ...copies.map((copy) => ({
          label: volumeName(copy.original),
          value: `${bytesText(copy.bytes)} of PostgreSQL ${copy.original.version}, read only, copied to the volume ${copy.name}, started there with ${copy.programs_text}`,
        })),
        ...left.map((value) => ({ label: "left out", value: onOneLine(value) })),
        {
          label: "room",
          value: `about ${bytesText(needed_bytes)} on the engine's disk, ${bytesText(free_bytes)} free`,
        },
        { label: "dumps", value: `${out}, for nobody else to read` },
        ...(put_back === ""
          ? []
          : [{ label: "put back", value: `the files of the first one as ${put_back}, which must not be there yet` }]),
        {
          label: "kept",
          value: "every volume that was looked at, as it is: nothing is written to it, nothing is removed",
        },
        { label: "way back", value: "undo removes the copies; the dumps stay" },
      ],
    }),
});
