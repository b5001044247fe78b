/**
 * Names and habits repeat from organization to organization (dingo.md §8, 24): a deletion that fits in all but the place
 * is shown, and taken only by an operator who types where it was.
 */
import type { Context } from "../../../action.ts";
import type { Candidate } from "../../judgement/candidate.ts";
import { plainTime } from "../../lines/stamp.ts";
import { RecoverError, refuse } from "../../../errors.ts";

export interface Place {
  readonly service: string;
  readonly org: string;
  readonly space: string;
  readonly instance_guid: string;
}

/** Of deletions anywhere, those that may be meant. */
export function fittingElsewhere(candidates: readonly Candidate[], asked: Place): readonly Candidate[] {
  const { service, instance_guid } = asked;
  return candidates.filter((each) =>
    instance_guid === ""
      ? each.name === service && each.orgGuid !== undefined
      : each.guid === instance_guid.toLowerCase(),
  );
}

/** Throws `guard-refused` unless the operator types the place that it was really in. */
export async function requireOtherPlace(context: Context, found: Candidate, asked: Place): Promise<void> {
  const place = placeOf(found);
  const refused = refuse(
    "guard-refused",
    `"${asked.service}" was deleted in ${place}, not in ${asked.org}/${asked.space}`,
  )
    .at(`${asked.org}/${asked.space}`)
    .advise(
      `Give --input org=… --input space=… of where it was. Or, to recover it into ${asked.org}/${asked.space} all the same, run again at a terminal and type the place.`,
    );
  const answer = await context
    .ask({
      kind: "typed",
      id: "other-organization",
      prompt: `Recover the database of ${place} into ${asked.org}/${asked.space}?`,
      why: "The deleted instance belonged to another place than the named one. Everybody who may use the named place would see its data.",
      expected: place,
      details: [`${found.guid}, ${found.kind} ${plainTime(found.deletedAt ?? "at a time not known")}`],
    })
    .catch((error: unknown) => {
      if (error instanceof RecoverError && error.code === "question-unanswered") throw refused;
      throw error;
    });
  if (answer.value !== place) throw refused;
}

function placeOf({ org, orgGuid, space, spaceGuid }: Candidate): string {
  return `${org ?? orgGuid ?? "an organization not known"}/${space ?? spaceGuid ?? "a space not known"}`;
}
