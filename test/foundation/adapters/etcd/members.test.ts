import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { EtcdMembers } from "../../../../src/foundation/adapters/etcd/members.ts";
import { loopbackDialer } from "../../../../src/kit/network/dialer.ts";

const GUID = "6e101b27-19ff-4af8-8fa4-fd1a09a4c6a8";
const open: { server: Server; members: EtcdMembers }[] = [];

/** An etcd that answers every request alike; undefined: never. */
async function etcd(status: number, body: string | undefined, timeoutMs = 5000) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (body !== undefined) response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const members = new EtcdMembers({ etcd: `127.0.0.1:${port}`, dialer: loopbackDialer(), timeoutMs });
  open.push({ server, members });
  return { members, asked };
}

afterEach(() => {
  for (const { server, members } of open.splice(0)) {
    members.close();
    server.closeAllConnections();
    server.close();
  }
});

describe("the members of an instance in etcd", () => {
  it("are its nodes", async () => {
    const nodes = [
      { key: "a", value: "{}" },
      { key: "b", value: "{}" },
    ];
    const { members, asked } = await etcd(200, JSON.stringify({ action: "get", node: { dir: true, nodes } }));
    expect(await members.count(GUID)).toBe(2);
    expect(asked).toEqual([`/v2/keys/service/${GUID}/members`]);
  });

  it("are none only if etcd itself says that it has no such key", async () => {
    const none = await etcd(404, JSON.stringify({ errorCode: 100, message: "Key not found", cause: "/service" }));
    expect(await none.members.count(GUID)).toBe(0);
    const empty = await etcd(200, JSON.stringify({ action: "get", node: { dir: true } }));
    expect(await empty.members.count(GUID)).toBe(0);
  });

  it.each([
    ["a router's 404", 404, "404 Not Found"],
    ["a portal's page", 200, "<html>welcome</html>"],
    ["half an answer", 200, '{"action":"get","node":{"dir":true,"nod'],
    ["a key in the place of a directory", 200, JSON.stringify({ action: "get", node: { key: "a", value: "b" } })],
    ["an error of etcd", 500, JSON.stringify({ errorCode: 300, message: "Raft Internal Error" })],
  ])("are not known by %s", async (_what, status, body) => {
    const { members } = await etcd(status, body);
    await expect(members.count(GUID)).rejects.toMatchObject({ code: "answer-malformed" });
  });

  it("are not known if nothing answers, or not in time", async () => {
    const { members } = await etcd(200, undefined, 50);
    await expect(members.count(GUID)).rejects.toMatchObject({ code: "unreachable" });
    const nobody = new EtcdMembers({ etcd: "127.0.0.1:1", dialer: loopbackDialer() });
    await expect(nobody.count(GUID)).rejects.toMatchObject({ code: "unreachable" });
    nobody.close();
  });
});
