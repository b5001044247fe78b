/**
 * Whether "nothing found" is a fact for this token: Cloud Controller leaves out records that one may not see (law 5,
 * cf-bosh.md §2.1).
 */
import { refuse } from "../../../errors.ts";
import type { CfReader } from "./reader.ts";
import type { CfSession } from "./session.ts";
import { seesEverything, type TokenFacts } from "./token.ts";
import type { SpaceRef } from "../../../ports/cloud-foundry.ts";

/** Roles that see the contents of a space. Org auditors see the space and none of its instances. */
const SPACE_ROLES = ["space_developer", "space_manager", "space_auditor", "space_supporter"];

export class Visibility {
  readonly #session: CfSession;
  readonly #reader: CfReader;

  constructor(session: CfSession, reader: CfReader) {
    this.#session = session;
    this.#reader = reader;
  }

  /** Returns if the token would have seen it: everywhere, or in the given space by a role. Error: `access-denied`. */
  async nothingIn(spaceGuid: string | undefined, what: string): Promise<undefined> {
    const { subject, scopes, user } = await this.#session.token();
    if (seesEverything(scopes)) return undefined;
    if (spaceGuid !== undefined) {
      const query = { user_guids: [subject], space_guids: [spaceGuid], types: SPACE_ROLES };
      if ((await this.#reader.list("/v3/roles", query)).length > 0) return undefined;
    }
    throw refuse("access-denied", `"${user}" sees no ${what}, and may not see all there is`)
      .at("cf oauth-token")
      .advise(
        "Log in as a user with cloud_controller.admin, cloud_controller.admin_read_only or cloud_controller.global_auditor: an empty answer to others proves nothing.",
      );
  }
}

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
