/** The schemas of runbooks and of the configuration. The build keeps them, so that `schema` loads no action. */
import { configSchema } from "../../config/settings/schema.ts";
import { runbookSchema } from "../../engine/runbook/schema.ts";
import type { Actions } from "../../engine/runbook/step.ts";
import { REGISTRY } from "../../wiring/registry.ts";
import { shippedNames } from "../process/runbook-files.ts";

/** The schema of runbooks with every action that is given. */
export const renderRunbookSchema = (actions: Actions): string =>
  text(runbookSchema(actions, { runbooks: shippedNames() }));

/** Indented: each is a file for an editor. */
export function renderSchemas(): Readonly<Record<"runbook" | "config", string>> {
  return {
    runbook: text(runbookSchema(REGISTRY, { known: "shipped", runbooks: shippedNames() })),
    config: text(configSchema()),
  };
}

const text = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;
