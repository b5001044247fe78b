import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { optional } from "../../../kit/optional.ts";
import { requireSanityQuery } from "../../../kit/sql/sanity-query.ts";
import { unprotected } from "./unprotected.ts";

const input = z.strictObject({
  /** Not run here: one that cannot be run is refused before anything is created for it. */
  sanity_query: z.string(),
});
const output = z.object({
  cf_api: z.string(),
  cf_user: z.string(),
  cf_cli: z.string(),
  sees_everything: z.boolean(),
  director: z.string(),
  director_version: z.string(),
  store: z.string(),
  store_key_id: z.string(),
  /** Absent if the same keys read archives. */
  source_key_id: z.string().optional(),
  /** Of the archives, if the configuration names it; else "". */
  bucket: z.string(),
  /** Systems that are spoken to without TLS, or without a look at the certificate; for the report. */
  unprotected: z.array(z.string()),
});

const readBy = (key: string | undefined): string => (key === undefined ? "" : `; archives are read with key ${key}`);

/** Every log-in first, so that a missing right costs a minute at the start and not half an hour in the middle. */
export const check = defineAction({
  id: "platform.check",
  title: "Log in to Cloud Foundry, the director and the object store",
  effect: "read",
  input,
  output,
  tell: (found) =>
    `Cloud Foundry ${found.cf_api} as ${found.cf_user}${found.sees_everything ? "" : ", who may not see every event"}; director ${found.director}; object store ${found.store}, key ${found.store_key_id}${readBy(found.source_key_id)}${found.unprotected.map((each) => `; NOT PROTECTED: ${each}`).join("")}`,
  describe: () => [
    { on: "here", line: "cf target" },
    { on: "here", line: "bosh environment" },
    { on: "here", line: "aws configure list" },
  ],
  async run(context, { sanity_query }): Promise<z.infer<typeof output>> {
    requireSanityQuery(sanity_query);
    const { cf, director, store } = context.ports;
    const identity = await cf.identity();
    const info = await director.info();
    const keys = await store.identity();
    const { keyId: source } = await store.readingIdentity();
    return {
      cf_api: identity.api,
      cf_user: identity.user,
      cf_cli: identity.cliVersion,
      sees_everything: identity.seesEverything,
      director: info.name,
      director_version: info.version,
      store: `${keys.endpoint} (${keys.region})`,
      store_key_id: keys.keyId,
      ...optional("source_key_id", source === keys.keyId ? undefined : source),
      bucket: context.ports.settings.bucket ?? "",
      // A box speaks in the clear, on loopback.
      unprotected: context.run.rehearsal ? [] : unprotected(identity, keys),
    };
  },
  /** A resume with another log-in would go on in another foundation. */
  verify: async (context, _request, output) => {
    const { cf, director, store } = context.ports;
    const [identity, info, keys] = [await cf.identity(), await director.info(), await store.identity()];
    // A box that stands anew has new ports on loopback.
    const places = context.run.rehearsal
      ? []
      : [
          [output.cf_api, identity.api],
          [output.store, `${keys.endpoint} (${keys.region})`],
        ];
    const moved = [...places, [output.director, info.name]].find(([then, now]) => then !== now);
    if (moved !== undefined) return { holds: false, evidence: `it was ${moved[0] ?? ""}, now it is ${moved[1] ?? ""}` };
    return { holds: true, evidence: `logged in to ${identity.api} as ${identity.user}` };
  },
});
