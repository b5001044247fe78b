/**
 * Who may see what: global readers everything, others by their roles, nobody an error if the API gives none (law 5's
 * trap).
 */
import type { Subject } from "./exchange.ts";
import type { CloudControllerState, Role, Space } from "./state.ts";

const ADMIN = "cloud_controller.admin";
const GLOBAL_READERS = [ADMIN, "cloud_controller.admin_read_only", "cloud_controller.global_auditor"];
const SPACE_READERS = ["space_developer", "space_manager", "space_auditor", "space_supporter"];

export const readsEverything = ({ scopes }: Subject): boolean => scopes.some((scope) => GLOBAL_READERS.includes(scope));

const hasRole = ({ roles }: CloudControllerState, who: Subject, fits: (role: Role) => boolean): boolean =>
  roles.some((role) => role.subject === who.id && fits(role));

export const mayWrite = (state: CloudControllerState, who: Subject, guid: string): boolean =>
  who.scopes.includes(ADMIN) ||
  hasRole(state, who, ({ spaceGuid, type }) => spaceGuid === guid && type === "space_developer");

/** Whether spaces of the organization may be made, renamed and given to people. */
export const mayManage = (state: CloudControllerState, who: Subject, guid: string): boolean =>
  who.scopes.includes(ADMIN) ||
  hasRole(state, who, ({ orgGuid, type }) => orgGuid === guid && type === "organization_manager");

/** Whether the contents of a space are visible. */
export function maySeeSpace(state: CloudControllerState, who: Subject, guid: string): boolean {
  const orgOfIt = state.spaces.find((each) => each.guid === guid)?.orgGuid;
  return (
    readsEverything(who) ||
    hasRole(
      state,
      who,
      ({ spaceGuid, orgGuid, type }) =>
        (spaceGuid === guid && SPACE_READERS.includes(type)) ||
        (type === "organization_manager" && orgGuid === orgOfIt),
    )
  );
}

/** The space itself, also for org auditors. */
export const maySeeSpaceItself = (state: CloudControllerState, who: Subject, space: Space): boolean =>
  maySeeSpace(state, who, space.guid) ||
  hasRole(state, who, ({ orgGuid, type }) => orgGuid === space.orgGuid && type !== "organization_user");

export function maySeeOrg(state: CloudControllerState, who: Subject, guid: string): boolean {
  const spaces = state.spaces.filter(({ orgGuid }) => orgGuid === guid).map((space) => space.guid);
  return (
    readsEverything(who) ||
    hasRole(state, who, ({ orgGuid, spaceGuid = "" }) => orgGuid === guid || spaces.includes(spaceGuid))
  );
}
