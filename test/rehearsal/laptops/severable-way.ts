/**
 * The way from one laptop, by an address on loopback, to a server, which can be cut: requests under way then hang, as
 * packets do that nobody answers, until the network is back, and break.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

interface Target {
  readonly port: number;
  readonly host: string;
}

export class SeverableWay {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #waiting = new Set<Socket>();
  #isCut = false;
  /** Bytes that somebody sends, and whether they may pass. */
  onRequest: (head: string) => void = () => undefined;

  private constructor(target: Target) {
    this.#server = createServer((near) => {
      near.on("error", () => undefined);
      if (this.#isCut) this.#waiting.add(near);
      else this.#join(near, target);
    });
  }

  static async to(port: number, host = "127.0.0.1"): Promise<SeverableWay> {
    const way = new SeverableWay({ port, host });
    await new Promise<void>((resolve) => way.#server.listen(0, "127.0.0.1", resolve));
    return way;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#isCut = true;
  }

  mend(): void {
    this.#isCut = false;
    for (const socket of [...this.#open, ...this.#waiting]) socket.destroy();
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    this.mend();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(near: Socket, target: Target): void {
    const far = connect(target);
    for (const socket of [near, far]) {
      this.#open.add(socket);
      socket.on("close", () => {
        this.#open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    far.on("error", () => undefined);
    near.on("data", (bytes: Buffer) => {
      if (!this.#isCut) this.onRequest(bytes.toString("latin1"));
      if (!this.#isCut) far.write(bytes);
    });
    far.on("data", (bytes: Buffer) => {
      if (!this.#isCut) near.write(bytes);
    });
  }
}
