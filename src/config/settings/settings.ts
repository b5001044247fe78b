/**
 * Every setting of the configuration in one table: its name in the file, the variables that count if the file is silent, and
 * its use. `config show`, `init` and the schema for editors go by it; the readers of the sections decide which values are
 * taken.
 */
/** `address` is that of a host, with no path behind it. */
export type SettingKind = "text" | "address" | "flag" | "port" | "list" | "secret" | "text-or-secret";

export interface Setting {
  /** As in the file, `bosh.gateway.host`. */
  readonly name: string;
  readonly kind: SettingKind;
  /** Counted in this order if the file is silent. */
  readonly variables?: readonly string[];
  /** The default value. */
  readonly fallback?: string;
  /** A sentence without a stop. */
  readonly what: string;
  /** As it may stand behind the colon. */
  readonly example: string;
}

const SECRET_AT = (name: string): string => `{ env: ${name} }`;

const login = (section: "elasticsearch" | "opensearch", variables: { user: string; password: string }): Setting[] => [
  {
    name: `${section}.username`,
    kind: "text",
    variables: [variables.user],
    what: "who logs in; read, view_index_metadata and monitor are enough",
    example: "recovery",
  },
  {
    name: `${section}.password`,
    kind: "secret",
    variables: [variables.password],
    what: "where its password is to be had",
    example: SECRET_AT(variables.password),
  },
];

const viaGateway = (section: string, what: string): Setting => ({
  name: `${section}.via_gateway`,
  kind: "flag",
  fallback: "false",
  what: `${what} is reached through bosh.gateway`,
  example: "true",
});

const authority = (section: string): Setting => ({
  name: `${section}.ca_cert`,
  kind: "text",
  what: "its own authority: a path, or the PEM text",
  example: "/etc/ssl/ca.pem",
});

const logStore = (section: "elasticsearch" | "opensearch"): Setting[] => {
  const isElastic = section === "elasticsearch";
  const key: Setting = {
    name: `${section}.api_key`,
    kind: "secret",
    ...(isElastic ? { variables: ["ES_API_KEY"] } : {}),
    what: "in place of a user and a password",
    example: SECRET_AT(isElastic ? "ES_API_KEY" : "OPENSEARCH_API_KEY"),
  };
  const names = isElastic
    ? { user: "ES_USERNAME", password: "ES_PASSWORD" }
    : { user: "OPENSEARCH_USERNAME", password: "OPENSEARCH_PASSWORD" };
  return [
    {
      name: `${section}.url`,
      kind: "address",
      what: "address of the log store",
      example: "https://logs.example.com:9200",
    },
    {
      name: `${section}.index`,
      kind: "text",
      fallback: "logs-*",
      what: "names and patterns of indices, divided by commas",
      example: "logs-platform-*",
    },
    ...login(section, names),
    key,
    authority(section),
    viaGateway(section, "it"),
  ];
};

const GATEWAY: readonly Setting[] = [
  {
    name: "bosh.gateway.host",
    kind: "text",
    variables: ["BOSH_GW_HOST"],
    what: "the one hop to the director and the cells",
    example: "opsman.example.com",
  },
  { name: "bosh.gateway.port", kind: "port", fallback: "22", what: "port of its SSH", example: "22" },
  {
    name: "bosh.gateway.user",
    kind: "text",
    variables: ["BOSH_GW_USER"],
    what: "whom to log in as there",
    example: "ubuntu",
  },
  {
    name: "bosh.gateway.private_key",
    kind: "text-or-secret",
    variables: ["BOSH_GW_PRIVATE_KEY"],
    what: "path of the key; without it the agent of SSH_AUTH_SOCK, or what the gateway asks for",
    example: "{ file: ~/.ssh/jumpbox }",
  },
  {
    name: "bosh.gateway.passphrase",
    kind: "secret",
    what: "of the key, if it has one",
    example: SECRET_AT("GATEWAY_PASSPHRASE"),
  },
  {
    name: "bosh.gateway.password",
    kind: "secret",
    what: "for a gateway that takes a password",
    example: SECRET_AT("GATEWAY_PASSWORD"),
  },
  {
    name: "bosh.gateway.host_key",
    kind: "text",
    what: "its public key or fingerprint; without it known_hosts decides",
    example: "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
  },
];

export const SETTINGS: readonly Setting[] = [
  {
    name: "cf.api",
    kind: "address",
    variables: ["CF_API"],
    fallback: "the session of the cf CLI",
    what: "address of the API of Cloud Foundry",
    example: "https://api.sys.example.com",
  },
  {
    name: "cf.username",
    kind: "text",
    variables: ["CF_USERNAME"],
    fallback: "the session of the cf CLI",
    what: "who logs in; without it the session of the cf CLI is used (cf login)",
    example: "recovery",
  },
  {
    name: "cf.password",
    kind: "secret",
    variables: ["CF_PASSWORD"],
    what: "where its password is to be had",
    example: SECRET_AT("CF_PASSWORD"),
  },
  {
    name: "cf.skip_ssl_validation",
    kind: "flag",
    fallback: "false",
    what: "the certificate of the API is not checked; the report will say so",
    example: "true",
  },
  viaGateway("cf", "the API"),
  {
    name: "bosh.environment",
    kind: "address",
    variables: ["BOSH_ENVIRONMENT"],
    what: "address of the director",
    example: "https://10.0.0.10:25555",
  },
  {
    name: "bosh.deployment",
    kind: "text",
    variables: ["BOSH_DEPLOYMENT"],
    fallback: "the one whose name begins with dingo-postgresql",
    what: "deployment of Dingo PostgreSQL",
    example: "dingo-postgresql-0123456789ab",
  },
  {
    name: "bosh.ca_cert",
    kind: "text",
    variables: ["BOSH_CA_CERT"],
    what: "the director's own authority: a path, or the PEM text",
    example: "/path/to/root_ca_certificate",
  },
  {
    name: "bosh.client",
    kind: "text",
    variables: ["BOSH_CLIENT"],
    what: "who logs in to the director",
    example: "ops_manager",
  },
  {
    name: "bosh.client_secret",
    kind: "secret",
    variables: ["BOSH_CLIENT_SECRET"],
    what: "where its secret is to be had",
    example: SECRET_AT("BOSH_CLIENT_SECRET"),
  },
  ...GATEWAY,
  {
    name: "s3.endpoint",
    kind: "address",
    variables: ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
    fallback: "AWS itself",
    what: "address of the object store, if it is not AWS",
    example: "https://s3.example.org",
  },
  {
    name: "s3.region",
    kind: "text",
    variables: ["AWS_REGION", "AWS_DEFAULT_REGION"],
    fallback: "what the bucket says",
    what: "region of the bucket",
    example: "eu-central-1",
  },
  {
    name: "s3.address_style",
    kind: "text",
    fallback: "path for an endpoint, AWS's own way for AWS",
    what: "where the bucket's name stands in the address: in its path, or before the host's name (virtual)",
    example: "virtual",
  },
  { name: "s3.bucket", kind: "text", what: "bucket of the archives", example: "our-postgresql-backups" },
  {
    name: "s3.credentials.access_key_id",
    kind: "text-or-secret",
    variables: ["AWS_ACCESS_KEY_ID"],
    fallback: "the standard chain of AWS",
    what: "key of the object store; without it the standard chain of AWS finds one",
    example: SECRET_AT("S3_ACCESS_KEY_ID"),
  },
  {
    name: "s3.credentials.secret_access_key",
    kind: "secret",
    variables: ["AWS_SECRET_ACCESS_KEY"],
    fallback: "the standard chain of AWS",
    what: "where its secret is to be had",
    example: SECRET_AT("S3_SECRET_ACCESS_KEY"),
  },
  {
    name: "s3.credentials.session_token",
    kind: "secret",
    variables: ["AWS_SESSION_TOKEN"],
    what: "of keys that are lent for a time",
    example: SECRET_AT("S3_SESSION_TOKEN"),
  },
  {
    name: "s3.source.access_key_id",
    kind: "text-or-secret",
    fallback: "s3.credentials",
    what: "key that archives are read with, and that may write nowhere",
    example: SECRET_AT("S3_SOURCE_ACCESS_KEY_ID"),
  },
  {
    name: "s3.source.secret_access_key",
    kind: "secret",
    fallback: "s3.credentials",
    what: "where its secret is to be had",
    example: SECRET_AT("S3_SOURCE_SECRET_ACCESS_KEY"),
  },
  {
    name: "s3.source.session_token",
    kind: "secret",
    what: "of keys that are lent for a time",
    example: SECRET_AT("S3_SOURCE_SESSION_TOKEN"),
  },
  viaGateway("s3", "the store"),
  {
    name: "logs",
    kind: "list",
    what: "files in which the deletion may stand: paths and globs",
    example: "[/var/log/collected/*.log.gz]",
  },
  ...logStore("elasticsearch"),
  ...logStore("opensearch"),
  {
    name: "etcd.url",
    kind: "address",
    fallback: "what the containers say",
    what: "etcd, as the cells reach it",
    example: "http://10.58.111.42:4001",
  },
  {
    name: "lease",
    kind: "text",
    what: "keeps two machines apart: a place in the object store outside every archive",
    example: "s3://our-postgresql-backups/dingo-recover",
  },
  {
    name: "gpg.key",
    kind: "text",
    what: "file with the private key that opens archives which are encrypted with OpenPGP",
    example: "/etc/dingo-recover/backups.key",
  },
  {
    name: "gpg.passphrase",
    kind: "secret",
    what: "where its passphrase is to be had",
    example: SECRET_AT("GPG_PASSPHRASE"),
  },
  {
    name: "sandbox",
    kind: "text",
    fallback: "needed",
    what: "`unsandboxed` lets a restored database run here without a sandbox, though it runs code of its former owner",
    example: "needed",
  },
  { name: "actions", kind: "list", what: "files with your own actions", example: "[/etc/dingo-recover/own-action.js]" },
];

/** The title of a section, for the comment above it. */
export const SECTION_TITLES: Readonly<Record<string, string>> = {
  cf: "Cloud Foundry",
  bosh: "The BOSH director, and the way to it",
  s3: "The object store with the archives",
  logs: "Where the deletion may stand",
  elasticsearch: "A log store: Elasticsearch",
  opensearch: "A log store: OpenSearch",
  etcd: "etcd of the cells",
  lease: "Two machines",
  gpg: "Archives that are encrypted",
  sandbox: "What keeps a restored database from this machine",
  actions: "Your own actions",
};
