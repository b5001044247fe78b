/**
 * Reads `elasticsearch:` and `opensearch:`. If they name no user, ES_API_KEY, ES_USERNAME and ES_PASSWORD count, or
 * OPENSEARCH_USERNAME and OPENSEARCH_PASSWORD. The sections differ in their variables alone: the store itself is asked
 * for its product.
 */
import { refuse } from "../../errors.ts";
import type { Located } from "../../kit/yaml/located.ts";
import type { LogStoreConfig, SecretReference } from "./config.ts";
import { addressOf, fitting, Part } from "./part.ts";
import type { Environment, Reading } from "./reading.ts";
import type { Way } from "./way.ts";

export const LOG_STORES = ["elasticsearch", "opensearch"] as const;
export type LogStoreSection = (typeof LOG_STORES)[number];

export const DEFAULT_INDEX = "logs-*";
/** Names of indices begin with no underscore, no dot and no dash; a dash takes a pattern away. */
const INDEX =
  /^(?!-)(?:-?[^\s"*+/\\|<>?#:,._-][^\s"\\/|<>?#,]*|-?\*)(?:,(?:-?[^\s"*+/\\|<>?#:,._-][^\s"\\/|<>?#,]*|-?\*))*$/u;
const URL_REMEDY = "Write scheme, host and port, without user and path: `https://logs.example.org:9200`.";

const VARIABLES = {
  elasticsearch: { username: "ES_USERNAME", password: "ES_PASSWORD", apiKey: "ES_API_KEY" },
  opensearch: { username: "OPENSEARCH_USERNAME", password: "OPENSEARCH_PASSWORD", apiKey: undefined },
} as const;

export function readLogStore(
  reading: Reading,
  node: Located | undefined,
  { section, way }: { readonly section: LogStoreSection; readonly way: Way },
): LogStoreConfig | undefined {
  const part = new Part(reading, section, node);
  if (part.fields === undefined) return undefined;
  const url = part.given("url", {
    needed: URL_REMEDY,
    read: addressOf,
    wrong: "is no address of a log store",
    remedy: URL_REMEDY,
  });
  const index = part.given("index", {
    read: fitting(INDEX),
    wrong: "is no pattern of indices",
    remedy: "Write names and patterns divided by commas: `logs-platform-*`.",
  });
  const login = readLogin(reading, part) ?? loginOf(section, reading.env);
  const caCert = part.certificate("the store's");
  const viaGateway = way.asked(part.get("via_gateway")) || undefined;
  if (url === undefined) return undefined;
  return { section, url, index: index ?? DEFAULT_INDEX, login, caCert, viaGateway };
}

/** The store of `--elasticsearch` or `--opensearch`. The file counts for its own address alone. Throws `usage`. */
export function logStoreAt(
  text: string,
  section: LogStoreSection,
  { configured, env }: { readonly configured: readonly LogStoreConfig[]; readonly env: Environment },
): LogStoreConfig {
  const url = addressOf(text);
  if (url === undefined)
    throw refuse("usage", `what was given with --${section} is no address of a log store`).advise(URL_REMEDY);
  const known = configured.find((each) => each.url === url);
  const login = loginOf(section, env);
  return known ?? { section, url, index: DEFAULT_INDEX, login };
}

/** An API key counts before a user, as in the client's own tools. */
function readLogin(reading: Reading, part: Part): LogStoreConfig["login"] {
  const [key, username, password] = [part.secret("api_key"), part.text("username"), part.secret("password")];
  if (key !== undefined) return { kind: "api-key", key };
  if (part.fields !== undefined && (username === undefined) !== (part.get("password") === undefined))
    reading.findings.add(part.fields.at, {
      message: '"username" and "password" stand together',
      remedy: "Add the other one: `username: NAME`, `password: {env: NAME}`.",
    });
  return username === undefined ? undefined : password && { kind: "password", username, password };
}

function loginOf(section: LogStoreSection, env: Environment): LogStoreConfig["login"] {
  const names = VARIABLES[section];
  const there = (name: string | undefined): SecretReference | undefined =>
    name === undefined || (env[name] ?? "") === "" ? undefined : { kind: "env", name };
  const key = there(names.apiKey);
  if (key !== undefined) return { kind: "api-key", key };
  const [username, password] = [env[names.username] ?? "", there(names.password)];
  return username === "" || password === undefined ? undefined : { kind: "password", username, password };
}
