/**
 * Lines of the broker and of containers that are not JSON. Only those that join an instance with something:
 * the Go print of a new node (eras A and B, add_node.go), and wal-e's structured upload lines (dingo.md §2.6).
 */
import type { Description } from "./fact.js";
import { GUID } from "./guid.js";
import { fromIso, type Stamp } from "./stamp.js";

export interface NodePrint extends Description {
  readonly guid: string;
}

/** `<node> {<org> <plan> <service> <space> map[… PATRONI_SCOPE:<instance> …]}`, field order of brokerapi. */
const NODE_PRINT = new RegExp(`(${GUID}) \\{(${GUID}) (\\S{1,80}) (\\S{1,80}) (${GUID}) map\\[`);
const SCOPE = new RegExp(`[ []PATRONI_SCOPE:(${GUID})[ \\]]`);
const UPLOAD = new RegExp(
  `STRUCTURED: time=(\\S{10,40}) .{0,400}action=push-wal .{0,800}prefix=\\S{0,200}?(${GUID})/wal/`,
);

export function readNodePrint(body: string): NodePrint | undefined {
  if (!body.includes("PATRONI_SCOPE:")) return undefined;
  const match = NODE_PRINT.exec(body);
  const guid = match === null ? undefined : SCOPE.exec(body.slice(match.index))?.[1];
  if (match === null || guid === undefined) return undefined;
  const [, node = "", org = "", plan = "", , space = ""] = match;
  return { guid, node, org, plan, space };
}

/** A WAL segment on its way to the archive: the instance's container lived at that time. */
export function readWalUpload(body: string): { readonly guid: string; readonly at: Stamp } | undefined {
  const match = UPLOAD.exec(body);
  const at = match === null ? undefined : fromIso(match[1] ?? "");
  const guid = match?.[2];
  return at === undefined || guid === undefined ? undefined : { guid, at };
}
