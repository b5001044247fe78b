import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { lookAtMachine, machine, machineCommands, machineText } from "./machine.ts";
import { tableNames } from "./table-names.ts";

const input = z.strictObject({
  postgres_bin: z.string(),
  /** Directory for the copy; "" for one of the run's own. */
  scratch: z.string(),
  /** `9.6` */
  postgres_version: z.string(),
  expanded_bytes: z.number(),
  tables: z.array(z.string()),
  into_schema: z.string(),
});

/** Told before anything is fetched: another release of PostgreSQL does not start a copy (wal-archives.md §5). */
export const checkPrograms = defineAction({
  id: "scratch.check-programs",
  title: "See that this machine has the room and the PostgreSQL for a copy",
  effect: "read",
  input,
  output: machine,
  tell: machineText,
  describe: (request) => machineCommands(request),
  async run(context, { tables, into_schema, ...request }) {
    tableNames(tables, into_schema);
    return await lookAtMachine(context, request);
  },
  // Room comes and goes; the restore looks at it again.
  async verify(context, request, { postgres }) {
    const found = await context.ports.scratch.programs(request.postgres_bin);
    return { holds: found.postgres === postgres, evidence: `PostgreSQL ${found.postgres} is there` };
  },
});
