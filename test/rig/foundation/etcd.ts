/** A real etcd with its v2 API, and the few calls that the rig and its tests make. */
import { join } from "node:path";
import type { Ledger } from "../ledger.ts";
import { freePort, startServer } from "../server.ts";
import { until } from "../until.ts";

interface Node {
  readonly key: string;
  readonly value?: string;
  readonly nodes?: readonly Node[];
}

export interface EtcdAnswer {
  readonly status: number;
  readonly body: {
    readonly action?: string;
    readonly errorCode?: number;
    readonly message?: string;
    readonly node?: Node;
    readonly prevNode?: Node;
  };
}

export class EtcdServer {
  /** "172.18.0.1:4001", as a container's ETCD_HOST_PORT says it. */
  readonly hostPort: string;

  private constructor(hostPort: string) {
    this.hostPort = hostPort;
  }

  static async start(ledger: Ledger, address: string): Promise<EtcdServer> {
    const peer = `http://127.0.0.1:${await freePort("127.0.0.1")}`;
    const hostPort = `${address}:4001`;
    await startServer(ledger, "etcd", [
      "etcd",
      ...["--name", "rig", "--data-dir", join(ledger.directory, "etcd"), "--enable-v2", "--logger", "zap"],
      // python-etcd follows the advertised address, so it must be one that a container reaches.
      ...["--listen-client-urls", `http://${hostPort}`, "--advertise-client-urls", `http://${hostPort}`],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", `rig=${peer}`],
    ]);
    const etcd = new EtcdServer(hostPort);
    await until("etcd", 120_000, async () => (await etcd.request("GET", "/")).status === 200, 50);
    return etcd;
  }

  /** One call to /v2/keys. The key begins with "/"; `query` is the part behind "?". */
  async request(method: "GET" | "PUT" | "DELETE", key: string, value?: string, query = ""): Promise<EtcdAnswer> {
    const response = await fetch(`http://${this.hostPort}/v2/keys${key}${query === "" ? "" : `?${query}`}`, {
      method,
      ...(value === undefined ? {} : { body: new URLSearchParams({ value }) }),
    });
    return { status: response.status, body: (await response.json()) as EtcdAnswer["body"] };
  }

  /** Undefined only if etcd says "Key not found". */
  async get(key: string): Promise<string | undefined> {
    const answer = await this.request("GET", key);
    if (answer.body.errorCode === 100) return undefined;
    if (answer.status !== 200) throw new Error(`etcd: GET ${key}: ${answer.body.message ?? answer.status}`);
    return answer.body.node?.value;
  }

  async put(key: string, value: string): Promise<void> {
    const answer = await this.request("PUT", key, value);
    if (answer.status !== 200 && answer.status !== 201) {
      throw new Error(`etcd: PUT ${key}: ${answer.body.message ?? answer.status}`);
    }
  }

  /** An absent key is as good as a removed one. */
  async remove(key: string): Promise<void> {
    const answer = await this.request("DELETE", key, undefined, "recursive=true");
    if (answer.status !== 200 && answer.body.errorCode !== 100) {
      throw new Error(`etcd: DELETE ${key}: ${answer.body.message ?? answer.status}`);
    }
  }

  /** Values below a directory, at any depth, by full key. */
  async tree(directory: string): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    const walk = (node: Node | undefined): void => {
      if (node === undefined) return;
      if (node.value !== undefined) found.set(node.key, node.value);
      node.nodes?.forEach(walk);
    };
    const answer = await this.request("GET", directory, undefined, "recursive=true");
    if (answer.status === 200) walk(answer.body.node);
    else if (answer.body.errorCode !== 100) throw new Error(`etcd: GET ${directory}: ${answer.body.message ?? ""}`);
    return found;
  }
}
