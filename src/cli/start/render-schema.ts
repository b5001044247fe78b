/** The schemas of runbooks and of the configuration. The build keeps them, so that `schema` loads no action. */
import { configSchema } from "../../config/settings/schema.ts";
import { runbookSchema } from "../../engine/runbook/schema.ts";
import { REGISTRY } from "../../wiring/registry.ts";

/** Indented: each is a file for an editor. */
export function renderSchemas(): Readonly<Record<"runbook" | "config", string>> {
  const text = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;
  return { runbook: text(runbookSchema(REGISTRY)), config: text(configSchema()) };
}
