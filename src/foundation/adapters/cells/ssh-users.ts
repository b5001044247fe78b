/** The journal's record of an ephemeral user, by which another process can remove it. */
import { z } from "zod";
import type { JsonObject } from "../../../action.ts";
import type { BoshInstance } from "../../../ports/director.ts";

/** The kind of resource in the journal. */
export const SSH_USER = "ssh-user";

const shape = z.object({
  user: z.string().regex(/^bosh_[0-9a-f]+$/),
  deployment: z.string(),
  group: z.string(),
  id: z.string(),
  index: z.number(),
  ips: z.array(z.string()),
  agentId: z.string(),
});

export function userData(instance: BoshInstance, user: string): JsonObject {
  const { deployment, group, id, index, ips, agentId } = instance;
  return { user, deployment, group, id, index, ips: [...ips], agentId };
}

/** Undefined if the entry is not one of ours. */
export function parseUserData(
  data: JsonObject,
): { readonly user: string; readonly instance: BoshInstance } | undefined {
  const parsed = shape.safeParse(data);
  if (!parsed.success) return undefined;
  const { user, ...instance } = parsed.data;
  return { user, instance: { ...instance, jobState: "", processes: [] } };
}
