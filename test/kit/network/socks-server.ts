/** A SOCKS5 proxy as `ssh -D` opens one: no log-in, names looked up on its side. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export interface SocksServerOptions {
  /** Where "HOST:PORT" really lies; any other place is answered with `refusal`. */
  readonly places: Readonly<Record<string, number>>;
  /** Reply code of RFC 1928 §6. */
  readonly refusal?: number;
  /** Method that it chooses; 0 is no log-in. */
  readonly method?: number;
}

export class SocksServer {
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor({ places, refusal = 4, method = 0 }: SocksServerOptions) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      this.#sockets.add(client.on("error", () => undefined));
      client.once("data", () => {
        client.write(Buffer.from([5, method]));
        client.once("data", (request: Buffer) => {
          const length = request[4] ?? 0;
          const place = `${request.toString("utf8", 5, 5 + length)}:${request.readUInt16BE(5 + length)}`;
          this.asked.push(place);
          const port = places[place];
          if (port === undefined) return void client.end(Buffer.from([5, refusal, 0, 1, 0, 0, 0, 0, 0, 0]));
          const far = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
          this.#sockets.add(far.on("error", () => client.destroy()));
          // The answer and the first bytes of the far end may come in one packet.
          far.once("connect", () => {
            client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 80]));
            client.pipe(far).pipe(client);
          });
        });
      });
    });
  }

  static async start(options: SocksServerOptions): Promise<SocksServer> {
    const server = new SocksServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
