import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type EtcdCall, etcdContract } from "../../contract/etcd.ts";
import { EtcdServer } from "../../rig/foundation/etcd.ts";
import { Ledger } from "../../rig/ledger.ts";

etcdContract("a real server", async () => {
  const ledger = await Ledger.open(`etcd-${randomBytes(4).toString("hex")}`);
  // The server has a separate address: the foundation's etcd may be running as well.
  const server = await EtcdServer.start(ledger, "127.0.0.41");
  return {
    call: async (call) => {
      const url = `http://${server.hostPort}/v2/keys${call.key.split("/").map(encodeURIComponent).join("/")}`;
      const body = call.method === "PUT" ? { body: new URLSearchParams({ value: call.value ?? "" }) } : {};
      const response = await fetch(`${url}?${parameters(call).toString()}`, { method: call.method, ...body });
      return { status: response.status, body: JSON.parse(await response.text()) };
    },
    // The server's time is the machine's own, and its TTLs are whole seconds: there is nothing else to wait for.
    pass: (seconds) => delay(seconds * 1000 + 100),
    close: () => ledger.removeAll(),
  };
});

function parameters({ ttl, prevValue, recursive }: EtcdCall): URLSearchParams {
  const given = Object.entries({ ttl, prevValue, recursive });
  const words = given.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return new URLSearchParams(words);
}
