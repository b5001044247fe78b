import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { directDialer, isLoopback, loopbackDialer } from "../../../src/adapters/network/dialer.js";

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
  it("is unreachable without effect where nobody listens", async () => {
    await expect(directDialer().connect("127.0.0.1", 1)).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });
});
