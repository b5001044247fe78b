/** Whether the whole space was deleted, and which other instances with it (dingo.md §7, §8 row 4). */
import type { Context } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import type { Candidate, DiscoveryQuery } from "../../judgement/candidate.ts";
import { findDeletedInstance as search } from "../../answer/find.ts";
import { batchCommand, deletedTogether } from "../../judgement/together.ts";
import { archiveOf } from "./choose-instance.ts";

export interface Together {
  /** One sentence for the screen; empty when no other instance was deleted. */
  readonly told: string;
  /** The command that brings the others back, all of them by one consent. */
  readonly others: readonly string[];
}

export const ALONE: Together = { told: "", others: [] };

/** Asks only if the space of the deleted instance is not the one that has its name now. */
export async function wentTogether(
  context: Context,
  chosen: Candidate,
  asked: DiscoveryQuery & { readonly org: string; readonly space: string },
): Promise<Together> {
  const { cf, clock } = context.ports;
  const place = await cf.findSpace(asked);
  if (chosen.spaceGuid === undefined || place?.guid === chosen.spaceGuid) return ALONE;
  // Its events are all that tells of a space; logs are long, and were read before.
  const { candidates } = await search({ cf, logs: undefined, now: clock.now() }, { ...asked, name: undefined });
  const group = deletedTogether(candidates).find(({ spaceGuid }) => spaceGuid === chosen.spaceGuid);
  const others = (group?.members ?? []).filter(({ guid }) => guid !== chosen.guid);
  if (others.length === 0) return ALONE;
  const plan: string[] = [];
  for (const each of others)
    plan.push(`"${each.name ?? each.guid}" (${each.guid}): ${await archiveOf(context, each.guid)}`);
  await context.record("went-together", { plan });
  return {
    told: `the whole space "${asked.space}" was deleted, with its applications: ${counted(others.length, "other database")} went too, and the broker's clone-from finds none of them. This run brings "${chosen.name ?? chosen.guid}" back; left are: ${plan.join("; ")}`,
    others: [batchCommand(asked)],
  };
}
