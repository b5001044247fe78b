import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { loadConfig, type ConfigOptions } from "../../src/config/settings/load.ts";
import { renderConfig } from "../../src/config/settings/rendering.ts";
import { configSchema } from "../../src/config/settings/schema.ts";
import { SETTINGS } from "../../src/config/settings/settings.ts";
import { writtenValue } from "../../src/config/settings/written-value.ts";
import { RecoverError } from "../../src/errors.ts";
import { testDirectory } from "../directory.ts";

let home: string;
beforeEach(() => (home = testDirectory()));

const load = (text: string, more: Partial<ConfigOptions> = {}) =>
  loadConfig({ content: { path: join(home, "c.yml"), text }, env: { HOME: home }, cwd: home, ...more });

function refusal(text: string, more: Partial<ConfigOptions> = {}): RecoverError {
  try {
    load(text, more);
  } catch (error) {
    if (error instanceof RecoverError) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

const setting = (name: string) => {
  const found = SETTINGS.find((each) => each.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

/** Every key that the readers take at a place, by their answer to an unknown one. */
function acceptedAt(path: readonly string[]): readonly string[] {
  const nested = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), { zzzzzzzz: 1 });
  const { message, remedy } = refusal(JSON.stringify(nested));
  return (/Accepted are: ([a-z0-9_, ]+)\./.exec(`${message} ${remedy}`)?.[1] ?? "").split(", ");
}

describe("the table of settings", () => {
  it("has every key that is read, and no other", () => {
    const groups = [[], ...["cf", "bosh", "s3", "elasticsearch", "opensearch", "etcd", "gpg"].map((key) => [key])];
    for (const path of [...groups, ["bosh", "gateway"], ["s3", "credentials"], ["s3", "source"]]) {
      const prefix = path.map((key) => `${key}.`).join("");
      const known = SETTINGS.filter(({ name }) => name.startsWith(prefix)).map(
        ({ name }) => name.slice(prefix.length).split(".")[0],
      );
      expect(new Set(known), prefix).toEqual(new Set(acceptedAt(path)));
    }
  });

  it("names the variables that count if the file is silent", () => {
    const values: Readonly<Record<string, string>> = {
      CF_API: "https://api.example.org",
      BOSH_ENVIRONMENT: "10.0.0.10",
      BOSH_DEPLOYMENT: "dingo-postgresql",
      BOSH_GW_HOST: "jump",
      BOSH_GW_USER: "ubuntu",
      AWS_ENDPOINT_URL_S3: "https://s3.example.org",
      AWS_ENDPOINT_URL: "https://s3.example.org",
    };
    // Credentials by themselves are the AWS chain's; the others belong to a section that has to be there.
    const counted = SETTINGS.filter(({ name }) => /^(?:cf|bosh|s3)\./.test(name) && !/credentials|source/.test(name));
    for (const { name, variables = [] } of counted)
      for (const variable of variables) {
        if (variable === "BOSH_CA_CERT") continue;
        const alone = variable.startsWith("BOSH_GW") ? { BOSH_GW_HOST: "jump", BOSH_GW_USER: "ubuntu" } : {};
        const env = { HOME: home, ...alone, [variable]: values[variable] ?? "some-text" };
        const without = { HOME: home, ...alone };
        if (JSON.stringify(alone) === "{}") expect(load("", { env }), name).not.toEqual(load("", { env: without }));
        else expect(load("", { env }).bosh.gateway, name).toMatchObject({ host: "jump", user: "ubuntu" });
      }
  });
});

describe("a configuration that init writes", () => {
  it("is silent about everything if nothing was said", () => {
    expect(load(renderConfig({ values: new Map() }))).toEqual({ file: join(home, "c.yml"), ...load("") });
  });

  it("has examples that are right as they stand", () => {
    writeFileSync(join(home, "ca.pem"), "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    // One of two ways to log in, and files that are here.
    const text = renderConfig({ values: new Map(), examples: true })
      .replaceAll(/^ {2}(username|password|api_key): .*$/gmu, (line, key: string) => (key === "api_key" ? "" : line))
      .replaceAll("/etc/ssl/ca.pem", "ca.pem")
      .replaceAll("/path/to/root_ca_certificate", "ca.pem");
    expect(load(text)).toMatchObject({ cf: { viaGateway: true }, s3: { bucket: "our-postgresql-backups" } });
  });

  it("gives back what was said, whatever is in it", () => {
    const said: Readonly<Record<string, string>> = {
      "cf.api": "https://api.example.org",
      "cf.username": "true",
      "cf.password": "command:pass show cf",
      "bosh.environment": "https://10.0.0.10:25555",
      "bosh.client": "a: b # c",
      "bosh.client_secret": "file:~/bosh secret",
      "bosh.gateway.host": "jump",
      "bosh.gateway.port": "2222",
      "bosh.gateway.user": "ubuntu",
      "s3.bucket": "123456",
      logs: "/var/log/*.gz, /srv/b.log",
    };
    const values = new Map(Object.entries(said).map(([name, text]) => [name, writtenValue(setting(name), text)]));
    const expected = {
      cf: { username: "true", password: { kind: "command", argv: ["pass", "show", "cf"], cwd: home } },
      bosh: {
        client: "a: b # c",
        clientSecret: { kind: "file", path: join(home, "bosh secret") },
        gateway: { host: "jump", port: 2222 },
      },
      s3: { bucket: "123456" },
      logs: ["/var/log/*.gz", "/srv/b.log"],
    };
    expect(load(renderConfig({ values }))).toMatchObject(expected);
  });

  it("never holds a secret, and does not repeat one that was typed", () => {
    for (const text of ["hunter2-the-password", "env:$hunter2-the-password"])
      try {
        writtenValue(setting("cf.password"), text);
        expect.unreachable();
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(RecoverError);
        expect(JSON.stringify([(thrown as RecoverError).message, (thrown as RecoverError).remedy])).not.toContain(
          "hunter2",
        );
      }
  });
});

describe("the schema for editors", () => {
  it("has every setting with what it is for", () => {
    interface Node {
      readonly properties?: Readonly<Record<string, Node>>;
      readonly description?: string;
      readonly additionalProperties?: unknown;
    }
    const schema = configSchema() as Node;
    for (const { name, what } of SETTINGS) {
      const node = name.split(".").reduce<Node | undefined>((at, key) => at?.properties?.[key], schema);
      expect(node?.description, name).toContain(what.slice(1));
    }
    expect(JSON.stringify(configSchema())).toContain('"#/$defs/secret"');
  });
});
