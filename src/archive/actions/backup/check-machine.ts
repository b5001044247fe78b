import { isDeepStrictEqual } from "node:util";
import { defineAction } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { asRecoverError } from "../../../errors.ts";
import { lookAtMachine, machine, machineCommands, machineInput, machineText } from "../scratch/machine.ts";
import { asUntested } from "./untested.ts";

/** A machine that cannot run the test says nothing of the backup. */
export const checkMachine = defineAction({
  id: "backup.check-machine",
  title: "See that this machine has the room and the PostgreSQL for the test",
  effect: "read",
  input: machineInput,
  output: machine,
  tell: machineText,
  describe: (request) => machineCommands(request),
  async run(context, request) {
    try {
      return await lookAtMachine(context, request);
    } catch (thrown) {
      throw asUntested(thrown);
    }
  },
  /** Free space never stays the same: the check holds while there is enough of it, and the same PostgreSQL. */
  async verify(context, request, { free_bytes: _, ...before }) {
    try {
      const { free_bytes: free, ...now } = await lookAtMachine(context, request);
      const evidence = `PostgreSQL ${now.postgres} of ${now.postgres_path}, ${bytesText(free)} free`;
      return { holds: isDeepStrictEqual(now, before), evidence };
    } catch (thrown) {
      const error = asRecoverError(thrown);
      if (error.code !== "does-not-fit") throw asUntested(thrown);
      return { holds: false, evidence: error.message };
    }
  },
});
