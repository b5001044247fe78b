import { REGISTRY } from "../actions/registry.js";
import { EXIT } from "../errors.js";
import { runbookSchema } from "../runbook/schema.js";
import type { GlobalArguments } from "./options.js";

/** The schema is a file for an editor: indented, and the same with --json. */
export async function schema(_given: GlobalArguments): Promise<number> {
  process.stdout.write(`${JSON.stringify(runbookSchema(REGISTRY), null, 2)}\n`);
  return await Promise.resolve(EXIT.done);
}
