import type { Context } from "../../../action.ts";
import { asideLocation } from "../../../archive/copy/copy-plan.ts";
import { SYSID_KEY } from "../../../archive/names/layout.ts";
import { parseLocation } from "../../../archive/names/location.ts";
import { parseSysid } from "../../../archive/names/sysid.ts";
import { openTarget, type Target } from "../docker/target-container.ts";

/** A sysid has 20 digits and a newline. */
const RANGE = "bytes=0-31";

/**
 * The new instance's own system identifier, from its archive that was moved aside; undefined if it is not told there.
 */
export async function ownSystemId(context: Context, target: Target): Promise<string | undefined> {
  const { container } = await openTarget(context, target);
  const bucket = container.env["WAL_S3_BUCKET"];
  if (bucket === undefined || bucket === "") return undefined;
  const aside = asideLocation(parseLocation(`s3://${bucket}/backups/${target.guid}/wal`), context.run.id);
  const store = context.ports.store.reader();
  const at = { bucket, key: `${aside.prefix}/${SYSID_KEY}` };
  const found = await store.head(at);
  if (found === undefined) return undefined;
  return parseSysid(Buffer.from(await store.get(at, { range: RANGE, ifMatch: found.etag })).toString("utf8"));
}
