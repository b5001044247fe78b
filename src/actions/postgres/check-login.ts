import { z } from "zod";
import { defineAction } from "../../action.js";
import { psqlByKey } from "../cf/printed-credentials.js";
import { targetInput } from "../docker/target-container.js";
import { awaitWritable, openApplication } from "./application.js";

const input = z.strictObject({ ...targetInput, key_guid: z.string(), database: z.string() });
const output = z.object({ router: z.string(), user: z.string() });

/** Before a copy is made that could then not be loaded. */
export const checkLogin = defineAction({
  id: "postgres.check-login",
  title: "Log in through the router as the application",
  effect: "read",
  input,
  output,
  tell: ({ router, user }) => `as ${user} through ${router}`,
  describe: ({ key_guid }) => [psqlByKey(key_guid, "SELECT 1;")],
  async run(context, request): Promise<z.infer<typeof output>> {
    const application = await openApplication(context, request);
    await awaitWritable(context, application);
    return { router: application.router, user: application.user };
  },
  async verify(context, request) {
    const { router, login } = await openApplication(context, request);
    const answer = await login("SELECT 1;");
    return { holds: answer.ok, evidence: `the login through ${router} ${answer.ok ? "works" : "fails"}` };
  },
});
