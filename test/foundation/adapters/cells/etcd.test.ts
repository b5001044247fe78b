import { describe, expect, it } from "vitest";
import { EtcdByCurl } from "../../../../src/foundation/adapters/cells/etcd.ts";
import type { CommandResult } from "../../../../src/ports/cells.ts";
import { AnsweringShell } from "./answering-shell.ts";

const KEY = "/service/78218ded-0000-4000-8000-000000000000/initialize";
const NOT_FOUND = { errorCode: 100, message: "Key not found", cause: KEY, index: 7 };

function http(status: number, body: unknown): Partial<CommandResult> {
  return { stdout: `${typeof body === "string" ? body : JSON.stringify(body)}\n${status}` };
}

function etcd(...answers: Partial<CommandResult>[]): { etcd: EtcdByCurl; shell: AnsweringShell } {
  const shell = new AnsweringShell(...answers);
  return { etcd: new EtcdByCurl(shell, "10.58.111.150:4001"), shell };
}

describe("etcd on a cell", () => {
  it("takes 404 with error 100 for absence", async () => {
    expect(await etcd(http(404, NOT_FOUND)).etcd.get(KEY)).toBeUndefined();
  });

  it.each<[string, Partial<CommandResult>, string]>([
    ["a page of a proxy that says 404", http(404, "<html>not found</html>"), "answer-malformed"],
    ["404 with another error", http(404, { errorCode: 300, message: "Raft Internal Error" }), "answer-malformed"],
    ["401", http(401, { errorCode: 110, message: "unauthorized" }), "access-denied"],
    ["403 of a proxy", http(403, "<html>"), "access-denied"],
    ["a lost leader", http(500, { errorCode: 301, message: "During Leader Election" }), "unreachable"],
    ["no peers", http(501, "All the given peers are not reachable"), "unreachable"],
    ["half a document", http(200, '{"action":"get","node":{"key":"/x","va'), "answer-incomplete"],
    ["an empty answer", http(200, ""), "answer-incomplete"],
    ["a document of something else", http(200, { hello: "world" }), "answer-malformed"],
    ["an answer without its status", { stdout: "{}" }, "answer-incomplete"],
    ["a transfer that was cut", { code: 18, stderr: "curl: (18) transfer closed" }, "answer-incomplete"],
    ["silence", { code: 28, stderr: "curl: (28) Operation timed out" }, "unreachable"],
    ["a dead port", { code: 7, stderr: "curl: (7) Failed to connect: Connection refused" }, "unreachable"],
    ["an unreachable network", { code: 7, stderr: "curl: (7) Failed to connect: No route to host" }, "unreachable"],
    ["an unknown host", { code: 6, stderr: "curl: (6) Could not resolve host" }, "unreachable"],
    ["a reset", { code: 56, stderr: "curl: (56) Recv failure: Connection reset by peer" }, "unreachable"],
    ["no curl", { code: 127, stderr: "bash: curl: command not found" }, "program-missing"],
    ["an old curl's complaint", { code: 2, stderr: "curl: option --noproxy: is unknown" }, "command-failed"],
  ])("does not take %s for absence", async (_, answer, code) => {
    await expect(etcd(answer).etcd.get(KEY)).rejects.toMatchObject({ code });
    await expect(etcd(answer).etcd.list(KEY)).rejects.toMatchObject({ code });
    await expect(etcd(answer).etcd.remove(KEY, "x")).rejects.toMatchObject({ code });
    await expect(etcd(answer).etcd.put(KEY, "x")).rejects.toMatchObject({ code });
  });

  it("does not take a node without a value for an empty one", async () => {
    const half = http(200, { action: "get", node: { key: KEY, modifiedIndex: 1 } });
    await expect(etcd(half).etcd.get(KEY)).rejects.toMatchObject({ code: "answer-malformed" });
  });

  it("sends the value on stdin and nowhere else", async () => {
    const node = { key: KEY, value: "7710592673896030425", modifiedIndex: 9 };
    const { etcd: client, shell } = etcd(http(201, { action: "set", node }));
    await client.put(KEY, "7710592673896030425");
    expect(shell.asked[0]?.stdin).toBe("7710592673896030425");
    expect(shell.asked[0]?.argv.join(" ")).not.toContain("7710592673896030425");
  });

  it("does not know whether a write that was not answered took effect, but knows that a refused connection did not", async () => {
    const silent = etcd({ code: 28, stderr: "curl: (28) Operation timed out" });
    await expect(silent.etcd.put(KEY, "x")).rejects.toMatchObject({ effect: "unknown" });
    const refused = etcd({ code: 7, stderr: "curl: (7) Connection refused" });
    await expect(refused.etcd.put(KEY, "x")).rejects.toMatchObject({ effect: "none" });
  });

  it("complains if etcd says it took another value", async () => {
    const node = { key: KEY, value: "other", modifiedIndex: 9 };
    await expect(etcd(http(200, { action: "set", node })).etcd.put(KEY, "x")).rejects.toMatchObject({
      code: "answer-malformed",
    });
  });

  it("puts no secret into a command line, not even to compare with it", async () => {
    const { etcd: client, shell } = etcd();
    shell.secrets.register("the-password");
    const compared = client.remove(KEY, '{"password":"the-password"}');
    await expect(compared).rejects.toMatchObject({ code: "guard-refused", effect: "none" });
    expect(shell.asked).toEqual([]);
  });

  it.each(["", "10.0.0.1", "10.0.0.1:4001/v2", "10.0.0.1:4001 -o /etc/passwd", "user@10.0.0.1:4001"])(
    "refuses %j for the address of an etcd",
    (address) => {
      expect(() => new EtcdByCurl(new AnsweringShell(), address)).toThrow(/is not the address of an etcd/);
    },
  );

  it("keeps the seconds that a leader key has left", async () => {
    const node = {
      key: KEY,
      value: "node-1",
      modifiedIndex: 9,
      createdIndex: 3,
      ttl: 27,
      expiration: "2026-11-21T12:00:00Z",
    };
    expect(await etcd(http(200, { action: "get", node })).etcd.get(KEY)).toEqual({
      key: KEY,
      value: "node-1",
      modifiedIndex: 9,
      ttl: 27,
    });
  });
});
