/** The real cf CLI through the hop: it dials by itself, and reaches hosts that no name server of this machine knows. */
import { mkdtempSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CfHop } from "../../../../src/foundation/adapters/cf/hop.ts";
import { CfProgram } from "../../../../src/foundation/adapters/cf/program.ts";
import type { Gateway } from "../../../../src/kit/network/dial.ts";
import { directDialer } from "../../../../src/kit/network/dialer.ts";
import { createGateway } from "../../../../src/kit/ssh/gateway.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";
import { builtProgram } from "../../../rig/cache.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "../../../kit/network/certificate.ts";
import { HOST_KEY, ShellServer } from "../../../kit/ssh/shell-server.ts";

const API = "https://api.sys.only-behind-the-hop.example";
const asked: string[] = [];
const server = createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (request, response) => {
  asked.push(`${request.headers.host}${request.url}`);
  const uaa = { href: API.replace("api", "uaa") };
  const v3 = { href: `${API}/v3`, meta: { version: "3.180.0" } };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ links: { self: { href: API }, cloud_controller_v3: v3, uaa, login: uaa } }));
});
let jump: ShellServer;
let gateway: Gateway;
let hop: CfHop;
let cf: CfProgram;
let home: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const place = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
  jump = await ShellServer.start({
    accounts: { ops: { password: "s3cret-word" } },
    forwarding: true,
    places: { [`${new URL(API).hostname}:443`]: place, "api.another.example:443": place },
  });
  const secrets = new Secrets();
  const login = { host: "127.0.0.1", port: jump.port, user: "ops", password: "s3cret-word" };
  gateway = createGateway({ ...login, hostKey: HOST_KEY.public, knownHostsFiles: [] }, directDialer(), secrets);
  hop = new CfHop(gateway, API, secrets);
  home = mkdtempSync(join(tmpdir(), "hop-"));
  cf = new CfProgram({ program: builtProgram("cf"), path: "/usr/bin:/bin", proxy: () => hop.proxy() });
});

afterAll(async () => {
  await hop.close();
  await gateway.close();
  await jump.stop();
  server.close();
});

const target = (api: string): ReturnType<CfProgram["run"]> =>
  cf.run({ args: ["api", api, "--skip-ssl-validation"], home, timeoutMs: 60_000 });

describe("the real cf CLI behind the gateway hop", () => {
  it("reaches an API that exists only there", async () => {
    const result = await target(API);
    expect(`${result.stdout}${result.stderr}`).toContain("OK");
    expect(result.code).toBe(0);
    expect([asked.includes(`${new URL(API).host}/`), jump.logins]).toEqual([true, ["ops"]]);
  });

  it("reaches nothing else, and says so in words", async () => {
    const before = asked.length;
    const { code, stderr, stdout } = await target("https://api.another.example");
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toContain("is no part of the Cloud Foundry that was configured");
    expect(asked).toHaveLength(before);
  });
});
