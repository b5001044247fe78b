/** A SOCKS5 proxy in the gateway's place, such as one that `ssh -D` keeps open. Names are looked up at its end (RFC 1928). */
import { once } from "node:events";
import type { Socket } from "node:net";
import { RecoverError, refuse } from "../../errors.ts";
import type { Dialer } from "../../ports/dialer.ts";
import type { Gateway } from "./dial.ts";

export interface SocksPlace {
  readonly host: string;
  readonly port: number;
}

const VERSION = 5;
const NO_LOGIN = 0;
const CONNECT = 1;
const NAME = 3;
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 1: 4, 4: 16 };
const TIMEOUT_MS = 20_000;
/** Reply codes of RFC 1928 §6. */
const REFUSED_BY_RULE = 2;
const REASONS: Readonly<Record<number, string>> = {
  1: "it failed",
  2: "its rules do not allow it",
  3: "the network cannot be reached",
  4: "the host cannot be reached",
  5: "the connection was refused",
  6: "it took too long",
};

/** Errors of `forward`: `unreachable`, `access-denied`; effect "none". */
export function socksGateway({ host, port }: SocksPlace, dialer: Dialer): Gateway {
  const label = `SOCKS5 proxy ${host}:${port}`;
  return {
    label,
    forward: async (to, at) => {
      const socket = await dialer.connect(host.replace(/^\[(.*)\]$/, "$1"), port);
      try {
        await connectThrough(socket, { to: `${to}:${at}`, host: to, port: at, label });
        return socket;
      } catch (error) {
        socket.destroy();
        if (error instanceof RecoverError) throw error;
        throw unreachable(`${to}:${at}`, label, error instanceof Error ? error.message : String(error));
      }
    },
    // Every connection stands for itself.
    ready: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

interface Destination {
  readonly to: string;
  readonly host: string;
  readonly port: number;
  readonly label: string;
}

async function connectThrough(socket: Socket, { to, host, port, label }: Destination): Promise<void> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  socket.write(Buffer.from([VERSION, 1, NO_LOGIN]));
  const greeting = await exactly(socket, 2, signal);
  if (greeting[0] !== VERSION) throw unreachable(to, label, "what answers there is no SOCKS5 proxy");
  if (greeting[1] !== NO_LOGIN) throw denied(to, label, "it wants a log-in");
  const name = Buffer.from(host);
  socket.write(
    Buffer.concat([Buffer.from([VERSION, CONNECT, 0, NAME, name.length]), name, Buffer.from([port >> 8, port & 0xff])]),
  );
  const reply = await exactly(socket, 4, signal);
  const code = reply[1] ?? 1;
  const why = REASONS[code] ?? `it answered ${code}`;
  if (code === REFUSED_BY_RULE) throw denied(to, label, why);
  if (code !== 0) throw unreachable(to, label, why);
  const kind = reply[3] ?? 0;
  const bound = kind === NAME ? ((await exactly(socket, 1, signal))[0] ?? 0) : (ADDRESS_BYTES[kind] ?? 0);
  await exactly(socket, bound + 2, signal);
}

/** Exactly so many bytes: the next ones belong to the server behind the proxy. */
async function exactly(socket: Socket, bytes: number, signal: AbortSignal): Promise<Buffer> {
  for (;;) {
    const read: unknown = socket.read(bytes);
    if (Buffer.isBuffer(read) && read.length === bytes) return read;
    if (socket.readableEnded || socket.destroyed) throw new Error("it closed the connection");
    await Promise.race([once(socket, "readable", { signal }), once(socket, "end", { signal })]);
  }
}

function unreachable(place: string, via: string, why: string): RecoverError {
  return refuse("unreachable", `"${place}" cannot be reached through "${via}": ${why}`)
    .at(place)
    .advise("Check the proxy (BOSH_ALL_PROXY) and the way from there, then resume.");
}

function denied(place: string, via: string, why: string): RecoverError {
  return refuse("access-denied", `"${via}" does not connect to "${place}": ${why}`)
    .at(place)
    .advise("Have the proxy allow it, or name a gateway in the configuration (bosh.gateway).");
}
