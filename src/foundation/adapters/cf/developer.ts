/** Whether our user may use a space, and the command that lets it. */
import type { SpaceRef } from "../../../ports/cloud-foundry.ts";
import type { CfReader } from "./reader.ts";
import type { CfSession } from "./session.ts";
import type { TokenFacts } from "./token.ts";

const ADMIN = "cloud_controller.admin";

export async function mayDevelop(session: CfSession, reader: CfReader, spaceGuid: string): Promise<boolean> {
  const { subject, scopes } = await session.token();
  if (scopes.includes(ADMIN)) return true;
  const query = { user_guids: [subject], space_guids: [spaceGuid], types: ["space_developer"] };
  return (await reader.list("/v3/roles", query)).length > 0;
}

/** A name is looked up with the identity provider that it is of; a client is no person (`cf set-space-role --help`, v8). */
export function becomeDeveloper({ user, isClient, origin }: TokenFacts, { org, space }: SpaceRef): readonly string[] {
  const whose = isClient ? ["--client"] : origin === "" ? [] : ["--origin", origin];
  return ["set-space-role", user, org, space, "SpaceDeveloper", ...whose];
}
