/** The JSON Schema of the configuration for editors (draft 2020-12), out of the table of settings. */
import { VARIABLE_NAME } from "./secret.ts";
import { type Setting, SECTION_TITLES, SETTINGS } from "./settings.ts";

type Schema = Readonly<Record<string, unknown>>;

const TEXT: Schema = { type: "string", minLength: 1 };
const SECRET: Schema = { $ref: "#/$defs/secret" };
const OF_KIND: Readonly<Record<Setting["kind"], Schema>> = {
  text: TEXT,
  address: TEXT,
  flag: { type: "boolean" },
  port: { type: "integer", minimum: 1, maximum: 65_535 },
  list: { type: "array", items: TEXT },
  secret: SECRET,
  "text-or-secret": { anyOf: [TEXT, SECRET] },
};

export function configSchema(): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A configuration of dingo-recover",
    type: "object",
    additionalProperties: false,
    properties: propertiesOf(SETTINGS.map((setting) => ({ setting, path: setting.name.split(".") }))),
    $defs: { secret: secretSchema() },
  };
}

interface Placed {
  readonly setting: Setting;
  /** The rest of its name at this depth. */
  readonly path: readonly string[];
}

function propertiesOf(placed: readonly Placed[]): Schema {
  const keys = [...new Set(placed.map(({ path }) => path[0] ?? ""))];
  return Object.fromEntries(
    keys.map((key) => [
      key,
      schemaOf(
        key,
        placed.filter(({ path }) => path[0] === key),
      ),
    ]),
  );
}

function schemaOf(key: string, placed: readonly Placed[]): Schema {
  const leaf = placed.find(({ path }) => path.length === 1);
  if (leaf !== undefined) return { description: describe(leaf.setting), ...OF_KIND[leaf.setting.kind] };
  const below = placed.map(({ setting, path }) => ({ setting, path: path.slice(1) }));
  const title = SECTION_TITLES[key];
  return {
    ...(title === undefined ? {} : { description: title }),
    type: "object",
    additionalProperties: false,
    properties: propertiesOf(below),
  };
}

function describe({ what, variables = [], fallback }: Setting): string {
  const silent = [
    ...(variables.length === 0 ? [] : [variables.join(", then ")]),
    ...(fallback === undefined ? [] : [fallback]),
  ];
  return `${what.charAt(0).toUpperCase()}${what.slice(1)}.${silent.length === 0 ? "" : ` If it is absent: ${silent.join(", else ")}.`}`;
}

/** The schema of a reference: a secret itself never stands in the file. */
function secretSchema(): Schema {
  const only = (name: string, value: Schema): Schema => ({
    type: "object",
    properties: { [name]: value },
    required: [name],
    additionalProperties: false,
  });
  return {
    description: "Where a secret is to be had, never the secret itself.",
    oneOf: [
      only("env", { type: "string", pattern: VARIABLE_NAME.source }),
      only("file", TEXT),
      only("command", { type: "array", items: TEXT, minItems: 1 }),
    ],
  };
}
