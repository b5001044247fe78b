/** `/v3/organizations`, `/v3/spaces`, `/v3/roles`, `/v3/service_plans`, `/v3/service_offerings`. */
import { jsonBody, jsonResponse } from "../http/message.ts";
import { mayManage, maySeeOrg, maySeeSpaceItself } from "./access.ts";
import { type Answer, answer, type Exchange, notAuthorized, notFound, unprocessable } from "./exchange.ts";
import { page, passes } from "./page.ts";
import { brokersOf, offeringsOf, renderOffering, renderOrg, renderPlan, renderRole, renderSpace } from "./render.ts";
import { field, related } from "./parse.ts";
import { recordAudit } from "./records.ts";
import { addRole, addSpace } from "./seed.ts";
import type { CloudControllerState, Plan } from "./state.ts";

export function listOrgs({ state, request, who }: Exchange): Answer {
  const items = state.orgs.filter(
    (each) =>
      maySeeOrg(state, who, each.guid) && passes(request, "names", each.name) && passes(request, "guids", each.guid),
  );
  return answer(state, page(request, { items, render: renderOrg, maxPerPage: state.settings.maxPerPage }));
}

export function getOrg({ state, who, params }: Exchange): Answer {
  const org = state.orgs.find((each) => each.guid === params[0] && maySeeOrg(state, who, each.guid));
  return answer(state, org === undefined ? notFound("Organization") : jsonResponse(200, renderOrg(org)));
}

export function listSpaces({ state, request, who }: Exchange): Answer {
  const items = state.spaces.filter(
    (each) =>
      maySeeSpaceItself(state, who, each) &&
      passes(request, "names", each.name) &&
      passes(request, "guids", each.guid) &&
      passes(request, "organization_guids", each.orgGuid),
  );
  return answer(state, page(request, { items, render: renderSpace, maxPerPage: state.settings.maxPerPage }));
}

export function getSpace({ state, who, params }: Exchange): Answer {
  const space = state.spaces.find((each) => each.guid === params[0] && maySeeSpaceItself(state, who, each));
  return answer(state, space === undefined ? notFound("Space") : jsonResponse(200, renderSpace(space)));
}

/** For admins and managers of the organization. */
export function createSpace({ state, request, who, now }: Exchange): Answer {
  const body = jsonBody(request);
  const name = field(body, "name");
  const org = state.orgs.find(({ guid }) => guid === related(body, "organization"));
  if (typeof name !== "string" || name === "") return answer(state, unprocessable("Name must be a string"));
  if (org === undefined || !maySeeOrg(state, who, org.guid))
    return answer(
      state,
      unprocessable("Invalid organization. Ensure the organization exists and you have access to it."),
    );
  if (!mayManage(state, who, org.guid)) return answer(state, notAuthorized());
  if (isTaken(state, org.guid, name)) return answer(state, unprocessable("Name must be unique per organization"));
  const added = addSpace(state, { name, orgGuid: org.guid, at: now });
  const { guid } = added.space;
  const noted = recordAudit(added.state, {
    type: "audit.space.create",
    actor: { guid: who.id, type: "user", name: who.name },
    target: { guid, type: "space", name },
    spaceGuid: guid,
    now,
  });
  return answer(noted, jsonResponse(201, renderSpace(added.space)));
}

export function renameSpace({ state, request, who, params }: Exchange): Answer {
  const space = state.spaces.find((each) => each.guid === params[0] && maySeeSpaceItself(state, who, each));
  if (space === undefined) return answer(state, notFound("Space"));
  if (!mayManage(state, who, space.orgGuid)) return answer(state, notAuthorized());
  const name = field(jsonBody(request), "name");
  if (typeof name !== "string") return answer(state, unprocessable("Name must be a string"));
  if (isTaken(state, space.orgGuid, name)) return answer(state, unprocessable("Name must be unique per organization"));
  const renamed = { ...space, name };
  const spaces = state.spaces.map((each) => (each.guid === space.guid ? renamed : each));
  return answer({ ...state, spaces }, jsonResponse(200, renderSpace(renamed)));
}

const isTaken = ({ spaces }: CloudControllerState, orgGuid: string, name: string): boolean =>
  spaces.some((each) => each.orgGuid === orgGuid && each.name === name);

/** The CLI names people by their name and gives them a role in the organization before one in the space. */
export function createRole({ state, request, who }: Exchange): Answer {
  const body = jsonBody(request);
  const type = field(body, "type");
  const subject = personOf(state, body);
  const space = state.spaces.find(({ guid }) => guid === related(body, "space"));
  const org = state.orgs.find(({ guid }) => guid === (space?.orgGuid ?? related(body, "organization")));
  if (typeof type !== "string" || org === undefined)
    return answer(state, unprocessable("Invalid space. Ensure that the space exists and you have access to it."));
  if (subject === undefined) return answer(state, unprocessable("Invalid user. Ensure that the user exists."));
  if (!mayManage(state, who, org.guid)) return answer(state, notAuthorized());
  const at = space === undefined ? { orgGuid: org.guid } : { spaceGuid: space.guid };
  const where = space === undefined ? `organization '${org.name}'` : `space '${space.name}'`;
  const has = state.roles.some(
    (role) =>
      role.type === type &&
      role.subject === subject &&
      (space === undefined ? role.orgGuid === org.guid : role.spaceGuid === space.guid),
  );
  if (has) return answer(state, unprocessable(`User '${subject}' already has '${type}' role in ${where}.`));
  const added = addRole(state, { type, subject, ...at });
  const role = added.roles.at(-1);
  return answer(added, jsonResponse(201, role === undefined ? {} : renderRole(role)));
}

function personOf({ uaa }: CloudControllerState, body: unknown): string | undefined {
  const name = field(field(field(field(body, "relationships"), "user"), "data"), "username");
  return related(body, "user") ?? uaa.people.find((person) => person.name === name)?.id;
}

export function listRoles({ state, request }: Exchange): Answer {
  const items = state.roles
    .filter(
      (each) =>
        passes(request, "user_guids", each.subject) &&
        passes(request, "types", each.type) &&
        passes(request, "space_guids", each.spaceGuid ?? null) &&
        passes(request, "organization_guids", each.orgGuid ?? null),
    )
    .map((each) => ({ ...each, createdAt: "" }));
  return answer(state, page(request, { items, render: renderRole, maxPerPage: state.settings.maxPerPage }));
}

/** Every plan of the stand-in is public, so that only the filters decide. */
export function listPlans({ state, request }: Exchange): Answer {
  const items = state.plans.filter(
    (each) =>
      passes(request, "names", each.name) &&
      passes(request, "guids", each.guid) &&
      passes(request, "service_offering_names", each.offering) &&
      passes(request, "service_offering_guids", each.offeringGuid) &&
      passes(request, "service_broker_names", each.broker) &&
      passes(request, "available", String(each.available)),
  );
  const included = (shown: readonly Plan[]): unknown => ({
    service_offerings: offeringsOf(shown),
    service_brokers: brokersOf(shown),
  });
  return answer(state, page(request, { items, render: renderPlan, included, maxPerPage: state.settings.maxPerPage }));
}

export function getPlan({ state, params }: Exchange): Answer {
  const plan = state.plans.find((each) => each.guid === params[0]);
  return answer(state, plan === undefined ? notFound("Service plan") : jsonResponse(200, renderPlan(plan)));
}

/** Offerings have no rows here: each plan carries its offering. */
export function listOfferings({ state, request }: Exchange): Answer {
  const byGuid = new Map(state.plans.map((plan) => [plan.offeringGuid, { ...plan, guid: plan.offeringGuid }]));
  const items = [...byGuid.values()].filter(
    (each) => passes(request, "guids", each.guid) && passes(request, "names", each.offering),
  );
  return answer(state, page(request, { items, render: renderOffering, maxPerPage: state.settings.maxPerPage }));
}

export function getOffering({ state, params }: Exchange): Answer {
  const plan = state.plans.find((each) => each.offeringGuid === params[0]);
  return answer(state, plan === undefined ? notFound("Service offering") : jsonResponse(200, renderOffering(plan)));
}
