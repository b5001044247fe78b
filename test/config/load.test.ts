import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type Config, settingsOf } from "../../src/config/settings/config.ts";
import { loadConfig } from "../../src/config/settings/load.ts";
import { RecoverError } from "../../src/errors.ts";
import { testDirectory } from "../directory.ts";

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
let folder: string;

beforeEach(() => (folder = testDirectory()));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function load(text?: string, env: Record<string, string> = {}): Config {
  if (text !== undefined) write("dingo-recover.yml", text);
  return loadConfig({ env: { HOME: folder, ...env }, cwd: folder });
}

function failure(text?: string, env: Record<string, string> = {}): RecoverError {
  try {
    load(text, env);
  } catch (error) {
    if (error instanceof RecoverError) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

describe("a configuration file", () => {
  it("says where everything is, and only if each secret is to be had", () => {
    write("director.pem", PEM);
    const config = load(`
cf: { api: api.system.example.org, skip_ssl_validation: true, username: ops, password: { env: OPS_PASSWORD } }
bosh:
  environment: 10.0.0.10
  deployment: dingo-postgresql-0123456789abcdef0123
  ca_cert: director.pem
  client: ops_manager
  client_secret: { command: [pass, show, bosh] }
  gateway: { host: jump.example.org, port: 2222, user: ubuntu, private_key: ~/.ssh/jump, passphrase: { file: secrets/pass } }
s3:
  endpoint: https://s3.example.org
  region: eu-central-1
  bucket: our-postgresql-backups
  credentials: { access_key_id: AKIAEXAMPLE, secret_access_key: { env: S3_SECRET } }
  source: { access_key_id: { env: READER }, secret_access_key: { file: secrets/reader }, session_token: { env: LENT } }
logs: [logs/*.gz, /var/log/broker.log, "-"]
etcd: { url: "http://10.58.111.42:4001" }
actions: [mine.js]
`);
    expect(config).toEqual({
      file: join(folder, "dingo-recover.yml"),
      cf: {
        api: "https://api.system.example.org",
        skipSslValidation: true,
        username: "ops",
        password: { kind: "env", name: "OPS_PASSWORD" },
      },
      bosh: {
        environment: "https://10.0.0.10:25555",
        deployment: "dingo-postgresql-0123456789abcdef0123",
        caCert: PEM,
        client: "ops_manager",
        clientSecret: { kind: "command", argv: ["pass", "show", "bosh"], cwd: folder },
        gateway: {
          host: "jump.example.org",
          port: 2222,
          user: "ubuntu",
          privateKey: { kind: "file", path: join(folder, ".ssh/jump") },
          passphrase: { kind: "file", path: join(folder, "secrets/pass") },
        },
      },
      s3: {
        endpoint: "https://s3.example.org",
        region: "eu-central-1",
        bucket: "our-postgresql-backups",
        credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: { kind: "env", name: "S3_SECRET" } },
        source: {
          accessKeyId: { kind: "env", name: "READER" },
          secretAccessKey: { kind: "file", path: join(folder, "secrets/reader") },
          sessionToken: { kind: "env", name: "LENT" },
        },
      },
      logs: [join(folder, "logs/*.gz"), "/var/log/broker.log", "-"],
      etcd: "10.58.111.42:4001",
      actions: [join(folder, "mine.js")],
    });
    expect(settingsOf(config)).toEqual({
      deployment: "dingo-postgresql-0123456789abcdef0123",
      bucket: "our-postgresql-backups",
      etcd: "10.58.111.42:4001",
    });
  });

  it("may hold nothing but comments", () => {
    expect(load("# nothing yet\n").cf).toEqual({ skipSslValidation: false });
  });

  it("is searched in the working directory first, then in the XDG directory", () => {
    const inXdg = write("xdg/dingo-recover/config.yml", "s3: { bucket: from-xdg }\n");
    expect(load(undefined, { XDG_CONFIG_HOME: join(folder, "xdg") })).toMatchObject({
      file: inXdg,
      s3: { bucket: "from-xdg" },
    });
    expect(load("s3: { bucket: from-here }\n", { XDG_CONFIG_HOME: join(folder, "xdg") }).s3.bucket).toBe("from-here");
  });

  it("has to exist if it is named", () => {
    expect(() => loadConfig({ file: "nope.yml", env: {}, cwd: folder })).toThrow("there is no configuration file");
  });

  it("takes the certificate itself in place of its path", () => {
    expect(load(`bosh:\n  ca_cert: |\n    ${PEM.trim().replaceAll("\n", "\n    ")}\n`).bosh.caCert).toBe(PEM);
  });
});

describe("a wrong configuration file", () => {
  it("is told all its mistakes at once, each with line and column", () => {
    const error = failure(
      `cf: { apii: x, skip_ssl_validation: yes }\nbosh: { environment: "http://10.0.0.10", ca_cert: none.pem }\ns3: { bucket: "s3://a" }\n`,
    );
    expect(error.code).toBe("config-invalid");
    expect(error.exitCode).toBe(10);
    expect(error.message).toContain("5 mistakes");
    expect(error.message).toContain(`dingo-recover.yml:1:7: "cf" has no key "apii" (Did you mean "api"?`);
    expect(error.message).toContain(`:1:37: "skip_ssl_validation" is neither true nor false`);
    expect(error.message).toContain(`:2:22: the value of "bosh.environment" is no address of a director`);
    expect(error.message).toContain(`none.pem", which is not there`);
    expect(error.message).toContain(`:3:15: the value of "s3.bucket" is no name of a bucket`);
  });

  it.each([
    ["cf: { password: hunter2-hunter2 }", "1:17"],
    ["cf:\n  password: !hunter2-hunter2", "2:"],
    ["cf:\n  password: 'hunter2-hunter2' x", "2:"],
    ["bosh: { client_secret: hunter2-hunter2 }", "1:24"],
    ["bosh:\n  client_secret: @hunter2-hunter2", "2:"],
    ["s3: { credentials: { access_key_id: AK, secret_access_key: hunter2-hunter2 } }", "1:60"],
    ["s3: { source: { access_key_id: AK, secret_access_key: hunter2-hunter2 } }", "1:55"],
    ["cf:\n  passwordd: *hunter2-hunter2", "2:"],
    ["cf:\n  password:\n    !hunter2-hunter2", "3:"],
    ["bosh: { gateway: { host: h, user: u, private_key: '-----BEGIN hunter2-hunter2' } }", "1:51"],
    ["bosh: { gateway: { host: h, user: u, private_key: { file: '-----BEGIN hunter2-hunter2' } } }", "1:59"],
    ["gpg: { key: '-----BEGIN hunter2-hunter2' }", "1:13"],
  ])("never sees its secret repeated: %s", (text, place) => {
    const error = failure(text);
    const told = JSON.stringify([error.message, error.remedy, error.place]);
    expect(told).toContain("a secret stands in the configuration file");
    expect(told).toContain(`dingo-recover.yml:${place}`);
    expect(told).not.toContain("hunter2");
  });

  it.each([
    "bosh: { gateway: { host: h, password: hunter2-hunter2 } }",
    'elasticsearch: { url: "https://logs.example.org", password: hunter2-hunter2 }',
    "cf:\n  password: hunter2-hunter2: x\n",
  ])("counts a secret and what else is wrong on its line as one mistake: %s", (text) => {
    expect(failure(text).message).toMatch(/^a secret stands in the configuration file/u);
  });

  it("names log stores, how to log in there, and which indices", () => {
    write("logs.pem", PEM);
    const { logStores } = load(
      `
elasticsearch: { url: "https://es.example.org:9200", index: "logs-platform-*,-logs-app-*", api_key: { file: key }, ca_cert: logs.pem }
opensearch: { url: http://os.example.org }
`,
      { OPENSEARCH_USERNAME: "reader", OPENSEARCH_PASSWORD: "x" },
    );
    expect(logStores).toEqual([
      {
        section: "elasticsearch",
        url: "https://es.example.org:9200",
        index: "logs-platform-*,-logs-app-*",
        login: { kind: "api-key", key: { kind: "file", path: join(folder, "key") } },
        caCert: PEM,
      },
      {
        section: "opensearch",
        url: "http://os.example.org",
        index: "logs-*",
        login: { kind: "password", username: "reader", password: { kind: "env", name: "OPENSEARCH_PASSWORD" } },
      },
    ]);
  });

  it("says where leases lie, with a prefix of their own", () => {
    expect(load("lease: s3://our-backups/dingo-recover/leases/\n").lease).toEqual({
      bucket: "our-backups",
      prefix: "dingo-recover/leases",
    });
  });

  it.each([
    ["s3://our-backups", "no place in an object store"],
    ["s3://our-backups/backups", "lies where archives lie"],
    ["s3://our-backups/Backups/x", "lies where archives lie"],
    ["s3://our-backups/backups/6e101b27-9f1d-4b7e-8e83-5c0f3d1f0a01/wal/leases", "lies where archives lie"],
    ["s3://our-backups/x/wal/leases", "lies where archives lie"],
    ["s3://our-backups/spilo/pg-main/wal_005", "lies where archives lie"],
    ["s3://our-backups/spilo/pg-main/Basebackups_005/x", "lies where archives lie"],
    ["s3://our-backups/x/sysids", "lies where archives lie"],
    ["s3://our-backups/x/../backups", "no plain name"],
    ["s3://our-backups//backups", "no plain name"],
    ["s3://our-backups/x%2f..", "no plain name"],
  ])("is refused a lease in or around an archive: %s", (lease, message) => {
    expect(failure(`lease: "${lease}"\n`).message).toContain(message);
  });

  it.each([
    ["cf: { password: { env: $CF_PASSWORD } }", "no name of an environment variable"],
    ["cf: { password: { env: A, file: b } }", "names 2 sources"],
    ["cf: { password: { command: pass show } }", "not a list of words"],
    ["bosh: { gateway: { host: 'a b', user: x } }", 'the value of "bosh.gateway.host" is no host name'],
    ["bosh: { gateway: { host: a, user: x, port: 0 } }", 'the value of "bosh.gateway.port" is no port'],
    ["bosh: { gateway: { host: a } }", 'lacks "user"'],
    ["bosh: { deployment: '../x' }", 'the value of "bosh.deployment" is no name'],
    ["s3: { endpoint: 'https://key:secret@s3.example.org' }", 'the value of "s3.endpoint" is no address'],
    ["etcd: { url: 'https://10.0.0.1:4001' }", 'the value of "etcd.url" is no address of etcd'],
    ["logs: /var/log/x", '"logs" is text, not a list'],
    ["elasticsearch: { index: logs }", '"elasticsearch" lacks "url"'],
    [
      "elasticsearch: { url: 'https://user:secret@es' }",
      'the value of "elasticsearch.url" is no address of a log store',
    ],
    [
      "elasticsearch: { url: 'https://es', index: _all }",
      'the value of "elasticsearch.index" is no pattern of indices',
    ],
    [
      "elasticsearch: { url: 'https://es', index: '../x' }",
      'the value of "elasticsearch.index" is no pattern of indices',
    ],
    ["opensearch: { url: 'https://os', username: reader }", '"username" and "password" stand together'],
    ["opensearch: { url: 'https://os', via_gateway: true }", "there is no gateway"],
    ['cf: { username: "a\\e[2J" }', "control character"],
    ["- a list", "the configuration is a list, not a map"],
  ])("%s is told what is wrong", (text, message) => {
    expect(failure(text).message).toContain(message);
  });
});

describe("the environment", () => {
  it("counts if the file is silent", () => {
    const env = {
      CF_API: "https://api.example.org",
      CF_USERNAME: "ops",
      CF_PASSWORD: "canary-canary",
      BOSH_ENVIRONMENT: "https://10.0.0.10",
      BOSH_CLIENT: "c",
      BOSH_CLIENT_SECRET: "canary-canary",
      BOSH_CA_CERT: PEM,
      BOSH_DEPLOYMENT: "dingo",
      BOSH_GW_HOST: "jump:2222",
      BOSH_GW_USER: "ubuntu",
      BOSH_GW_PRIVATE_KEY: "~/.ssh/jump",
      AWS_ENDPOINT_URL: "http://127.0.0.1:9000",
      AWS_DEFAULT_REGION: "us-east-1",
    };
    const config = load(undefined, env);
    expect(config.cf).toMatchObject({
      api: "https://api.example.org",
      username: "ops",
      password: { kind: "env", name: "CF_PASSWORD" },
    });
    expect(config.bosh).toMatchObject({
      environment: "https://10.0.0.10:25555",
      client: "c",
      caCert: PEM,
      deployment: "dingo",
    });
    expect(config.bosh.clientSecret).toEqual({ kind: "env", name: "BOSH_CLIENT_SECRET" });
    expect(config.bosh.gateway).toEqual({
      host: "jump",
      port: 2222,
      user: "ubuntu",
      privateKey: { kind: "file", path: join(folder, ".ssh/jump") },
    });
    expect(config.s3).toEqual({ endpoint: "http://127.0.0.1:9000", region: "us-east-1" });
    expect(JSON.stringify(config)).not.toContain("canary");
  });

  it("does not count if the file speaks", () => {
    expect(load("cf: { api: https://file.example.org }", { CF_API: "https://env.example.org" }).cf.api).toBe(
      "https://file.example.org",
    );
  });

  it("names the gateway as Ops Manager's tools do", () => {
    const env = { BOSH_ALL_PROXY: "ssh+socks5://ubuntu@opsman:2200?private-key=/keys/om" };
    expect(load(undefined, env).bosh.gateway).toEqual({
      host: "opsman",
      port: 2200,
      user: "ubuntu",
      privateKey: { kind: "file", path: "/keys/om" },
    });
  });

  it.each([
    [{ BOSH_ENVIRONMENT: "my alias" }, "BOSH_ENVIRONMENT"],
    [{ BOSH_CA_CERT: "/nowhere/ca.pem" }, "BOSH_CA_CERT"],
    [{ CF_USERNAME: "a\u001b[2J" }, "CF_USERNAME"],
    [{ BOSH_GW_HOST: "jump" }, "BOSH_GW_USER"],
    [{ AWS_ENDPOINT_URL_S3: "s3.example.org/path" }, "AWS_ENDPOINT_URL_S3"],
  ])("is told which variable is wrong: %j", (env, name) => {
    const error = failure(undefined, env);
    expect(error.code).toBe("config-invalid");
    expect(error.place).toBe(`environment variable ${name}`);
  });

  it.each(["-----BEGIN RSA PRIVATE KEY-----\nhunter2", "-----BEGIN RSA hunter2", "hunter2\nhunter2"])(
    "is told that a key stands where its path belongs, and not by the key: %j",
    (key) => {
      const gateway = { BOSH_GW_HOST: "jump", BOSH_GW_USER: "ubuntu" };
      const wrong = [
        [{ ...gateway, BOSH_GW_PRIVATE_KEY: key }, "BOSH_GW_PRIVATE_KEY"],
        [{ BOSH_ALL_PROXY: `ssh+socks5://u@jump:22?private-key=${encodeURIComponent(key)}` }, "BOSH_ALL_PROXY"],
        [{ BOSH_CA_CERT: key }, "BOSH_CA_CERT"],
      ] as const;
      for (const [env, name] of wrong) {
        const error = failure(undefined, env);
        expect(error.place).toBe(`environment variable ${name}`);
        expect(JSON.stringify([error.message, error.remedy])).not.toContain("hunter2");
      }
      const { message } = failure(`bosh: { ca_cert: ${JSON.stringify(key)} }`);
      expect(message).toContain('"ca_cert" names "what looks like a key');
      expect(message).not.toContain("hunter2");
    },
  );

  it("takes what has no width in a variable, as it comes with pasted text", () => {
    const env = { CF_API: "https://api.example.org", CF_USERNAME: "Größen\u00adops", CF_PASSWORD: "canary-canary" };
    expect(load(undefined, env).cf.username).toBe("Größen\u00adops");
  });

  it("takes an empty variable for one that is not set", () => {
    expect(load(undefined, { BOSH_CA_CERT: "", CF_PASSWORD: "", AWS_REGION: "" }).bosh).toEqual({});
  });
});
