import { REGISTRY } from "../../wiring/registry.ts";
import { configSchema } from "../../config/settings/schema.ts";
import { EXIT } from "../../errors.ts";
import { runbookSchema } from "../../engine/runbook/schema.ts";
import type { GlobalArguments } from "../options/options.ts";

/** The schema is a file for an editor: indented, and the same with --json. */
export async function schema(given: GlobalArguments & { readonly of: "runbook" | "config" }): Promise<number> {
  const document = given.of === "config" ? configSchema() : runbookSchema(REGISTRY);
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  return await Promise.resolve(EXIT.done);
}
