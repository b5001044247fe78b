/** Inputs of actions as the world has them: shaped where it shapes them, and hostile where a person chooses (law 12). */
import { z } from "zod";
import type { Json, JsonObject } from "../../src/action.ts";
import { fc } from "../properties.ts";
import { PROGRAMS } from "./shell.ts";

type Sample = fc.Arbitrary<Json>;
type Schema = z.core.JSONSchema.BaseSchema;

const oneOf = (...values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);

const GUID = fc.uuid({ version: 4 });
const CONTAINER = GUID.map((guid) => `cf-${guid}`);
const ARCHIVE = fc
  .tuple(oneOf("our-bucket", "backups.example.com"), GUID)
  .map(([bucket, guid]) => `s3://${bucket}/backups/${guid}/wal`);
const NAME = oneOf(
  ...[
    "important-db",
    "a b",
    "the shop's",
    "$(id)",
    "`id`",
    "x; id",
    "a&b|c>d",
    "-x",
    "--all",
    "*",
    "back\\slash",
    "größe",
  ],
  ...['say "x"', "two\nlines", "$HOME", "a=b"],
);
const TIME = oneOf("2026-11-21T14:20:00.123Z", "2026-11-21T14:20:00Z");
const PATH = oneOf("/var/tmp/dingo-recover-20261121-020000-abcd", "/srv/a b/it's");

/** By the names that fields have in all actions. */
const FIELDS: Readonly<Record<string, Sample>> = {
  container: CONTAINER,
  cell: oneOf("cell_z1/0", "cell/5f3c8b7e-1d2a-4f60-9f57-0c9be4c4f0e1"),
  etcd: oneOf("10.58.111.39:4001", "etcd.service:2379"),
  deployment: oneOf("dingo-postgresql", "cf-1a2b3c"),
  source: ARCHIVE,
  target: ARCHIVE,
  archive: ARCHIVE,
  // An operator's own: it may end in a slash.
  secondary: ARCHIVE.chain((archive) => oneOf(archive, `${archive}/`)),
  bucket: oneOf("our-bucket", "backups.example.com"),
  run: oneOf("20261121-020000-abcd"),
  system_id: oneOf("7710592673896030425"),
  server_version: oneOf("9.6.24", "11.22", "10.0"),
  postgres_version: oneOf("9.6", "11"),
  started_at: TIME,
  created_at: TIME,
  deleted_at: TIME,
  time: TIME,
  around: oneOf("40m ago", "2026-11-21 14:20 +01:00"),
  guid: GUID,
  adopt: GUID,
  key_guid: GUID,
  instance_guid: GUID,
  postgres_bin: oneOf(PROGRAMS),
  place: PATH,
  scratch: PATH,
  directory: PATH,
  path: PATH,
  file: PATH,
  into: oneOf("/srv/data", "volume-1"),
  pushed_by: oneOf("arn:aws:iam::123456789012:user/backup", "arn:aws-cn:iam::123456789012:role/x"),
  // It goes into JSON, where a double quote and a backslash would have to be written otherwise.
  clone_from: oneOf("important-db", "a b", "the shop's", "$(id)"),
  place_on: fc.array(oneOf("10.58.111.15", "10.58.111.16"), { maxLength: 2 }),
  tables: fc.array(oneOf("visits", "shop.orders"), { minLength: 1, maxLength: 1 }),
  // The action refuses any other.
  into_schema: NAME.filter((name) => !name.includes("\n")),
  sanity_query: oneOf("SELECT count(*) FROM visits", `SELECT 'it''s' FROM "odd name" WHERE n < 3`),
};

/** The inputs that the action's schema admits: texts by their field, or empty if that is its default. */
export function inputsOf(schema: z.ZodType): fc.Arbitrary<JsonObject> {
  const whole = sampleOf(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }), "");
  return (whole as fc.Arbitrary<JsonObject>).filter((input) => schema.safeParse(input).success);
}

function sampleOf(schema: Schema, field: string): Sample {
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return fc.oneof(...options.map((one) => sampleOf(one, field)));
  if (schema.enum !== undefined) return fc.constantFrom(...(schema.enum as Json[]));
  if (schema.const !== undefined) return fc.constant(schema.const);
  const own = FIELDS[field];
  switch (schema.type) {
    case "object":
      return objectOf(schema);
    case "array":
      return arrayOf(schema, own);
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return fc.integer({ min: Math.max(1, schema.minimum ?? 1), max: 1000 });
    case "null":
      return fc.constant(null);
    default:
      return textOf(schema, own);
  }
}

function arrayOf({ items = {}, minItems = 0 }: Schema, own: Sample | undefined): Sample {
  const one = items as Schema;
  return one.type === "string" && own !== undefined
    ? own
    : fc.array(sampleOf(one, ""), { minLength: minItems, maxLength: 2 });
}

function textOf({ format, pattern, default: usual }: Schema, own: Sample | undefined): Sample {
  const text = own ?? (format === "guid" || format === "uuid" ? GUID : pattern === undefined ? NAME : shaped(pattern));
  return usual === "" ? fc.oneof(fc.constant(""), text) : text;
}

const shaped = (pattern: string): Sample => fc.stringMatching(new RegExp(pattern));

function objectOf({ properties = {} }: Schema): Sample {
  const samples = Object.entries(properties).map(([name, one]) => [name, sampleOf(one as Schema, name)] as const);
  return fc.record(Object.fromEntries(samples));
}
