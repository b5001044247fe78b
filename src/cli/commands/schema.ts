import { EXIT } from "../../errors.ts";
import { OWN_FORM, ownPath, readOwn } from "../../kit/process/own-files.ts";
import type { GlobalArguments } from "../options/options.ts";

type Schemas = Readonly<Record<"runbook" | "config", string>>;

/** The same with --json. */
export async function schema(given: GlobalArguments & { readonly of: keyof Schemas }): Promise<number> {
  process.stdout.write((await schemas())[given.of]);
  return EXIT.done;
}

/** As the build has rendered them (build/bundle.mjs); a clone renders them. */
async function schemas(): Promise<Schemas> {
  if (OWN_FORM === "clone") return (await import("../start/render-schema.ts")).renderSchemas();
  return JSON.parse(readOwn(ownPath("bundle/schema.json")).toString("utf8")) as Schemas;
}
