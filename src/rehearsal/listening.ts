/** Servers of the box listen on loopback alone. */
import type { AddressInfo, Server } from "node:net";

/** Resolves to the port: a free one, unless `port` is given. */
export async function listening(server: Server, port = 0, host = "127.0.0.1"): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Resolves once every connection has ended; `hangUp` ends those that would stay. */
export const closed = (server: Server, hangUp: () => void = () => undefined): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    hangUp();
  });
