import { REGISTRY } from "../actions/registry.ts";
import { configSchema } from "../config/schema.ts";
import { EXIT } from "../errors.ts";
import { runbookSchema } from "../runbook/schema.ts";
import type { GlobalArguments } from "./options.ts";

/** The schema is a file for an editor: indented, and the same with --json. */
export async function schema(given: GlobalArguments & { readonly of: "runbook" | "config" }): Promise<number> {
  const document = given.of === "config" ? configSchema() : runbookSchema(REGISTRY);
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  return await Promise.resolve(EXIT.done);
}
