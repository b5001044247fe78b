import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../src/config/settings/config.ts";
import { loadConfig, type Section } from "../../src/config/settings/load.ts";
import { testDirectory } from "../directory.ts";

let folder: string;

beforeEach(() => (folder = testDirectory()));

function load(text: string, env: Record<string, string> = {}, sections?: readonly Section[]): Config {
  writeFileSync(join(folder, "dingo-recover.yml"), text);
  return loadConfig({ env: { HOME: folder, ...env }, cwd: folder, ...(sections === undefined ? {} : { sections }) });
}

const GATEWAY = "bosh: { gateway: { host: jump, user: ubuntu } }\n";
const JUMP = { host: "jump", port: 22, user: "ubuntu" };

describe("the way through the gateway", () => {
  it("is taken by Cloud Foundry and the store if the file says so", () => {
    const config = load(`${GATEWAY}cf: { api: api.sys.example.org, via_gateway: true }\ns3: { via_gateway: true }\n`);
    expect([config.cf.viaGateway, config.s3.viaGateway, config.bosh.gateway]).toEqual([true, true, JUMP]);
  });

  it("is read for a command that needs the store alone, but only if the store takes it", () => {
    expect(load(`${GATEWAY}s3: { via_gateway: true }\n`, {}, ["s3"]).bosh).toEqual({ gateway: JUMP });
    const env = { BOSH_ALL_PROXY: "garbage", BOSH_ENVIRONMENT: "my alias" };
    expect(load("s3: { bucket: our-backups }\n", env, ["s3"]).bosh).toEqual({});
  });

  it.each([
    ["s3: { via_gateway: true }", "there is no gateway"],
    ["s3: { via_gateway: 'yes' }", '"via_gateway" is neither true nor false'],
    [`${GATEWAY}cf: { via_gateway: true }`, "needs the address of the API"],
    [`${GATEWAY}cf: { api: "http://api.example.org", via_gateway: true }`, "needs the address of the API"],
  ])("is refused if it cannot be: %s", (text, message) => {
    expect(() => load(`${text}\n`)).toThrow(message);
  });
});

describe("BOSH_ALL_PROXY", () => {
  const from = (value: string): Config["bosh"] => load("{}", { BOSH_ALL_PROXY: value }).bosh;

  it("is the gateway of the configuration, written in another place", () => {
    const file = load("bosh: { gateway: { host: jump, port: 2222, user: ubuntu, private_key: /keys/om } }\n").bosh;
    expect(from("ssh+socks5://ubuntu@jump:2222?private-key=/keys/om")).toEqual(file);
    expect(from("ssh+socks5://ubuntu@jump")).toEqual({ gateway: JUMP });
  });

  it("may name a SOCKS5 proxy that somebody keeps open", () => {
    expect(from("socks5://localhost:1090")).toEqual({ socks: { host: "localhost", port: 1090 } });
    expect(from("socks5://localhost")).toEqual({ socks: { host: "localhost", port: 1080 } });
  });

  it("counts only if the file names no gateway", () => {
    expect(load(GATEWAY, { BOSH_ALL_PROXY: "socks5://localhost:1080" }).bosh).toEqual({ gateway: JUMP });
  });

  it.each([
    "http://proxy:3128",
    "ssh+socks5://jump:22",
    "ssh+socks5://ubuntu:hunter2@jump",
    "ssh+socks5://ubuntu@jump?private-key=/k&other=1",
    "socks5://user@localhost:1080",
    "jump:22",
  ])("is refused and not repeated if it is something else: %s", (value) => {
    expect(() => from(value)).toThrow(
      expect.objectContaining({ code: "config-invalid", place: "environment variable BOSH_ALL_PROXY" }),
    );
    expect(() => from(value)).not.toThrow(value);
  });
});
