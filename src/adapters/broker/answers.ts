/** What the broker's administrative addresses answer (dingo.md §2.10). Its credentials are not looked at. */
import { z } from "zod";
import type { BrokerRecord } from "../../ports/broker-records.js";

const text = z.string().nullish();
const record = z
  .object({
    instance_id: z.guid(),
    service_instance_name: text,
    organization_guid: text,
    space_guid: text,
    plan_id: text,
    nodes: z.array(z.unknown()).nullish(),
  })
  .transform((it): BrokerRecord => {
    const told = {
      name: it.service_instance_name,
      orgGuid: it.organization_guid,
      spaceGuid: it.space_guid,
      planGuid: it.plan_id,
    };
    const known = Object.fromEntries(
      Object.entries(told).filter(([, value]) => typeof value === "string" && value !== ""),
    );
    return { guid: it.instance_id, ...known, ...(it.nodes ? { nodes: it.nodes.length } : {}) };
  });

/** Undefined for whatever is no record. */
export function recordIn(body: string): BrokerRecord | undefined {
  try {
    return record.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
