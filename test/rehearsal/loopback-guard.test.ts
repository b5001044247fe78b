import { spawnSync } from "node:child_process";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { isLoopbackAddress } from "../../src/rehearsal/loopback-guard.ts";

const SOURCE = pathToFileURL(join(import.meta.dirname, "../../src/rehearsal/loopback-guard.ts")).href;
const directory = mkdtempSync(join(tmpdir(), "guard-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** The outcome of each attempt in a process with the guard. */
function attempts(): Record<string, string> {
  const script = join(directory, "attempts.mts");
  writeFileSync(
    script,
    `import { installLoopbackGuard } from ${JSON.stringify(SOURCE)};
     import dgram from "node:dgram";
     import dns from "node:dns";
     import { lookup as lookupByName } from "node:dns/promises";
     import http from "node:http";
     import https from "node:https";
     import net from "node:net";
     import tls from "node:tls";
     const server = net.createServer((socket) => socket.end("hello"));
     await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
     const { port } = server.address() as net.AddressInfo;
     installLoopbackGuard();
     const outcome: Record<string, string> = {};
     const attempt = async (name: string, act: () => unknown): Promise<void> => {
       try { outcome[name] = String((await act()) ?? "done"); } catch (error) {
         const it = error as { code?: string; cause?: { code?: string } };
         outcome[name] = it.cause?.code ?? it.code ?? String(error);
       }
     };
     const event = (emitter: NodeJS.EventEmitter): Promise<unknown> =>
       new Promise((resolve, reject) => { emitter.once("error", reject); emitter.once("connect", () => resolve("connected")); });
     await attempt("connect 10.58.111.15", () => net.connect(22, "10.58.111.15"));
     await attempt("connect object", () => net.connect({ host: "192.0.2.1", port: 80 }));
     await attempt("connect ::", () => net.connect({ host: "2001:db8::1", port: 80 }));
     await attempt("new Socket", () => new net.Socket().connect(80, "example.org"));
     await attempt("local socket", () => net.connect("/var/run/docker.sock"));
     await attempt("tls", () => tls.connect({ host: "example.org", port: 443 }));
     await attempt("http", () => http.get("http://example.org/"));
     await attempt("https", () => https.get("https://s3.amazonaws.com/"));
     await attempt("fetch", () => fetch("http://192.0.2.1/"));
     await attempt("lookup", () => dns.lookup("example.org", () => undefined));
     await attempt("lookup promise", () => dns.promises.lookup("example.org"));
     await attempt("resolve4", () => dns.resolve4("example.org", () => undefined));
     await attempt("resolveMx", () => dns.resolveMx("example.org", () => undefined));
     await attempt("resolver", () => new dns.Resolver().resolve4("example.org", () => undefined));
     await attempt("resolver promise", () => new dns.promises.Resolver().resolve4("example.org"));
     await attempt("lookup by name", () => lookupByName("example.org"));
     await attempt("datagram", () => dgram.createSocket("udp4").send("x", 53, "192.0.2.1"));
     await attempt("loopback", () => event(net.connect(port, "127.0.0.1")));
     await attempt("localhost", () => event(net.connect({ port, host: "localhost", family: 4 })));
     await attempt("no host", () => event(net.connect({ port })).catch((error) => error.code === "rehearsal-escape" ? Promise.reject(error) : "allowed"));
     console.log(JSON.stringify(outcome));
     process.exit(0);`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, [script], {
    encoding: "utf8",
    cwd: join(import.meta.dirname, "../.."),
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string>;
}

describe("the guard of a rehearsal's processes", () => {
  it("refuses every way out of the machine and leaves loopback as it was", () => {
    const escape = "rehearsal-escape";
    expect(attempts()).toEqual({
      "connect 10.58.111.15": escape,
      "connect object": escape,
      "connect ::": escape,
      "new Socket": escape,
      "local socket": escape,
      tls: escape,
      http: escape,
      https: escape,
      fetch: escape,
      lookup: escape,
      "lookup promise": escape,
      resolve4: escape,
      resolveMx: escape,
      resolver: escape,
      "resolver promise": escape,
      "lookup by name": escape,
      datagram: escape,
      loopback: "connected",
      localhost: "connected",
      "no host": expect.stringMatching(/connected|allowed/),
    });
  });

  it.each([
    ["127.0.0.1", true],
    ["127.9.9.9", true],
    ["::1", true],
    ["[::1]", true],
    ["localhost", true],
    ["127.0.0.1.example.org", false],
    ["0.0.0.0", false],
    ["10.0.0.1", false],
    ["", false],
  ])("takes %j for loopback: %s", (host, wanted) => {
    expect(isLoopbackAddress(host)).toBe(wanted);
  });
});
