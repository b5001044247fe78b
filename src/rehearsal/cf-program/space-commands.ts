/** create-space, set-space-role, rename-space. */
import { type Cli, orgNamed, spaceNamed, userName } from "./command.ts";
import { claimsOf } from "../http/token.ts";
import type { Resource } from "./api.ts";
import { CfFailure } from "./failure.ts";
import type { Arguments } from "./flags.ts";

/** Its maker gets two roles, one call each, after the space is there. */
const ROLES = [
  ["SpaceManager", "space_manager"],
  ["SpaceDeveloper", "space_developer"],
] as const;

export async function createSpace(cli: Cli, { positional, flags }: Arguments): Promise<void> {
  const [name = ""] = positional;
  const orgName = flags.get("o") ?? cli.file.config.OrganizationFields.Name;
  const user = userName(cli);
  cli.say(`Creating space ${name} in org ${orgName} as ${user}...`);
  const org = await orgNamed(cli, orgName);
  if (!(await posted(cli, name, org))) {
    return cli.say(`Space '${name}' already exists.`, "OK");
  }
  cli.say("OK", "");
  const space = await spaceNamed(cli, name, org.guid);
  for (const [title, type] of ROLES) {
    cli.say(`Assigning role ${title} to user ${user} in org ${orgName} / space ${name} as ${user}...`);
    const data = (guid: unknown) => ({ data: { guid } });
    const relationships = { user: data(claimsOf(cli.file.config.AccessToken)["user_id"]), space: data(space.guid) };
    await cli.api.send("POST", "/v3/roles", { type, relationships });
    cli.say("OK", "");
  }
  cli.say(`TIP: Use 'cf target -o "${orgName}" -s "${name}"' to target new space`);
}

/** The role in the organization that the other one needs comes first, and may be there (v7action.CreateSpaceRole). */
export async function setSpaceRole(cli: Cli, { positional, flags }: Arguments): Promise<void> {
  const [user = "", orgName = "", name = "", role = ""] = positional;
  const where = `in org ${orgName} / space ${name}`;
  cli.say(`Assigning role ${role} to user ${user} ${where} as ${userName(cli)}...`);
  const type = ROLES.find(([title]) => title.toLowerCase() === role.toLowerCase())?.[1];
  if (type === undefined) throw new CfFailure("Invalid role type.");
  const org = await orgNamed(cli, orgName);
  const space = await spaceNamed(cli, name, org.guid);
  const origin = flags.get("origin");
  const whose = flags.has("client") ? { guid: user } : { username: user, ...(origin === undefined ? {} : { origin }) };
  const give = (kind: string, at: Readonly<Record<string, unknown>>): Promise<unknown> =>
    cli.api.send("POST", "/v3/roles", { type: kind, relationships: { user: { data: whose }, ...at } });
  await give("organization_user", { organization: { data: { guid: org.guid } } }).catch(unlessThere);
  const had = await give(type, { space: { data: { guid: space.guid } } }).catch(unlessThere);
  if (had === THERE) cli.warn(`User '${user}' already has role '${role}' in org '${orgName}' / space '${name}'.`);
  cli.say("OK", "");
}

const THERE = "there";

/** Also when it is forbidden: a user who manages the space need not manage the organization. */
function unlessThere(error: unknown): typeof THERE {
  if (error instanceof CfFailure && /already has|not authorized/.test(error.sentence)) return THERE;
  throw error;
}

export async function renameSpace(cli: Cli, { positional }: Arguments): Promise<void> {
  const [name = "", to = ""] = positional;
  cli.say(`Renaming space ${name} to ${to} as ${userName(cli)}...`);
  const space = await spaceNamed(cli, name, cli.file.config.OrganizationFields.GUID);
  await cli.api.send("PATCH", `/v3/spaces/${space.guid}`, { name: to });
  cli.say("OK");
}

/** False if one of that name is there: the CLI goes by these words. */
async function posted({ api }: Cli, name: string, org: Resource): Promise<boolean> {
  try {
    const relationships = { organization: { data: { guid: org.guid } } };
    await api.send("POST", "/v3/spaces", { name, relationships });
    return true;
  } catch (error) {
    if (error instanceof CfFailure && error.sentence.includes("Name must be unique")) return false;
    throw error;
  }
}
