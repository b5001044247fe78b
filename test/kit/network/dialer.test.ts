import { type AddressInfo, createServer, type LookupFunction } from "node:net";
import { describe, expect, it } from "vitest";
import { directDialer, isLoopback, loopbackDialer } from "../../../src/kit/network/dialer.ts";

describe("a rehearsal's dialer", () => {
  it.each(["10.58.111.15", "example.org", "128.0.0.1", "127.0.0.1.example.org", "169.254.169.254", "0.0.0.0", "::"])(
    "refuses %s before anything is sent",
    async (host) => {
      const dialer = loopbackDialer({ connect: () => Promise.reject(new Error("the network was touched")) });
      await expect(dialer.connect(host, 80)).rejects.toMatchObject({ code: "rehearsal-escape", effect: "none" });
    },
  );

  it.each(["127.0.0.1", "127.9.8.7", "::1", "localhost"])("takes %s for this machine", (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it("connects on this machine", async () => {
    const server = createServer((socket) => socket.end("here"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const socket = await loopbackDialer().connect("localhost", (server.address() as AddressInfo).port);
    const [text] = await socket.setEncoding("utf8").toArray();
    expect(text).toBe("here");
    server.close();
  });
});

describe("the ordinary dialer", () => {
  const failing =
    (code: string): LookupFunction =>
    (name, _options, callback) =>
      callback(Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code }), "");

  it("tells a name that nobody knows from a resolver that cannot be asked", async () => {
    const unknown = directDialer(1000, failing("ENOTFOUND")).connect("typo.example", 22);
    await expect(unknown).rejects.toMatchObject({ code: "unreachable", effect: "none", lasts: true });
    await expect(unknown).rejects.toThrow('"typo.example"');
    const away = directDialer(1000, failing("EAI_AGAIN")).connect("typo.example", 22);
    await expect(away).rejects.toMatchObject({ code: "unreachable", lasts: false });
  });

  it("waits for a name that it has reached once: the network is away that knew it", async () => {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    let code = "";
    const lookup: LookupFunction = (name, options, callback) => {
      if (code !== "") return failing(code)(name, options, callback);
      if (options.all === true) callback(null, [{ address: "127.0.0.1", family: 4 }]);
      else callback(null, "127.0.0.1", 4);
    };
    const dialer = directDialer(15_000, lookup);
    (await dialer.connect("box.example", port)).destroy();
    code = "ENOTFOUND";
    await expect(dialer.connect("box.example", port)).rejects.toMatchObject({ code: "unreachable", lasts: false });
    server.close();
  });

  it("is unreachable without effect if nobody listens", async () => {
    await expect(directDialer().connect("127.0.0.1", 1)).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });
});
