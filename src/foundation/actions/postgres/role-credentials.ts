/**
 * The three roles and their passwords as the broker keeps them in `/service/GUID/state` (dingo.md §2.10, §3.6). From
 * broker 0.6.0 on; before, the passwords are fixed in the image and there is nothing to set.
 */
import { z } from "zod";
import { refuse } from "../../../errors.ts";
import type { Cell } from "../../../ports/cells.ts";

const credentials = z.object({ username: z.string().min(1), password: z.string().min(1) });
const state = z.object({
  admin_credentials: credentials,
  superuser_credentials: credentials,
  app_credentials: credentials,
});

export interface RoleCredentials {
  readonly username: string;
  readonly password: string;
  /** The attributes that initdb's bootstrap gives the role. */
  readonly attributes: string;
}

/** Undefined if the broker keeps no state: passwords are then fixed, and a restored database matches. */
export async function readRoleCredentials(
  cell: Cell,
  etcd: string,
  guid: string,
): Promise<readonly RoleCredentials[] | undefined> {
  const key = `/service/${guid}/state`;
  const node = await cell.etcd(etcd).get(key);
  if (node === undefined) return undefined;
  const parsed = state.safeParse(parseJson(node.value));
  if (!parsed.success) {
    throw refuse("answer-malformed", `${key} does not hold the credentials of three roles`)
      .at(key)
      .advise("Look at the key in etcd; its form is that of another broker version.");
  }
  const { superuser_credentials, admin_credentials, app_credentials } = parsed.data;
  return [
    { ...superuser_credentials, attributes: "SUPERUSER LOGIN" },
    { ...admin_credentials, attributes: "CREATEDB CREATEROLE LOGIN" },
    { ...app_credentials, attributes: "REPLICATION LOGIN" },
  ];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
