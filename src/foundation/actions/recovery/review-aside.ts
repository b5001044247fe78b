import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { formatLocation } from "../../../archive/names/location.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { evidenceRef, keepListing } from "../archive/evidence-listing.ts";
import { printedOfAside } from "../archive/printed-place.ts";
import { openCell } from "../bosh/cell-instances.ts";
import { asideRoot, directoriesAside, guardInstanceOf, objectsAside, requireOwnBackup } from "./aside.ts";

const input = z.strictObject({
  run: z.string(),
  target: z.string(),
  guid: z.guid(),
  source: z.string(),
  archive: z.string(),
  base_backup: z.string(),
  deployment: z.string(),
  cell: z.string(),
  container: z.string().regex(/^cf-[0-9a-f-]{36}$/),
});
const output = z.object({
  rows: z.array(z.object({ label: z.string(), value: z.string() })),
  listing: evidenceRef,
  objects: z.number(),
  bytes: z.number(),
  directories: z.array(z.string()),
});

/** Objects and bytes first: later exactly the listed ones are deleted. */
export const reviewAside = defineAction({
  id: "recovery.review-aside",
  title: "What lies aside, and the backup that stands without it",
  effect: "read",
  review: true,
  input,
  output,
  describe: ({ archive, run }) => [
    printedOfAside("ls", archive, run),
    { on: "here", line: quote(["dingo-recover", "archive", "verify", archive]) },
  ],
  async run(context, request): Promise<z.infer<typeof output>> {
    await guardInstanceOf(context, request);
    const base = await requireOwnBackup(context, request);
    const root = asideRoot(request, request.source);
    const objects = await objectsAside(context, root);
    const listing = await keepListing(context, { name: "aside-listing", location: root, objects });
    const bytes = objects.reduce((sum, { size }) => sum + size, 0);
    const cell = await openCell(context.ports, request);
    const directories: string[] = [];
    for (const path of directoriesAside(request.container, request.run))
      if ((await cell.files.kind(path)) === "directory") directories.push(path);
    const rows = [
      { label: "target", value: `${request.target} (${request.guid}), created by run ${request.run}` },
      {
        label: "  backup",
        value: `${base} in ${request.archive} is complete, and the archive can be restored from it without loss`,
      },
      {
        label: "deleted",
        value: `${counted(objects.length, "object")}, ${bytesText(bytes)}, in ${formatLocation(root)}`,
      },
      ...directories.map((path) => ({ label: "deleted", value: `the directory ${path} on ${cell.label}` })),
      { label: "source", value: `${request.source} is not touched` },
      { label: "way back", value: "none: what is deleted here is gone" },
    ];
    return { rows, listing, objects: objects.length, bytes, directories };
  },
});
