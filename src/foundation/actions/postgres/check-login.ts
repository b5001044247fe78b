import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { restoreVersion } from "../../../kit/commands/host-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { psqlByKey } from "../cf/printed-credentials.ts";
import { targetInput } from "../docker/target-container.ts";
import { formatOf } from "./archive-format.ts";
import { awaitWritable, openApplication } from "./application.ts";

const input = z.strictObject({
  ...targetInput,
  key_guid: z.string(),
  database: z.string(),
  /** The release whose pg_dump makes the dump for the container's pg_restore; absent in runs of earlier versions. */
  pg_dump: z.string().exactOptional(),
});
const output = z.object({
  router: z.string(),
  user: z.string(),
  /** The release of the container's pg_restore, when it cannot read the dump. */
  unread_by: z.string().exactOptional(),
});

/** Before a copy is made that could then not be loaded. */
export const checkLogin = defineAction({
  id: "postgres.check-login",
  title: "Log in through the router as the application",
  effect: "read",
  input,
  output,
  tell: ({ router, user, unread_by }) =>
    `as ${user} through ${router}${unread_by === undefined ? "" : `; pg_restore ${unread_by} of the service will not read the dump, which is then loaded by hand, with the printed command`}`,
  describe: ({ key_guid, cell, container, pg_dump }) => [
    psqlByKey(key_guid, "SELECT 1;"),
    ...(pg_dump === undefined ? [] : [{ on: cell, line: quote(restoreVersion(container)) }]),
  ],
  async run(context, request): Promise<z.infer<typeof output>> {
    const application = await openApplication(context, request);
    await awaitWritable(context, application);
    const { router, user } = application;
    if (request.pg_dump === undefined) return { router, user };
    const restores = await application.restores();
    return { router, user, ...(formatOf(request.pg_dump) <= formatOf(restores) ? {} : { unread_by: restores }) };
  },
  async verify(context, request) {
    const { router, login } = await openApplication(context, request);
    const answer = await login("SELECT 1;");
    return { holds: answer.ok, evidence: `the login through ${router} ${answer.ok ? "works" : "fails"}` };
  },
});
