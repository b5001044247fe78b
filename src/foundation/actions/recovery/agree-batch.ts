import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { spaceMember } from "../../../discovery/actions/discovery/space-member.ts";

const input = z.strictObject({ org: z.string(), space: z.string(), members: z.array(spaceMember).min(1) });
const output = z.object({ org: z.string(), space: z.string(), members: z.array(spaceMember) });

/**
 * The one consent that names all databases. It changes nothing itself: the runbook raises its effect, so that the operator
 * agrees by typing the target, and the journal has it before the first of the runs begins.
 */
export const agreeBatch = defineAction({
  id: "recovery.agree-batch",
  title: "Agree to bring back all of them, one after another",
  effect: "read",
  input,
  output,
  tell: ({ members }) =>
    `${counted(members.length, "database")}, one after another: ${members.map(({ name, guid }) => `"${name}" (${guid})`).join(", ")}`,
  describe: ({ org, space, members }) =>
    members.map(({ name, guid, lost }) => ({
      on: "here",
      line: quote([
        ...["dingo-recover", "run"],
        ...[`service=${name}`, `org=${org}`, `space=${space}`, `instance_guid=${guid}`].flatMap((pair) => [
          "--input",
          pair,
        ]),
        ...(lost === 0 ? [] : ["--accept-loss", String(lost)]),
      ]),
    })),
  run: (_context, agreed): Promise<z.infer<typeof output>> => Promise.resolve(agreed),
  verify: (_context, _request, { members }) =>
    Promise.resolve({ holds: true, evidence: `the journal has the yes for ${counted(members.length, "database")}` }),
});
