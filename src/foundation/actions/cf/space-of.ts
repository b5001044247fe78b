/** The space of an input; if it was missing when the run looked for it, the one that was made since. */
import type { Context } from "../../../action.ts";
import { refuse } from "../../../errors.ts";

interface Placed {
  readonly org: string;
  readonly space: string;
  /** "" if it was missing. */
  readonly space_guid: string;
}

/** Undefined if there is none: nothing is in it then. */
export async function spaceOf(context: Context, { org, space, space_guid }: Placed): Promise<string | undefined> {
  if (space_guid !== "") return space_guid;
  return (await context.ports.cf.findSpace({ org, space }))?.guid;
}

/** Throws `guard-refused` if there is none. */
export async function requireSpace(context: Context, placed: Placed): Promise<string> {
  const guid = await spaceOf(context, placed);
  if (guid !== undefined) return guid;
  const { org, space } = placed;
  throw refuse("guard-refused", `there is no space "${space}" in "${org}" any more`)
    .at(`${org}/${space}`)
    .advise("Make it again, then resume.");
}
