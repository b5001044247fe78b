/** Puts the names of space, organization, plan and offering to instances: four lists of the API, joined by GUID. */
import { refuse } from "../../../errors.ts";
import type { PlacedInstance, ServiceInstance } from "../../../ports/cloud-foundry.ts";
import { guidAndName, offeringOf, plan, readAs, space } from "./resources.ts";

/** Errors: those of the lists; `answer-incomplete` if an instance's place or plan is in none of them. */
export async function placed(
  instances: readonly ServiceInstance[],
  list: (path: string) => Promise<readonly unknown[]>,
): Promise<readonly PlacedInstance[]> {
  const read = async <T extends { readonly guid: string }>(
    path: string,
    schema: Parameters<typeof readAs<T>>[0],
  ): Promise<ReadonlyMap<string, T>> =>
    new Map((await list(path)).map((each) => readAs(schema, each, path)).map((each) => [each.guid, each]));
  const spaces = await read("/v3/spaces", space);
  const orgs = await read("/v3/organizations", guidAndName);
  const plans = await read("/v3/service_plans", plan);
  const offerings = await read("/v3/service_offerings", guidAndName);
  return instances.map((instance) => {
    const itsSpace = spaces.get(instance.spaceGuid);
    const itsOrg = orgs.get(itsSpace?.relationships.organization.data.guid ?? "");
    const itsPlan = plans.get(instance.planGuid ?? "");
    const offering = itsPlan === undefined ? undefined : offerings.get(offeringOf(itsPlan));
    if (itsSpace === undefined || itsOrg === undefined || itsPlan === undefined || offering === undefined)
      throw refuse("answer-incomplete", `Cloud Foundry shows the instance ${instance.guid} and not its place or plan`)
        .at(instance.guid)
        .advise(
          "It may have been made or moved just now: try again. A user that sees a space and not its organization cannot.",
        );
    return {
      instance,
      space: { guid: itsSpace.guid, name: itsSpace.name },
      org: { guid: itsOrg.guid, name: itsOrg.name },
      plan: itsPlan.name,
      offering: offering.name,
    };
  });
}
