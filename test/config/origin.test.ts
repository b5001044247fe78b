import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { readDocument } from "../../src/config/settings/load.ts";
import { originsOf } from "../../src/config/settings/origin.ts";
import { testDirectory } from "../directory.ts";

let home: string;
beforeEach(() => (home = testDirectory()));

function originOf(name: string, text: string, env: Record<string, string> = {}) {
  const content = { path: join(home, "c.yml"), text };
  const document = readDocument({ content, env, cwd: home });
  return originsOf({ document, env, home }).find((each) => each.name === name);
}

describe("if a value comes from", () => {
  it("is the line of the file before a variable, and a variable before nothing", () => {
    const text = "# a comment\ncf:\n  api: api.example.org\n";
    const env = { CF_API: "https://api.other.org", CF_USERNAME: "ops" };
    expect(originOf("cf.api", text, env)).toMatchObject({
      value: "api.example.org",
      from: "file",
      place: `${join(home, "c.yml")}:3`,
    });
    expect(originOf("cf.username", text, env)).toMatchObject({
      value: "ops",
      from: "environment",
      place: "CF_USERNAME",
    });
    expect(originOf("elasticsearch.index", text)).toMatchObject({ value: "logs-*", from: "default", set: false });
    expect(originOf("s3.bucket", text)).toMatchObject({ value: undefined, from: "nowhere" });
  });

  it("is shown without what logs in, though it is refused there", () => {
    const canary = "canary-of-an-address";
    const urls = [
      `https://user:${canary}@es.example.org:9200`,
      `https://${canary}@es.example.org/x`,
      `https://us@er:${canary}@es.example.org`,
      `https://es.example.org/?api_key=${canary}&x=1`,
      `http://user:${canary}@[::1]:9`,
      `https://user:${canary} word@es.example.org`,
    ];
    for (const url of urls) {
      const inFile = originOf("s3.endpoint", `s3:\n  endpoint: ${JSON.stringify(url)}\n`);
      const inVariable = originOf("s3.endpoint", "", { AWS_ENDPOINT_URL: url });
      for (const origin of [inFile, inVariable]) {
        expect(origin?.value).toMatch(/^https?:\/\/.*(?:example\.org|\[::1\]:9)/);
        expect(JSON.stringify(origin)).not.toContain(canary);
      }
    }
    const proxy = originOf("bosh.environment", "", { BOSH_ENVIRONMENT: `https://a:${canary}@10.0.0.6:25555` });
    expect(proxy?.value).toBe("https://********@10.0.0.6:25555");
  });

  it("is shown without what logs in if no scheme stands before it, or nobody can tell where the host begins", () => {
    const canary = "canary-of-an-address";
    const shown = {
      [`admin:${canary}@es.example.org:9200`]: "********@es.example.org:9200",
      [`${canary}@es.example.org`]: "********@es.example.org",
      [`hooks.example.org/T0/${canary}`]: "hooks.example.org/…",
      [`https://es.example.org?${canary}`]: "https://es.example.org?…",
      [`https://user:${canary}/and?more@es.example.org`]: "https://********",
      [`https://user:12345/${canary}@es.example.org`]: "https://********",
      [`https://es.example.org/?key=can@${canary}`]: "https://********",
      "https://es.example.org:9200/": "https://es.example.org:9200/",
      "es.example.org:9200": "es.example.org:9200",
    };
    const addresses = [
      ["s3", "endpoint", "AWS_ENDPOINT_URL"],
      ["cf", "api", "CF_API"],
      ["bosh", "environment", "BOSH_ENVIRONMENT"],
      ["elasticsearch", "url"],
      ["opensearch", "url"],
      ["etcd", "url"],
    ] as const;
    for (const [section, key, variable] of addresses)
      for (const [text, expected] of Object.entries(shown)) {
        const name = `${section}.${key}`;
        expect(originOf(name, JSON.stringify({ [section]: { [key]: text } }))?.value, name).toBe(expected);
        if (variable !== undefined) expect(originOf(name, "", { [variable]: text })?.value, name).toBe(expected);
      }
    const others = { lease: `AKIA:${canary}@bucket/prefix`, logs: [`https://me:can@${canary}@logs/x?${canary}`] };
    for (const name of ["lease", "logs"]) expect(originOf(name, JSON.stringify(others))?.value).not.toContain("canary");
    expect(originOf("cf.username", "cf: { username: ops@example.org }")?.value).toBe("ops@example.org");
  });

  it("is never told by the value of a secret: only whether it is there, and how it would be had", () => {
    const text =
      "bosh: { client_secret: { env: HIDDEN } }\ncf: { password: { file: pass } }\ns3: { credentials: { access_key_id: { command: [vault, read] }, secret_access_key: { env: NONE } } }\n";
    const env = { HIDDEN: "canary-of-bosh" };
    const secret = originOf("bosh.client_secret", text, env);
    expect(secret).toMatchObject({ secret: true, set: true, value: "the variable HIDDEN" });
    expect(JSON.stringify(secret)).not.toContain("canary");
    expect(originOf("cf.password", text, env)).toMatchObject({ set: false, value: `the file ${join(home, "pass")}` });
    writeFileSync(join(home, "pass"), "canary-of-cf");
    expect(originOf("cf.password", text, env)).toMatchObject({ set: true });
    expect(originOf("s3.credentials.access_key_id", text, env)).toMatchObject({ set: "unknown" });
    expect(originOf("s3.credentials.secret_access_key", text, env)).toMatchObject({ set: false });
    expect(JSON.stringify(originOf("cf.password", "", { CF_PASSWORD: "canary-of-env" }))).not.toContain("canary");
  });

  it("leaves out variables that a section of the file takes the place of", () => {
    const env = { BOSH_GW_USER: "somebody", BOSH_ALL_PROXY: "ssh+socks5://me:canary@jump:22", ES_USERNAME: "reader" };
    expect(originOf("bosh.gateway.user", "bosh: { gateway: { host: jump } }", env)).toMatchObject({ from: "nowhere" });
    expect(originOf("bosh.gateway", "bosh: { gateway: { host: jump } }", env)).toBeUndefined();
    const proxy = originOf("bosh.gateway", "", env);
    expect(proxy).toMatchObject({ from: "environment", place: "BOSH_ALL_PROXY" });
    expect(JSON.stringify(proxy)).not.toContain("canary");
    expect(originOf("elasticsearch.username", "", env)).toMatchObject({ from: "nowhere" });
    expect(originOf("elasticsearch.username", "elasticsearch: { url: 'https://e' }", env)).toMatchObject({
      value: "reader",
    });
  });

  it("is not shown if it is a key itself, in the file, in a variable, on one line or in base64", () => {
    const pem = "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary-of-a-key\n-----END OPENSSH PRIVATE KEY-----\n";
    const keys = [pem, pem.replaceAll("\n", " "), pem.replaceAll("\n", "\\n"), Buffer.from(pem).toString("base64")];
    for (const key of [...keys, "canary-of-a-key\ncanary-of-a-key\n"]) {
      const gateway = (field: string): string => `bosh: { gateway: { private_key: ${field} } }`;
      const shown = [
        originOf("bosh.gateway.private_key", "", { BOSH_GW_PRIVATE_KEY: key }),
        originOf("bosh.gateway.private_key", gateway(JSON.stringify(key))),
        originOf("bosh.gateway.private_key", gateway(`{ file: ${JSON.stringify(key)} }`)),
        originOf("gpg.key", `gpg: { key: ${JSON.stringify(key)} }`),
        originOf("logs", `logs: [/var/log/x, ${JSON.stringify(key)}]`),
      ];
      expect(shown.map((each) => each?.value)).toEqual(
        Array(5).fill("what looks like a key, which does not belong here"),
      );
    }
    const misplaced = originOf("cf.password", "cf: { password: { env: 'canary!' } }");
    expect(misplaced?.value).toBe("what is no name of a variable, which is refused");
  });

  it("is a certificate without its text, and a path as it stands", () => {
    const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    const text = `bosh: { ca_cert: ${JSON.stringify(certificate)}, gateway: { private_key: ~/.ssh/jump box } }`;
    expect(originOf("bosh.ca_cert", text)?.value).toBe("the text of a certificate");
    expect(originOf("bosh.gateway.private_key", text)?.value).toBe("~/.ssh/jump box");
  });
});
