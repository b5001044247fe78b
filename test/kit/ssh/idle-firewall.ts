/** A firewall between a client and a server on loopback: it drops a connection whose client was silent for too long. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** So many looks without a word are silence: a process that stands still for seconds on a busy machine has one of them. */
const LOOKS = 20;

export class IdleFirewall {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #heard: () => void = () => undefined;

  private constructor(to: number, idleMs: number) {
    this.#server = createServer((client) => {
      const far = connect({ host: "127.0.0.1", port: to });
      for (const socket of [client, far]) this.#sockets.add(socket.on("error", () => undefined));
      const drop = (): void => {
        client.destroy();
        far.destroy();
      };
      let silent = 0;
      const timer = setInterval(() => {
        silent += 1;
        if (silent > LOOKS) drop();
      }, idleMs / LOOKS);
      client.on("data", () => {
        silent = 0;
        this.#heard();
      });
      client.on("close", () => {
        clearInterval(timer);
        far.destroy();
      });
      far.on("close", () => client.destroy());
      client.pipe(far).pipe(client);
    });
  }

  static async before(port: number, { idleMs }: { readonly idleMs: number }): Promise<IdleFirewall> {
    const firewall = new IdleFirewall(port, idleMs);
    await new Promise<void>((resolve) => firewall.#server.listen(0, "127.0.0.1", resolve));
    return firewall;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** When the client was heard so many times from now on. */
  heard(times: number): Promise<void> {
    let left = times;
    return new Promise((resolve) => {
      this.#heard = () => {
        left -= 1;
        if (left === 0) resolve();
      };
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
