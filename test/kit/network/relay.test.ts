import { createServer as createHttpsServer } from "node:https";
import { request as httpRequest } from "node:http";
import { type AddressInfo, connect as dialTcp, type Server } from "node:net";
import { connect as secure } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { platformHosts } from "../../../src/foundation/adapters/cf/hop.ts";
import { directDialer } from "../../../src/kit/network/dialer.ts";
import { openRelay, type Relay } from "../../../src/kit/network/relay.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "./certificate.ts";

let server: Server;
let relay: Relay;
let secrets: Secrets;
const dialled: string[] = [];

beforeEach(async () => {
  dialled.length = 0;
  secrets = new Secrets();
  server = createHttpsServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (request, response) =>
    response.end(`you asked ${request.url}`),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  relay = await openRelay({
    secrets,
    allows: (host) => host === "director.example",
    dial: (host, port) => {
      dialled.push(`${host}:${port}`);
      const real = (server.address() as AddressInfo).port;
      return directDialer().connect("127.0.0.1", port === 443 ? real : 1);
    },
  });
});

afterEach(async () => {
  await relay.close();
  server.close();
});

interface Tunnel {
  readonly status: number;
  readonly words: string;
  readonly body?: string;
}

/** Does the work of an HTTP client with `https_proxy`. */
function through(place: string, credential = credentialOf(relay)): Promise<Tunnel> {
  const { port } = new URL(relay.proxy);
  const authorization = `Basic ${Buffer.from(credential).toString("base64")}`;
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: "127.0.0.1",
      port,
      method: "CONNECT",
      path: place,
      headers: { "proxy-authorization": authorization },
    });
    request.once("error", reject);
    request.once("connect", (response, socket) => {
      const [status, words] = [response.statusCode ?? 0, response.statusMessage ?? ""];
      if (status !== 200) return resolve({ status, words });
      const tls = secure({ socket, servername: "director.example", ca: TEST_CERTIFICATE });
      tls.on("error", reject);
      tls.end("GET /v3 HTTP/1.1\r\nhost: director.example\r\nconnection: close\r\n\r\n");
      tls
        .setEncoding("utf8")
        .toArray()
        .then((parts) => resolve({ status, words, body: parts.join("") }), reject);
    });
    request.end();
  });
}

function credentialOf({ proxy }: Relay): string {
  const { username, password } = new URL(proxy);
  return `${username}:${password}`;
}

describe("the relay of a program that dials by itself", () => {
  it("carries TLS, unopened, to a place that it was opened for", async () => {
    const { status, body } = await through("director.example:443");
    expect([status, body?.split("\r\n").at(-1)]).toEqual([200, "you asked /v3"]);
    expect(dialled).toEqual(["director.example:443"]);
  });

  it("dials nothing for who does not know its credential", async () => {
    for (const credential of ["", "dingo-recover:", `${credentialOf(relay)}0`])
      expect(await through("director.example:443", credential)).toMatchObject({ status: 407 });
    expect(dialled).toEqual([]);
  });

  it.each([
    "169.254.169.254:80",
    "10.0.0.6:25555",
    "director.example",
    "evil\u00e4.example:443",
    "director.example:99999999",
  ])("dials nothing else than it was opened for: %s", async (place) => {
    expect(await through(encodeURI(place))).toMatchObject({ status: 403 });
    expect(dialled).toEqual([]);
  });

  it("says why a place cannot be reached", async () => {
    const { status, words } = await through("director.example:8443");
    expect(status).toBe(502);
    expect(words).toContain('"127.0.0.1:1" cannot be reached');
  });

  it("only tunnels: nothing is sent on in the clear", async () => {
    const { port } = new URL(relay.proxy);
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest({ host: "127.0.0.1", port, path: "http://director.example/" }, (response) =>
        resolve(response.resume().statusCode),
      );
      request.on("error", reject).end();
    });
    expect([status, dialled]).toEqual([405, []]);
  });

  it("listens on loopback alone, under a credential of its own that every output masks", async () => {
    const other = await openRelay({ secrets, allows: () => true, dial: () => Promise.reject(new Error("no")) });
    expect(new URL(relay.proxy).hostname).toBe("127.0.0.1");
    expect(credentialOf(other)).not.toBe(credentialOf(relay));
    expect(secrets.mask(`https_proxy=${relay.proxy}`)).not.toContain(new URL(relay.proxy).password);
    await other.close();
  });

  it("cuts what still flows when it is closed", async () => {
    const { port } = new URL(relay.proxy);
    const idle = dialTcp({ host: "127.0.0.1", port: Number(port) });
    const gone = new Promise((resolve) => idle.on("error", () => undefined).once("close", resolve));
    await new Promise((resolve) => idle.once("connect", resolve));
    await relay.close();
    await gone;
    expect(idle.destroyed).toBe(true);
  });
});

describe("what the cf program may reach through the hop", () => {
  it.each([
    ["https://api.sys.example.org", "api.sys.example.org", 443, true],
    ["https://api.sys.example.org", "UAA.sys.example.org", 443, true],
    ["https://api.sys.example.org", "login.sys.example.org", 8443, false],
    ["https://api.sys.example.org:8443", "uaa.sys.example.org", 8443, true],
    ["https://api.sys.example.org", "sys.example.org", 443, false],
    ["https://api.sys.example.org", "apps.example.org", 443, false],
    ["https://api.sys.example.org", "evil-sys.example.org", 443, false],
    ["https://api.example", "uaa.example", 443, false],
    ["https://api.co.uk", "uaa.co.uk", 443, false],
    ["https://api.com.au", "evil.com.au", 443, false],
    ["https://api.example.co.uk", "uaa.example.co.uk", 443, true],
    ["https://api.example.co.uk", "evil.co.uk", 443, false],
    ["https://api.example.co", "uaa.example.co", 443, true],
    ["https://api.example.uk", "uaa.example.uk", 443, true],
    ["https://10.0.0.7", "10.0.0.8", 443, false],
    ["https://10.0.0.7", "10.0.0.7", 443, true],
    ["https://[fd00::7]", "fd00::7", 443, true],
  ])("%s: %s:%i is %s", (api, host, port, allowed) => {
    expect(platformHosts(api)(host, port)).toBe(allowed);
  });
});
