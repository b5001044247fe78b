/** Every change of one key, as etcd's own watch tells it. */
import type { EtcdServer } from "./foundation/etcd.ts";
import { Feed } from "./foundation/feed.ts";

export interface KeyChange {
  readonly action: string;
  readonly value: string | undefined;
  readonly index: number;
}

interface Told {
  readonly action?: string;
  readonly node?: { readonly value?: string; readonly modifiedIndex: number };
}

export class KeyHistory extends Feed<KeyChange> {
  private readonly over = new AbortController();

  private readonly url: string;

  private constructor(url: string) {
    super();
    this.url = url;
  }

  static async follow(etcd: EtcdServer, key: string): Promise<KeyHistory> {
    const url = `http://${etcd.hostPort}/v2/keys${key}`;
    const history = new KeyHistory(url);
    const now = await fetch(url);
    const index = Number(now.headers.get("x-etcd-index"));
    if (!now.ok || Number.isNaN(index)) throw new Error(`etcd has no ${key} to follow`);
    history.watch(index + 1).catch((error: unknown) => {
      if (!history.over.signal.aborted) throw error;
    });
    return history;
  }

  private async watch(from: number): Promise<void> {
    for (let index = from; ; ) {
      const text = await this.change(index);
      // A watch that is given up by the server ends without a body.
      if (text === "") {
        index = await this.caughtUp(index);
        continue;
      }
      const { action, node } = JSON.parse(text) as Told;
      if (action === undefined || node === undefined) throw new Error(`etcd tells no change: ${text}`);
      this.push({ action, value: node.value, index: node.modifiedIndex });
      index = node.modifiedIndex + 1;
    }
  }

  /** The first change from this index on. After minutes without any the client gives a watch up: nothing is lost by asking again. */
  private async change(index: number): Promise<string> {
    try {
      const answer = await fetch(`${this.url}?wait=true&waitIndex=${index}`, { signal: this.over.signal });
      return await answer.text();
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (cause instanceof Error && "code" in cause && cause.code === "UND_ERR_BODY_TIMEOUT") return "";
      throw error;
    }
  }

  /**
   * etcd remembers its last thousand changes, of all keys: when this one was not changed, nobody asks for older ones.
   */
  private async caughtUp(index: number): Promise<number> {
    const now = await fetch(this.url, { signal: this.over.signal });
    const { node } = (await now.json()) as Told;
    return node === undefined || node.modifiedIndex >= index ? index : Number(now.headers.get("x-etcd-index")) + 1;
  }

  stop(): void {
    this.over.abort();
  }
}
