import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { formatLocation, parseLocation } from "../../../archive/names/location.ts";
import { refuse } from "../../../errors.ts";
import type { ObjectInfo, Rows } from "../../../ports/object-store.ts";
import { asideRoot, guardInstanceOf, objectsAside, requireOwnBackup } from "../recovery/aside.ts";
import { evidenceRef, recallListing } from "./evidence-listing.ts";
import { printedOfAside } from "./printed-place.ts";

const input = z.strictObject({
  run: z.string(),
  guid: z.guid(),
  source: z.string(),
  archive: z.string(),
  base_backup: z.string(),
  /** The listing that was shown: nothing else is deleted. */
  listing: evidenceRef,
});
type Input = z.infer<typeof input>;
const output = z.object({ deleted: z.number() });
type Output = z.infer<typeof output>;

/** The only action that deletes objects without a copy of them (law 2); the store refuses anything of the source. */
export const deleteAsideObjects = defineAction({
  id: "archive.delete-aside",
  title: "Delete the objects that were moved aside",
  effect: "destroy",
  input,
  output,
  describe: ({ archive, run }) => [printedOfAside("rm", archive, run)],
  async guard(context, request) {
    asideRoot(request, request.source);
    await guardInstanceOf(context, request);
    await requireOwnBackup(context, request);
  },
  async run(context, request): Promise<Output> {
    const root = asideRoot(request, request.source);
    const { listed, left, strange } = await compare(context, request);
    const [first] = strange;
    if (first !== undefined)
      throw refuse("object-changed", `${JSON.stringify(first.key)} was not there when the objects were listed`)
        .at(request.archive)
        .advise("Nothing more was deleted. Look at it, then begin the cleanup anew.");
    const store = context.ports.store.writer({ source: parseLocation(request.source), into: [root] });
    let done = listed.length - left.length;
    for (const { key } of left) {
      context.signal.throwIfAborted();
      await context.beforeEffect();
      await store.remove({ bucket: root.bucket, key });
      done += 1;
      context.progress({ message: "deleting objects", done, total: listed.length, unit: "objects" });
    }
    return { deleted: listed.length };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const { listed, left, strange } = await compare(context, request);
    const evidence = `${left.length} of ${listed.length} objects are left`;
    if (strange.length > 0) return { state: "unknown", evidence: `${evidence}, ${strange.length} were not shown` };
    if (left.length === 0) return { state: "done", output: { deleted: listed.length }, evidence };
    return { state: left.length === listed.length ? "not-done" : "partly", evidence };
  },
  async verify(context, request) {
    const { left, strange } = await compare(context, request);
    const root = formatLocation(asideRoot(request, request.source));
    return {
      holds: left.length + strange.length === 0,
      evidence: `${left.length + strange.length} objects are in ${root}`,
    };
  },
});

interface Compared {
  readonly listed: Rows<ObjectInfo>;
  /** Of those that were shown, still there as they were. */
  readonly left: readonly ObjectInfo[];
  /** Never shown, or written again since. */
  readonly strange: readonly ObjectInfo[];
}

async function compare(context: Context, request: Input): Promise<Compared> {
  const { objects: listed } = await recallListing(context, request.listing);
  const shown = new Map(listed.map((object) => [object.key, object.etag]));
  const now = await objectsAside(context, asideRoot(request, request.source));
  const isShown = ({ key, etag }: ObjectInfo): boolean => shown.get(key) === etag;
  return { listed, left: now.filter(isShown), strange: now.filter((object) => !isShown(object)) };
}
