import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { formatLocation, parseSource } from "../../names/location.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import type { Settings } from "../../../ports/settings.ts";
import { parseDuration } from "../../../kit/text/time.ts";
import { expectationOf } from "./expectation.ts";
import { finding, type Finding, found } from "./finding.ts";
import { readingDepth } from "./read-rows.ts";
import { requireSanityQuery } from "../../../kit/sql/sanity-query.ts";

const input = z.strictObject({
  /** s3://BUCKET/PREFIX; "" for the one that WAL-E's own settings name. */
  archive: z.string(),
  sanity_query: z.string(),
  expect: z.string(),
  max_age: z.string(),
  max_recovery_point_age: z.string(),
  time_limit: z.string(),
  /** Looked at here, so that a misspelt word ends the run before anything is fetched. */
  depth: readingDepth,
});
const output = z.object({ location: z.string(), endpoint: z.string(), key_id: z.string(), findings: z.array(finding) });

/** Every mistake in the inputs is told before the store is asked. */
export const findArchive = defineAction({
  id: "backup.find-archive",
  title: "Find the archive, and log in to the object store",
  effect: "read",
  input,
  output,
  tell: ({ location, endpoint }) => `${location} at ${endpoint}`,
  describe: () => [],
  async run({ ports: { settings, store } }, request) {
    requireOneSelect(request.sanity_query);
    expectationOf(request.expect);
    for (const text of [request.max_age, request.max_recovery_point_age, request.time_limit])
      if (text !== "") parseDuration(text);
    const given = request.archive === "" ? (settings.walE?.prefix ?? "") : request.archive;
    if (given === "") throw nowhere();
    const location = parseSource(given);
    const { endpoint, keyId } = await store.readingIdentity();
    return { location: formatLocation(location), endpoint, key_id: keyId, findings: looseFiles(settings) };
  },
});

function looseFiles({ walE, looseKey }: Settings): Finding[] {
  return [...(walE?.looseFiles ?? []), ...(looseKey === undefined ? [] : [looseKey])].map((text) =>
    found({
      severity: "warning",
      code: "secret-readable",
      message: `others on this machine may read ${text}`,
      cause:
        "chmod 0750 on the directory and 0640 on its files, with the group of the account that runs this, closes it",
    }),
  );
}

function nowhere(): RecoverError {
  return refuse("input-missing", "nobody says which archive is tested")
    .at("input archive")
    .advise("Give --input archive=s3://BUCKET/PREFIX, or --input envdir=/etc/wal-e with WALE_S3_PREFIX in it.");
}

/** Errors: `input-invalid`. "" is none. */
export function requireOneSelect(query: string): void {
  requireSanityQuery(query);
  let depth = 0;
  // No comments and no dollars are left: text in quotation marks is the only text that is no code.
  for (const [mark] of query.replaceAll(/'[^']*'|"[^"]*"/gu, "").matchAll(/[()]/gu)) {
    depth += mark === "(" ? 1 : -1;
    if (depth < 0) break;
  }
  if (depth === 0) return;
  throw refuse("input-invalid", "the sanity query's parentheses do not match")
    .at("sanity_query")
    .advise("Give --input sanity_query=… one SELECT, WITH, TABLE or VALUES statement.");
}
