import { z } from "zod";
import { defineAction } from "../../action.js";
import { lookAtMachine, machine, machineCommands, machineText } from "../scratch/machine.js";
import { asUntested } from "./untested.js";

const input = z.strictObject({
  postgres_bin: z.string(),
  scratch: z.string(),
  postgres_version: z.string(),
  expanded_bytes: z.number(),
});

/** A machine that cannot run the test says nothing of the backup. */
export const checkMachine = defineAction({
  id: "backup.check-machine",
  title: "See that this machine has the room and the PostgreSQL for the test",
  effect: "read",
  input,
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
});
