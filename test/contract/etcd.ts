/**
 * The behaviour of etcd's v2 API, by the stand-in's reducer or a real server: the answers that a recovery relies on,
 * down to the error codes. Indexes differ from server to server; only their order counts.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";

export interface EtcdCall {
  readonly method: "GET" | "PUT" | "DELETE";
  /** Below a directory of the suite's own. */
  readonly key: string;
  readonly value?: string;
  /** Seconds. */
  readonly ttl?: number;
  readonly prevValue?: string;
  readonly recursive?: boolean;
}

interface Node {
  readonly key: string;
  readonly value?: string;
  readonly dir?: boolean;
  readonly ttl?: number;
  readonly modifiedIndex?: number;
  readonly createdIndex?: number;
  readonly nodes?: readonly Node[];
}

export interface EtcdReply {
  readonly status: number;
  readonly body: {
    readonly action?: string;
    readonly node?: Node;
    readonly prevNode?: Node;
    readonly errorCode?: number;
    readonly message?: string;
    readonly cause?: string;
    readonly index?: number;
  };
}

export interface EtcdWorld {
  call(call: EtcdCall): Promise<EtcdReply>;
  /** Lets so many seconds of the server's own time pass. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

const ROOT = "/contract";

export function etcdContract(name: string, open: () => Promise<EtcdWorld>): void {
  describe(`etcd v2: ${name}`, () => {
    let world: EtcdWorld;
    beforeAll(async () => {
      world = await open();
    });
    afterAll(() => world.close());

    const call = (method: EtcdCall["method"], key: string, more: Omit<EtcdCall, "method" | "key"> = {}) =>
      world.call({ method, key: `${ROOT}/${key}`, ...more });
    const refusal = { absent: { errorCode: 100, message: "Key not found" } } as const;

    it("says 404 and 100 for a key that is not there, whatever is asked", async () => {
      for (const method of ["GET", "DELETE"] as const) {
        const reply = await call(method, "none/at/all");
        expect(reply).toMatchObject({ status: 404, body: refusal.absent });
        expect(reply.body.cause).toContain(ROOT);
      }
    });

    it("sets a key with 201 the first time and 200 with the previous node the next", async () => {
      expect(await call("PUT", "set", { value: "one" })).toMatchObject({
        status: 201,
        body: { action: "set", node: { key: `${ROOT}/set`, value: "one" } },
      });
      const again = await call("PUT", "set", { value: "two" });
      expect(again).toMatchObject({ status: 200, body: { node: { value: "two" }, prevNode: { value: "one" } } });
      const [node, before] = [again.body.node, again.body.prevNode];
      expect(node?.modifiedIndex).toBeGreaterThan(before?.modifiedIndex ?? Infinity);
      expect(node?.createdIndex).toBe(node?.modifiedIndex);
    });

    it("keeps values as they are, empty ones too", async () => {
      for (const value of ["", "7710593864283767006", '{"a":"b c"}', "a\nb\tc", "100% & more + ünïcödé"]) {
        await call("PUT", "value", { value });
        expect((await call("GET", "value")).body.node?.value).toBe(value);
      }
    });

    it("lists the direct children of a directory alone", async () => {
      await call("PUT", "tree/leader", { value: "node-1" });
      await call("PUT", "tree/optime/leader", { value: "83886336" });
      const flat = (await call("GET", "tree")).body.node;
      expect(flat?.dir).toBe(true);
      expect(flat?.nodes?.map((node) => [node.key, node.dir ?? false]).sort()).toEqual([
        [`${ROOT}/tree/leader`, false],
        [`${ROOT}/tree/optime`, true],
      ]);
      expect(flat?.nodes?.find((node) => node.dir)?.nodes).toBeUndefined();
    });

    it("keeps a directory after its last key has gone", async () => {
      await call("PUT", "emptied/key", { value: "x" });
      await call("DELETE", "emptied/key");
      const reply = await call("GET", "emptied");
      expect(reply).toMatchObject({ status: 200, body: { node: { dir: true } } });
      expect(reply.body.node?.nodes ?? []).toEqual([]);
    });

    it("compares before it swaps: 412 and 101 for another value, 404 for none", async () => {
      await call("PUT", "cas", { value: "one" });
      expect(await call("PUT", "cas", { value: "two", prevValue: "other" })).toMatchObject({
        status: 412,
        body: { errorCode: 101, message: "Compare failed" },
      });
      const swapped = await call("PUT", "cas", { value: "two", prevValue: "one" });
      expect(swapped).toMatchObject({ status: 200, body: { action: "compareAndSwap", node: { value: "two" } } });
      expect(await call("PUT", "cas-none", { value: "x", prevValue: "one" })).toMatchObject({
        status: 404,
        body: refusal.absent,
      });
    });

    it("compares before it deletes", async () => {
      await call("PUT", "cad", { value: "one" });
      const refused = await call("DELETE", "cad", { prevValue: "other" });
      expect(refused).toMatchObject({ status: 412, body: { errorCode: 101 } });
      expect(await call("DELETE", "cad", { prevValue: "one" })).toMatchObject({
        status: 200,
        body: { action: "compareAndDelete", prevNode: { value: "one" } },
      });
      expect((await call("GET", "cad")).status).toBe(404);
    });

    it("deletes a key with its previous value in the answer", async () => {
      await call("PUT", "gone", { value: "was" });
      expect(await call("DELETE", "gone")).toMatchObject({
        status: 200,
        body: { action: "delete", node: { key: `${ROOT}/gone` }, prevNode: { value: "was" } },
      });
    });

    it("refuses a directory where a key is meant, and a key if a directory is", async () => {
      await call("PUT", "kinds/key", { value: "x" });
      expect(await call("PUT", "kinds", { value: "x" })).toMatchObject({ status: 403, body: { errorCode: 102 } });
      expect(await call("DELETE", "kinds")).toMatchObject({ status: 403, body: { errorCode: 102 } });
      expect(await call("PUT", "kinds/key/below", { value: "x" })).toMatchObject({
        status: 400,
        body: { errorCode: 104 },
      });
    });

    it("deletes a directory with everything in it when asked to", async () => {
      await call("PUT", "forest/a/b", { value: "1" });
      await call("PUT", "forest/c", { value: "2" });
      expect(await call("DELETE", "forest", { recursive: true })).toMatchObject({
        status: 200,
        body: { action: "delete", node: { key: `${ROOT}/forest`, dir: true } },
      });
      expect((await call("GET", "forest/a/b")).status).toBe(404);
      expect((await call("GET", "forest")).status).toBe(404);
    });

    it("lets a key vanish after its TTL, and a new put gives it time again", async () => {
      const put = await call("PUT", "lease", { value: "node-1", ttl: 2 });
      expect(put.body.node?.ttl).toBe(2);
      // Far more time than a busy machine can take for the next look.
      await call("PUT", "lease", { value: "node-1", ttl: 600 });
      await world.pass(3);
      const alive = await call("GET", "lease");
      expect(alive.body.node).toMatchObject({ value: "node-1" });
      expect(alive.body.node?.ttl).toBeLessThanOrEqual(597);
      await call("PUT", "lease", { value: "node-1", ttl: 1 });
      await world.pass(3);
      expect(await call("GET", "lease")).toMatchObject({ status: 404, body: refusal.absent });
    });

    it("forgets the TTL when a key is put without one", async () => {
      await call("PUT", "once", { value: "x", ttl: 1 });
      await call("PUT", "once", { value: "x" });
      await world.pass(3);
      expect((await call("GET", "once")).body.node).toMatchObject({ value: "x" });
    });

    it("hides keys that begin with an underscore from lists", async () => {
      await call("PUT", "hiding/_secret", { value: "x" });
      await call("PUT", "hiding/shown", { value: "x" });
      expect((await call("GET", "hiding")).body.node?.nodes?.map((node) => node.key)).toEqual([`${ROOT}/hiding/shown`]);
      expect((await call("GET", "hiding/_secret")).status).toBe(200);
    });
  });
}
