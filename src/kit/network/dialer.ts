/** Sockets: the ordinary dialer, and the one of a rehearsal that cannot leave the machine. */
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import { RecoverError, refuse } from "../../errors.ts";
import { optional } from "../optional.ts";
import { quoted } from "../text/printable.ts";
import type { Dialer } from "../../ports/dialer.ts";

/** Real milliseconds: the network does not run faster in a rehearsal. */
const CONNECT_TIMEOUT_MS = 15_000;

/**
 * An unknown name is a mistake, and is not waited for. Once this process has reached it, an unknown name means that its
 * network (a VPN) has gone.
 */
export function directDialer(timeoutMs = CONNECT_TIMEOUT_MS, lookup?: LookupFunction): Dialer {
  const reached = new Set<string>();
  return {
    async connect(host, port) {
      try {
        const socket = await openSocket({ host, port, timeoutMs, ...optional("lookup", lookup) });
        reached.add(host);
        return socket;
      } catch (thrown) {
        throw !reached.has(host) && thrown instanceof RecoverError && isUnknownName(thrown.cause)
          ? unknownName(host, thrown)
          : thrown;
      }
    },
  };
}

/** ENOTFOUND is the resolver's word that there is none (EAI_NONAME); EAI_AGAIN, that it could not ask. */
function isUnknownName(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOTFOUND";
}

function unknownName(host: string, { place, cause }: RecoverError): RecoverError {
  return refuse("unreachable", `there is no host of the name ${quoted(host)}, as far as this machine knows`)
    .at(place)
    .advise(
      "Correct the name where it was given; or join the network that knows it, such as a VPN, then resume.",
      cause,
    )
    .with({ lasts: true });
}

/** Refuses, before any look-up of a name, what is not an address of this machine. */
export function loopbackDialer(dialer: Dialer = directDialer()): Dialer {
  return {
    async connect(host, port) {
      if (isLoopback(host)) return await dialer.connect(host === "localhost" ? "127.0.0.1" : host, port);
      throw refuse("rehearsal-escape", `a rehearsal tried to connect to "${host}:${port}"`)
        .at(`${host}:${port}`)
        .advise(
          "Only loopback addresses exist in a rehearsal: look for an address in the configuration that is not one.",
        );
    },
  };
}

export function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1" || host === "[::1]") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

interface Opening {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** The system's resolver if absent. */
  readonly lookup?: LookupFunction;
}

function openSocket(to: Opening): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // SSH writes small packets: with Nagle's algorithm each command would wait 40 ms for an acknowledgement.
    const socket = connect({ host: to.host, port: to.port, noDelay: true, ...optional("lookup", to.lookup) });
    const fail = (why: string, cause?: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(unreachableAt(`${to.host}:${to.port}`, why, cause));
    };
    const timer = setTimeout(() => fail(`no connection within ${to.timeoutMs / 1000} s`), to.timeoutMs);
    const failed = (error: Error): void => fail(error.message, error);
    socket.once("error", failed);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", failed);
      resolve(socket);
    });
  });
}

function unreachableAt(place: string, why: string, cause: unknown): RecoverError {
  return refuse("unreachable", `"${place}" cannot be reached: ${why}`)
    .at(place)
    .advise("Check the address, the network and the firewall between here and there, then resume.", cause);
}
