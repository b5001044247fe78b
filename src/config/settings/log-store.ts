/**
 * `elasticsearch:` and `opensearch:`; where they name nobody, ES_API_KEY, ES_USERNAME and ES_PASSWORD, or
 * OPENSEARCH_USERNAME and OPENSEARCH_PASSWORD. Which product answers is found out by asking: the sections differ in their
 * variables only.
 */
import { refuse } from "../../errors.ts";
import { Fields } from "../../kit/yaml/fields.ts";
import type { Located } from "../../kit/yaml/located.ts";
import { parseAddress } from "./address.ts";
import { readCertificate } from "./certificate.ts";
import type { LogStoreConfig, SecretReference } from "./config.ts";
import type { Environment, Reading } from "./reading.ts";
import { readSecret } from "./secret.ts";
import type { Way } from "./way.ts";

export const LOG_STORES = ["elasticsearch", "opensearch"] as const;
export type LogStoreSection = (typeof LOG_STORES)[number];

const KEYS = ["url", "index", "username", "password", "api_key", "ca_cert", "via_gateway"] as const;
type StoreFields = Fields<(typeof KEYS)[number]>;

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
  const fields =
    node === undefined ? undefined : Fields.of(reading.findings, node, { what: `"${section}"`, keys: KEYS });
  if (fields === undefined) return undefined;
  const url = readUrl(reading, fields);
  const index = reading.matching(fields.text("index"), INDEX, {
    message: '"index" is no pattern of indices',
    remedy: "Write names and patterns divided by commas: `logs-platform-*`.",
  });
  const login = readLogin(reading, fields) ?? loginOf(section, reading.env);
  const caCert = readCertificate(reading, fields.text("ca_cert"), "the store's");
  const viaGateway = way.asked(fields.get("via_gateway"));
  if (url === undefined) return undefined;
  return {
    section,
    url,
    index: index ?? DEFAULT_INDEX,
    ...(login === undefined ? {} : { login }),
    ...(caCert === undefined ? {} : { caCert }),
    ...(viaGateway ? { viaGateway } : {}),
  };
}

/** As of `--elasticsearch` and `--opensearch`; what the file says counts for its own address only. Throws `usage`. */
export function logStoreAt(
  text: string,
  section: LogStoreSection,
  { configured, env }: { readonly configured: readonly LogStoreConfig[]; readonly env: Environment },
): LogStoreConfig {
  const url = parseAddress(text, "https")?.url;
  if (url === undefined)
    throw refuse("usage", `what was given with --${section} is no address of a log store`).advise(URL_REMEDY);
  const known = configured.find((each) => each.url === url);
  const login = loginOf(section, env);
  return known ?? { section, url, index: DEFAULT_INDEX, ...(login && { login }) };
}

function readUrl(reading: Reading, fields: StoreFields): string | undefined {
  const node = fields.needText("url", URL_REMEDY);
  const url = node === undefined ? undefined : parseAddress(node.value, "https")?.url;
  if (node !== undefined && url === undefined)
    reading.findings.add(node.at, { message: '"url" is no address of a log store', remedy: URL_REMEDY });
  return url;
}

/** An API key counts before a user, as in the client's own tools. */
function readLogin(reading: Reading, fields: StoreFields): LogStoreConfig["login"] {
  const [key, username, secret] = [fields.get("api_key"), fields.text("username"), fields.get("password")];
  const apiKey = key === undefined ? undefined : readSecret(reading, key, "api_key");
  const password = secret === undefined ? undefined : readSecret(reading, secret, "password");
  if (apiKey !== undefined) return { kind: "api-key", key: apiKey };
  if ((username === undefined) !== (secret === undefined))
    reading.findings.add(fields.at, {
      message: '"username" and "password" stand together',
      remedy: "Add the other one: `username: NAME`, `password: {env: NAME}`.",
    });
  return username === undefined || password === undefined
    ? undefined
    : { kind: "password", username: username.value, password };
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
