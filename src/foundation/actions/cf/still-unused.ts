/** An instance that is adopted is somebody else's until the window opens: each look at its emptiness may be out of date. */
import { z } from "zod";
import type { Context } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import type { ServiceInstance } from "../../../ports/cloud-foundry.ts";
import { inspectTaken } from "./inspect-taken.ts";

export const adoptedInput = {
  /** GUID of the instance that is adopted; "" if this run has made one. */
  adopt: z.string().default(""),
  /** Of the instance that is recovered. */
  deleted_at: z.string().default(""),
};

interface Adopted {
  readonly guid: string;
  readonly deployment: string;
  readonly adopt: string;
  readonly deleted_at: string;
}

/** Throws `guard-refused` if the instance is adopted and is not shown to be empty, unbound and of one node still. */
export async function guardStillUnused(context: Context, { guid, adopt, ...when }: Adopted): Promise<void> {
  if (adopt === "") return;
  const taken = await context.ports.cf.getInstance(guid);
  if (taken !== undefined) return await refuseUsed(context, taken, when);
  throw refuse("guard-refused", `the adopted instance "${guid}" is gone`)
    .at(guid)
    .advise("Begin anew: the name may be free now.");
}

/** Between the typed GUID and now somebody can have begun to use it. Throws `guard-refused`. */
export async function refuseUsed(
  context: Context,
  taken: ServiceInstance,
  { deployment, deleted_at: deletedAt }: Pick<Adopted, "deployment" | "deleted_at">,
): Promise<void> {
  const { adoptable, facts } = await inspectTaken(context, taken, { deployment, deletedAt });
  if (adoptable) return;
  throw refuse("guard-refused", `"${taken.name}" is in use now: ${facts.join("; ")}`)
    .at(taken.guid)
    .advise("It is left as it is. Begin anew, and recover into another name.");
}
