/** `/v3/organizations`, `/v3/spaces`, `/v3/roles`, `/v3/service_plans`, `/v3/service_offerings`. */
import { change } from "../draft.ts";
import { jsonBody, jsonResponse } from "../http/message.ts";
import { mayManage, maySeeOrg, maySeeSpaceItself } from "./access.ts";
import { type Exchange, notAuthorized, type Route, unprocessable } from "./exchange.ts";
import { found, type Resource } from "./page.ts";
import { brokersOf, offeringsOf, renderOffering, renderOrg, renderPlan, renderRole, renderSpace } from "./render.ts";
import { field, related } from "./parse.ts";
import { actorOf, recordAudit } from "./records.ts";
import { addRole, addSpace } from "./seed.ts";
import type { CloudControllerState, Org, Plan, Role, Space } from "./state.ts";

export const ORGS: Resource<Org> = {
  title: "Organization",
  rows: ({ state, who }) => state.orgs.filter(({ guid }) => maySeeOrg(state, who, guid)),
  filters: { names: ({ name }) => name },
  render: renderOrg,
};

export const SPACES: Resource<Space> = {
  title: "Space",
  rows: ({ state, who }) => state.spaces.filter((each) => maySeeSpaceItself(state, who, each)),
  filters: { names: ({ name }) => name, organization_guids: ({ orgGuid }) => orgGuid },
  render: renderSpace,
};

export const ROLES: Resource<Role> = {
  title: "Role",
  rows: ({ state }) => state.roles,
  filters: {
    user_guids: ({ subject }) => subject,
    types: ({ type }) => type,
    space_guids: ({ spaceGuid }) => spaceGuid,
    organization_guids: ({ orgGuid }) => orgGuid,
  },
  render: renderRole,
};

/** Every plan of the stand-in is public, so that only the filters decide. */
export const PLANS: Resource<Plan> = {
  title: "Service plan",
  rows: ({ state }) => state.plans,
  filters: {
    names: ({ name }) => name,
    service_offering_names: ({ offering }) => offering,
    service_offering_guids: ({ offeringGuid }) => offeringGuid,
    service_broker_names: ({ broker }) => broker,
    available: ({ available }) => String(available),
  },
  render: renderPlan,
  included: (shown) => ({ service_offerings: offeringsOf(shown), service_brokers: brokersOf(shown) }),
};

/** Offerings have no rows here: each plan carries its offering. */
export const OFFERINGS: Resource<Plan> = {
  title: "Service offering",
  rows: ({ state }) => [
    ...new Map(state.plans.map((plan) => [plan.offeringGuid, { ...plan, guid: plan.offeringGuid }])).values(),
  ],
  filters: { names: ({ offering }) => offering },
  render: renderOffering,
};

/** For admins and managers of the organization. */
export const createSpace: Route = ({ state, request, who, now }) => {
  const body = jsonBody(request);
  const name = field(body, "name");
  const org = state.orgs.find(({ guid }) => guid === related(body, "organization"));
  if (typeof name !== "string" || name === "") throw unprocessable("Name must be a string");
  if (org === undefined || !maySeeOrg(state, who, org.guid))
    throw unprocessable("Invalid organization. Ensure the organization exists and you have access to it.");
  if (!mayManage(state, who, org.guid)) throw notAuthorized();
  requireFree(state, org.guid, name);
  const space = addSpace(state, { name, orgGuid: org.guid, at: now });
  const { guid } = space;
  const note = { type: "audit.space.create", target: { guid, type: "space", name }, spaceGuid: guid };
  recordAudit(state, note, { now, actor: actorOf(who) });
  return jsonResponse(201, renderSpace(space));
};

export const renameSpace: Route = (exchange) => {
  const { state, request, who } = exchange;
  const space = found(SPACES, exchange);
  if (!mayManage(state, who, space.orgGuid)) throw notAuthorized();
  const name = field(jsonBody(request), "name");
  if (typeof name !== "string") throw unprocessable("Name must be a string");
  requireFree(state, space.orgGuid, name);
  change(state.spaces, ({ guid }) => guid === space.guid, { name });
  return jsonResponse(200, renderSpace({ ...space, name }));
};

function requireFree({ spaces }: CloudControllerState, orgGuid: string, name: string): void {
  const isTaken = spaces.some((each) => each.orgGuid === orgGuid && each.name === name);
  if (isTaken) throw unprocessable("Name must be unique per organization");
}

/** The CLI names people by their name and gives them a role in the organization before one in the space. */
export function createRole({ state, request, who }: Exchange): ReturnType<Route> {
  const body = jsonBody(request);
  const type = field(body, "type");
  const subject = personOf(state, body);
  const space = state.spaces.find(({ guid }) => guid === related(body, "space"));
  const org = state.orgs.find(({ guid }) => guid === (space?.orgGuid ?? related(body, "organization")));
  if (typeof type !== "string" || org === undefined)
    throw unprocessable("Invalid space. Ensure that the space exists and you have access to it.");
  if (subject === undefined) throw unprocessable("Invalid user. Ensure that the user exists.");
  if (!mayManage(state, who, org.guid)) throw notAuthorized();
  const at = space === undefined ? { orgGuid: org.guid } : { spaceGuid: space.guid };
  const has = state.roles.some(
    (role) =>
      role.type === type &&
      role.subject === subject &&
      (space === undefined ? role.orgGuid === org.guid : role.spaceGuid === space.guid),
  );
  const where = space === undefined ? `organization '${org.name}'` : `space '${space.name}'`;
  if (has) throw unprocessable(`User '${subject}' already has '${type}' role in ${where}.`);
  return jsonResponse(201, renderRole(addRole(state, { type, subject, ...at })));
}

function personOf({ uaa }: CloudControllerState, body: unknown): string | undefined {
  const name = field(field(field(field(body, "relationships"), "user"), "data"), "username");
  return related(body, "user") ?? uaa.people.find((person) => person.name === name)?.id;
}
