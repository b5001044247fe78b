/**
 * One way to the object store for several operators, so that the store has one address for all of them; it can be cut
 * for one of them, who is known by his keys. His requests under way then hang until he is let through again, and break.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  /** Told by the first request. */
  key: string | undefined;
}

export class StoreWay {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #cut = new Set<string>();
  /** Called with each request, before it may pass. */
  onRequest: (key: string, head: string) => void = () => undefined;

  private constructor(to: { readonly host: string; readonly port: number }) {
    this.#server = createServer((near) => this.#join({ near, far: connect(to), key: undefined }));
  }

  static async to(hostPort: string): Promise<StoreWay> {
    const [host = "", port = ""] = hostPort.split(":");
    const way = new StoreWay({ host, port: Number(port) });
    await new Promise<void>((resolve) => way.#server.listen(0, "127.0.0.1", resolve));
    return way;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(key: string): void {
    this.#cut.add(key);
  }

  mend(key: string): void {
    this.#cut.delete(key);
    for (const link of this.#links) if (link.key === key) link.near.destroy();
  }

  async close(): Promise<void> {
    for (const { near } of this.#links) near.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(link: Link): void {
    const { near, far } = link;
    this.#links.add(link);
    for (const socket of [near, far]) {
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#links.delete(link);
        near.destroy();
        far.destroy();
      });
    }
    near.on("data", (bytes: Buffer) => {
      const head = bytes.toString("latin1");
      link.key ??= /Credential=([^/]+)\//.exec(head)?.[1];
      const key = link.key ?? "";
      this.onRequest(key, head);
      if (!this.#cut.has(key)) far.write(bytes);
    });
    far.on("data", (bytes: Buffer) => {
      if (!this.#cut.has(link.key ?? "")) near.write(bytes);
    });
  }
}
