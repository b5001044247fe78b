import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, request as httpRequest, type Server } from "node:http";
import { createServer as createHttpsServer, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directDialer } from "../../../src/kit/network/dialer.ts";
import { dialedAgents, type HttpAgents, type TlsTrust } from "../../../src/kit/network/http-agents.ts";
import type { Gateway } from "../../../src/kit/network/dial.ts";
import { createGateway, type GatewaySettings } from "../../../src/kit/ssh/gateway.ts";
import { fingerprint, parseHostKey } from "../../../src/kit/ssh/host-key.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { ScriptedOperator } from "../../fakes/scripted-operator.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "../network/certificate.ts";
import { HOST_KEY, ShellServer } from "./shell-server.ts";

const places: Record<string, { host: string; port: number }> = {};
let jump: ShellServer;
let gateway: Gateway | undefined;
const servers: Server[] = [];
const agents: HttpAgents[] = [];

beforeEach(async () => {
  jump = await ShellServer.start({ accounts: { ops: { password: "s3cret-word" } }, forwarding: true, places });
});

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  await gateway?.close();
  gateway = undefined;
  await jump.stop();
  for (const server of servers.splice(0)) server.close();
});

function open(more: Partial<GatewaySettings> = { hostKey: HOST_KEY.public }): Gateway {
  const login = { host: "127.0.0.1", port: jump.port, user: "ops", password: "s3cret-word" };
  gateway = createGateway({ ...login, knownHostsFiles: [], ...more }, directDialer(), new Secrets());
  return gateway;
}

function agentsOf(way: Gateway, trust?: TlsTrust): HttpAgents {
  const made = dialedAgents(way.forward, trust);
  agents.push(made);
  return made;
}

/** Puts a web server behind the gateway at an address that exists nowhere else. */
async function behind(place: string, server: Server): Promise<void> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  places[place] = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

function get(send: typeof httpRequest, url: string, options: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = send(url, options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => (body += part));
      response.on("end", () => resolve(body));
    });
    request.on("error", reject);
    request.on("timeout", () => request.destroy(new Error("idle for too long")));
    request.end();
  });
}

describe("the gateway hop", () => {
  it("carries HTTP to an address that exists only behind it, on one connection for many requests", async () => {
    let connections = 0;
    const server = createHttpServer((request, response) => response.end(`you asked ${request.url}`));
    server.on("connection", () => (connections += 1));
    await behind("10.0.0.6:80", server);
    const { http } = agentsOf(open());
    expect(await get(httpRequest, "http://10.0.0.6/one", { agent: http })).toBe("you asked /one");
    expect(await get(httpRequest, "http://10.0.0.6/two", { agent: http })).toBe("you asked /two");
    expect([jump.logins.length, connections]).toEqual([1, 1]);
  });

  it("carries HTTPS with the certificate checked against the name in the URL", async () => {
    const server = createHttpsServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (_, response) => response.end("hello"));
    await behind("director.example:25555", server);
    places["other.example:25555"] = places["director.example:25555"] ?? { host: "127.0.0.1", port: 1 };
    const way = open();
    const trusting = agentsOf(way, { ca: TEST_CERTIFICATE });
    const url = "https://director.example:25555/info";
    expect(await get(httpsRequest, url, { agent: trusting.https })).toBe("hello");
    const other = get(httpsRequest, "https://other.example:25555/", { agent: trusting.https });
    await expect(other).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    const wary = agentsOf(way);
    await expect(get(httpsRequest, url, { agent: wary.https })).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
  });

  it("checks certificates although the environment asks Node not to", async () => {
    await behind(
      "director.example:25555",
      createHttpsServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (_, response) => response.end("hello")),
    );
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      const wary = agentsOf(open());
      const asked = get(httpsRequest, "https://director.example:25555/", { agent: wary.https });
      await expect(asked).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    } finally {
      delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    }
  });

  it("carries large bodies whole, both ways", async () => {
    const server = createHttpServer((request, response) => request.pipe(response));
    await behind("10.0.0.7:80", server);
    const { http } = agentsOf(open());
    const body = Buffer.alloc(3_000_000, "x");
    const echoed = await new Promise<number>((resolve, reject) => {
      const request = httpRequest("http://10.0.0.7/", { agent: http, method: "POST" }, (response) => {
        let bytes = 0;
        response.on("data", (part: Buffer) => (bytes += part.length)).on("end", () => resolve(bytes));
      });
      request.on("error", reject);
      request.end(body);
    });
    expect(echoed).toBe(body.length);
  });

  it("lets a client's idle time-out work", async () => {
    await behind(
      "10.0.0.8:80",
      createHttpServer(() => undefined),
    );
    const { http } = agentsOf(open());
    const silent = get(httpRequest, "http://10.0.0.8/", { agent: http, timeout: 100 });
    await expect(silent).rejects.toThrow("idle for too long");
  });

  it("logs in again when its connection was cut", async () => {
    await behind(
      "10.0.0.9:80",
      createHttpServer((_, response) => response.end("again")),
    );
    const way = open();
    const first = await way.forward("10.0.0.9", 80);
    const closed = new Promise((resolve) => first.resume().once("close", resolve));
    jump.cut();
    await closed;
    const { http } = agentsOf(way);
    expect(await get(httpRequest, "http://10.0.0.9/", { agent: http })).toBe("again");
    expect(jump.logins).toEqual(["ops", "ops"]);
  });

  it("logs in once for callers that come together", async () => {
    await behind(
      "10.0.0.9:80",
      createHttpServer((_, response) => response.end("x")),
    );
    const way = open();
    await Promise.all([way.forward("10.0.0.9", 80), way.forward("10.0.0.9", 80), way.forward("10.0.0.9", 80)]);
    expect(jump.logins).toEqual(["ops"]);
  });

  it("names the place that it cannot reach", async () => {
    places["10.0.0.10:22"] = { host: "127.0.0.1", port: 1 };
    await expect(open().forward("10.0.0.10", 22)).rejects.toMatchObject({
      code: "unreachable",
      place: "10.0.0.10:22",
      effect: "none",
    });
  });

  it("takes the gateway's key from the operator's known_hosts", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "known-")), "known_hosts");
    writeFileSync(file, `[127.0.0.1]:${jump.port} ${HOST_KEY.public}\n`);
    await behind(
      "10.0.0.9:80",
      createHttpServer((_, response) => response.end("x")),
    );
    await expect(open({ knownHostsFiles: [file] }).forward("10.0.0.9", 80)).resolves.toBeDefined();
  });

  describe("whose key is revoked", () => {
    const revoking = (line = ""): string => {
      const file = join(mkdtempSync(join(tmpdir(), "known-")), "known_hosts");
      writeFileSync(file, `${line}@revoked * ${HOST_KEY.public}\n`);
      return file;
    };
    const place = "10.0.0.9";

    it("is refused without a question, and the key is not written down", async () => {
      const file = revoking();
      const operator = new ScriptedOperator();
      const refused = open({ knownHostsFiles: [file], operator }).forward(place, 80);
      await expect(refused).rejects.toMatchObject({ code: "host-key-revoked", exitCode: 16, effect: "none" });
      expect(operator.ids).toEqual([]);
      expect(readFileSync(file, "utf8")).toBe(`@revoked * ${HOST_KEY.public}\n`);
      expect(jump.logins).toEqual([]);
    });

    it.each([
      ["the configuration names it", HOST_KEY.public],
      ["the configuration names its fingerprint", fingerprint(parseHostKey(HOST_KEY.public)!)],
    ])("is refused though %s", async (_, hostKey) => {
      const refused = open({ knownHostsFiles: [revoking()], hostKey }).forward(place, 80);
      await expect(refused).rejects.toMatchObject({ code: "host-key-revoked" });
      expect(jump.logins).toEqual([]);
    });

    it("is refused though another line has it for this host", async () => {
      const file = revoking(`[127.0.0.1]:${jump.port} ${HOST_KEY.public}\n`);
      await expect(open({ knownHostsFiles: [file] }).forward(place, 80)).rejects.toMatchObject({
        code: "host-key-revoked",
      });
    });
  });

  it("refuses a gateway whose key nobody knows, and says what to write if", async () => {
    const refused = open({}).forward("10.0.0.9", 80);
    await expect(refused).rejects.toMatchObject({
      code: "host-key-unknown",
      exitCode: 16,
      remedy: expect.stringContaining(`host_key: ${HOST_KEY.public.split(" ").slice(0, 2).join(" ")}`),
    });
    expect(jump.logins).toEqual([]);
  });

  it("refuses a configured key that is none", async () => {
    const refused = open({ hostKey: "SHA256:abc" }).forward("10.0.0.9", 80);
    await expect(refused).rejects.toMatchObject({ code: "config-invalid" });
  });
});
