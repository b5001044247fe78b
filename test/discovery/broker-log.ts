/** Writes lager lines as a broker of era A or F does. */
export const GUID = "7d61d6d9-4af6-49b1-bbd3-8a311bdc64cc";
export const OTHER = "7d61d6ff-0000-4000-8000-000000000001";

type Entry = readonly [action: string, data?: Record<string, unknown>, level?: number];

/** One line every 10 ms from 2016-03-17T06:10:17Z. */
export function lager(entries: readonly Entry[], source = "dingo-postgresql-broker", start = 1458195017): string {
  return entries
    .map(([action, data = {}, level = 1], index) => {
      const timestamp = `${start + Math.floor(index / 100)}.${String((index % 100) * 10_000_000).padStart(9, "0")}`;
      return `${JSON.stringify({ timestamp, source, message: `${source}.${action}`, log_level: level, data })}\n`;
    })
    .join("");
}

export const eraF = {
  create: (guid = OTHER): Entry => ["provision.start", { "instance-id": guid }],
  start: (guid = GUID): Entry => ["deprovision.start", { "instance-id": guid, session: "36" }],
  stop: (guid = GUID, count = 1): Entry => [
    "scheduler.stop-cluster",
    { "instance-id": guid, plan: {}, steps: Array(count).fill("RemoveRandomNode"), "steps-count": count },
  ],
  remove: (guid = GUID, node = "299a5098-750c-4191-96ea-3ac5ca5a88d5"): Entry => [
    "remove-random-node.perform",
    { cell: "10.10.31.22", "instance-id": guid, "node-uuid": node },
  ],
  unassign: (guid = GUID): Entry => ["remove-cluster-assignment", { clusterID: guid }],
  done: (guid = GUID): Entry => ["deprovision.done", { "instance-id": guid, session: "36" }],
  refused: (error: string, guid = GUID): Entry => [
    "deprovision.unknown-error",
    { "deprovision-details": {}, error, "instance-id": guid, session: "35" },
    2,
  ],
  saved: (nodes: number, guid = GUID): Entry => [
    "state.save-cluster",
    { cluster: { instance_id: guid, nodes: Array(nodes).fill({ node_id: "n" }) } },
  ],
};

export function goodDeletion(guid = GUID): Entry[] {
  return [eraF.start(guid), eraF.stop(guid), eraF.remove(guid), eraF.unassign(guid), eraF.done(guid)];
}
