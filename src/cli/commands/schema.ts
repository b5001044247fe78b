import { EXIT } from "../../errors.ts";
import { OWN_FORM, ownPath, readOwn } from "../../kit/process/own-files.ts";
import type { ActionsArguments, GlobalArguments } from "../options/options.ts";

type Schemas = Readonly<Record<"runbook" | "config", string>>;

type Given = GlobalArguments & ActionsArguments & { readonly of: keyof Schemas };

/** The same with --json. Own actions are programs: they are loaded only if that was asked for. */
export async function schema(given: Given): Promise<number> {
  const withOwn = given["with-actions"] && given.of === "runbook";
  process.stdout.write(withOwn ? await ownSchema(given) : (await schemas())[given.of]);
  return EXIT.done;
}

async function ownSchema(given: Given): Promise<string> {
  const { useOwnActions } = await import("../session/own-actions.ts");
  await useOwnActions(given);
  const [{ renderRunbookSchema }, { knownActions }] = await Promise.all([
    import("../start/render-schema.ts"),
    import("../process/shipped-runbooks.ts"),
  ]);
  return renderRunbookSchema(knownActions());
}

/** As the build has rendered them (build/bundle.mjs); a clone renders them. */
async function schemas(): Promise<Schemas> {
  if (OWN_FORM === "clone") return (await import("../start/render-schema.ts")).renderSchemas();
  return JSON.parse(readOwn(ownPath("bundle/schema.json")).toString("utf8")) as Schemas;
}
