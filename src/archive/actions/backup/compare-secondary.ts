import { z } from "zod";
import { defineAction } from "../../../action.ts";
import {
  formatLocation,
  parseLocation,
  relativeKey,
  requireApart,
  type ArchiveLocation,
} from "../../names/location.ts";
import { counted } from "../../../kit/text/counted.ts";
import { isUnknown } from "../../../kit/commands/placeholder.ts";
import type { ObjectInfo, ObjectReader } from "../../../ports/object-store.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { finding, found } from "./finding.ts";

const input = z.strictObject({ archive: z.string(), secondary: z.string() });
const output = z.object({
  objects: z.number(),
  missing: z.number(),
  different: z.number(),
  /** The number of objects without a copy that are younger than a day: their copy may still come. */
  young: z.number(),
  findings: z.array(finding),
});

/** Copies are made daily, as a rule. */
const YOUNG_MS = 24 * 60 * 60_000;

/** Compares names and sizes. A copy that another key or program made has other dates, and may have other ETags. */
export const compareSecondary = defineAction({
  id: "backup.compare-secondary",
  title: "Compare the secondary copy, by names and sizes",
  effect: "read",
  input,
  output,
  tell: ({ objects, missing, different, young }) =>
    `${counted(objects, "object")}, ${missing} missing in the secondary copy, ${different} of another size, ${young} too young to be missed`,
  describe: ({ archive, secondary }) =>
    [archive, secondary].map((each) => ({ on: "here", line: `aws s3 ls --recursive ${folder(each)}` })),
  async run({ ports: { store } }, request) {
    const location = parseLocation(request.archive);
    const secondary = parseLocation(request.secondary);
    requireApart(location, secondary);
    const now = await store.time(location.bucket);
    const reader = store.reader();
    const [own, copies] = [await listed(reader, location), await listed(reader, secondary)];
    // If the copy is empty, every object is missing, even one that is younger than a day.
    const since =
      copies.size === 0 ? Number.POSITIVE_INFINITY : (now?.getTime() ?? Number.POSITIVE_INFINITY) - YOUNG_MS;
    const absent = [...own].filter(([name]) => !copies.has(name));
    const missing = absent.filter(([, { lastModified }]) => Date.parse(lastModified) <= since);
    const different = [...own].filter(([name, { size }]) => copies.has(name) && copies.get(name)?.size !== size);
    const counts = { missing: missing.length, different: different.length, young: absent.length - missing.length };
    const first = [...missing, ...different][0]?.[0];
    const message = `${formatLocation(secondary)} lacks ${counted(counts.missing, "object")} and has ${counts.different} of another size; the first is ${JSON.stringify(first)}`;
    const findings = first === undefined ? [] : [found({ severity: "serious", code: "secondary-differs", message })];
    return { objects: own.size, ...counts, findings };
  },
});

/** With one slash at its end, as a word of a command; an operator may write it or not. */
const folder = (place: string): string =>
  isUnknown(place) ? `"$(printf '%s\\n' ${quote([place])} | sed 's|/$||')/"` : quote([`${place.replace(/\/$/, "")}/`]);

async function listed(reader: ObjectReader, location: ArchiveLocation): Promise<ReadonlyMap<string, ObjectInfo>> {
  const objects = await reader.list(location.bucket, `${location.prefix}/`);
  return new Map(objects.map((info) => [relativeKey(location, info.key) ?? info.key, info]));
}
