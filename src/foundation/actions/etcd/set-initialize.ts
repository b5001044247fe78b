import { z } from "zod";
import type { Context } from "../../../action.ts";
import { asideLocation } from "../../../archive/copy/copy-plan.ts";
import { SYSID_KEY } from "../../../archive/names/layout.ts";
import { parseLocation } from "../../../archive/names/location.ts";
import { parseSysid } from "../../../archive/names/sysid.ts";
import { openTarget, type Target, targetInput } from "../docker/target-container.ts";
import { keySetting } from "./key-setting.ts";

/**
 * The published page deletes this key; the container then writes the identifier of its first life back, from a stale
 * file, and loops (dingo.md §0, real-parts.md §3.2). It is PUT instead, and never with prevExist=false.
 */
export const setInitialize = keySetting({
  id: "etcd.set-initialize",
  title: "Tell Patroni the old system identifier",
  cost: "puts the new instance's own system identifier back into etcd",
  input: z.strictObject({ ...targetInput, etcd: z.string(), system_id: z.string().regex(/^\d{10,20}$/) }),
  output: z.object({ value: z.string() }),
  key: "initialize",
  wanted: ({ system_id }) => system_id,
  outputOf: ({ system_id }) => ({ value: system_id }),
  beforeByHand: ownSystemId,
});

/** A sysid has 20 digits and a newline. */
const RANGE = "bytes=0-31";

/**
 * The new instance's own system identifier, from its archive that was moved aside; undefined if it is not told there.
 */
async function ownSystemId(context: Context, target: Target): Promise<string | undefined> {
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
