/**
 * A bucket can have several names: the alias of an access point is one that CopyObject takes as well (S3 User Guide, "Using
 * a bucket-style alias"). Names alone then do not tell that a target is the source, or lies inside it (law 1).
 */
import { refuse } from "../../errors.ts";
import type { ObjectInfo, ObjectReader, Rows } from "../../ports/object-store.ts";
import { type ArchiveLocation, formatLocation, overlap } from "../names/location.ts";

/** Some of the source's objects are enough to know it again. */
const SOME = 1_000;

export interface Ends {
  readonly source: ArchiveLocation;
  readonly target: ArchiveLocation;
}

/**
 * Reads only. Throws `source-protected` if the target's bucket holds, at the source's own prefix, the source's own
 * objects with their dates: a copy has other ones.
 */
export async function refuseSameBucket(
  reader: Pick<ObjectReader, "list">,
  { source, target }: Ends,
  objects: Rows<ObjectInfo>,
): Promise<void> {
  if (source.bucket === target.bucket || !overlap(source.prefix, target.prefix)) return;
  const listed = await reader.list(target.bucket, `${source.prefix}/`, { most: SOME });
  const known = new Map(objects.map((object) => [object.key, object]));
  const common = listed.flatMap((there) => {
    const here = known.get(there.key);
    return here === undefined ? [] : [{ here, there }];
  });
  const same = common.filter(({ here, there }) => isTheVery(here, there)).length;
  if (same === 0 || 2 * same < common.length) return;
  throw refuse("source-protected", `the bucket "${target.bucket}" seems to be the source's by another name`)
    .at(formatLocation(target))
    .advise(
      "Give a target in the same bucket by the same name, or one whose prefix is neither above nor below the source's.",
    );
}

const isTheVery = (one: ObjectInfo, other: ObjectInfo): boolean =>
  one.size === other.size && one.etag === other.etag && one.lastModified === other.lastModified;
