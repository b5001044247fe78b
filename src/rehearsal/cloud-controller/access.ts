/**
 * Who may see what: global readers everything, others by their roles, nobody an error if the API gives none (law 5's
 * trap).
 */
import type { Subject } from "./exchange.ts";
import type { CloudControllerState, Space } from "./state.ts";

const GLOBAL_READERS = [
  "cloud_controller.admin",
  "cloud_controller.admin_read_only",
  "cloud_controller.global_auditor",
];
const SPACE_READERS = ["space_developer", "space_manager", "space_auditor", "space_supporter"];

export function readsEverything(who: Subject): boolean {
  return who.scopes.some((scope) => GLOBAL_READERS.includes(scope));
}

export function mayWrite(state: CloudControllerState, who: Subject, spaceGuid: string): boolean {
  if (who.scopes.includes("cloud_controller.admin")) return true;
  return state.roles.some(
    (role) => role.subject === who.id && role.spaceGuid === spaceGuid && role.type === "space_developer",
  );
}

/** Whether spaces of the organization may be made, renamed and given to people. */
export function mayManage(state: CloudControllerState, who: Subject, orgGuid: string): boolean {
  if (who.scopes.includes("cloud_controller.admin")) return true;
  return state.roles.some(
    (role) => role.subject === who.id && role.orgGuid === orgGuid && role.type === "organization_manager",
  );
}

/** Whether the contents of a space are visible. */
export function maySeeSpace(state: CloudControllerState, who: Subject, spaceGuid: string): boolean {
  if (readsEverything(who)) return true;
  const space = state.spaces.find((each) => each.guid === spaceGuid);
  return state.roles.some(
    (role) =>
      role.subject === who.id &&
      ((role.spaceGuid === spaceGuid && SPACE_READERS.includes(role.type)) ||
        (role.type === "organization_manager" && role.orgGuid === space?.orgGuid)),
  );
}

/** The space itself, also for org auditors. */
export function maySeeSpaceItself(state: CloudControllerState, who: Subject, space: Space): boolean {
  return (
    maySeeSpace(state, who, space.guid) ||
    state.roles.some(
      (role) => role.subject === who.id && role.orgGuid === space.orgGuid && role.type !== "organization_user",
    )
  );
}

export function maySeeOrg(state: CloudControllerState, who: Subject, orgGuid: string): boolean {
  if (readsEverything(who)) return true;
  const spaces = state.spaces.filter((space) => space.orgGuid === orgGuid).map((space) => space.guid);
  return state.roles.some(
    (role) => role.subject === who.id && (role.orgGuid === orgGuid || spaces.includes(role.spaceGuid ?? "")),
  );
}
