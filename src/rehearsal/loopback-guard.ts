/**
 * The last wall of a rehearsal (law 13): in a process that has it, no socket reaches anything but loopback and no name
 * is looked up, for every library. It is installed once, and never taken away.
 */
import dgram from "node:dgram";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { isIP, Socket } from "node:net";
import { RecoverError } from "../errors.ts";

export function isLoopbackAddress(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  if (bare === "localhost" || bare === "::1") return true;
  return isIP(bare) === 4 && bare.startsWith("127.");
}

function escape(place: string): RecoverError {
  return new RecoverError("rehearsal-escape", `a rehearsal tried to reach "${place}"`, {
    remedy: "Nothing but loopback exists in a rehearsal: look for an address in the configuration that is not one.",
    place,
    effect: "none",
  });
}

/** The target of a call of `connect`; undefined for a path of a local socket. */
function destination(first: unknown, second: unknown): string | undefined {
  // net.connect() hands its normalised arguments on as one array.
  if (Array.isArray(first)) return destination(first[0], first[1]);
  if (typeof first === "object" && first !== null) {
    const options = first as { readonly host?: unknown; readonly path?: unknown };
    if (typeof options.path === "string") return undefined;
    return typeof options.host === "string" ? options.host : "localhost";
  }
  if (typeof first === "string" && !/^\d+$/.test(first)) return undefined;
  return typeof second === "string" ? second : "localhost";
}

let installed = false;

export function installLoopbackGuard(): void {
  if (installed) return;
  installed = true;
  guardSockets();
  guardDatagrams();
  guardNames();
  // Otherwise a module that imports a function by its name keeps the unguarded one.
  syncBuiltinESMExports();
}

function guardSockets(): void {
  // oxlint-disable-next-line typescript/unbound-method -- called below with the socket that it is meant for
  const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;
  Socket.prototype.connect = function guarded(this: Socket, ...args: unknown[]): Socket {
    const host = destination(args[0], args[1]);
    if (host === undefined) throw escape("a local socket");
    if (!isLoopbackAddress(host)) throw escape(host);
    return connect.apply(this, args);
  };
}

/** Nothing of ours sends any; a library's names and statistics may go by them. */
function guardDatagrams(): void {
  const refuse = (): never => {
    throw escape("a datagram socket");
  };
  Object.assign(dgram.Socket.prototype, { send: refuse, connect: refuse });
}

/** `lookup` answers for addresses and localhost as before; every other question is refused. */
function guardNames(): void {
  const lookup = dns.lookup as (host: string, ...rest: unknown[]) => void;
  const guardedLookup = (host: string, ...rest: unknown[]): void => {
    if (!isLoopbackAddress(host)) throw escape(host);
    lookup(host, ...rest);
  };
  const promised = dns.promises.lookup as (host: string, ...rest: unknown[]) => Promise<unknown>;
  Object.assign(dns, { lookup: guardedLookup });
  Object.assign(dns.promises, {
    lookup: (host: string, ...rest: unknown[]) =>
      isLoopbackAddress(host) ? promised(host, ...rest) : Promise.reject(escape(host)),
  });
  const refuse = (host: string): never => {
    throw escape(host);
  };
  const refuseLater = (host: string): Promise<never> => Promise.reject(escape(host));
  const questions = (from: object): string[] =>
    Object.getOwnPropertyNames(from).filter((name) => /^(?:resolve|reverse$|lookupService$)/u.test(name));
  for (const from of [dns, dns.Resolver.prototype])
    for (const name of questions(from)) Object.assign(from, { [name]: refuse });
  for (const from of [dns.promises, dns.promises.Resolver.prototype])
    for (const name of questions(from)) Object.assign(from, { [name]: refuseLater });
}
