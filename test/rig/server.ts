/** Servers that run beside the test process: etcd, MinIO, haproxy. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { open } from "node:fs/promises";
import { createServer, type ListenOptions, type Server } from "node:net";
import { join } from "node:path";
import type { Ledger } from "./ledger.ts";

/** Starts a program with a separate environment; its output goes to NAME.log in the rig's folder. */
export async function startServer(
  ledger: Ledger,
  name: string,
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const log = await open(join(ledger.directory, `${name}.log`), "a");
  const [program, ...args] = argv;
  const child = spawn(program, args, {
    cwd: ledger.directory,
    env: { PATH: process.env["PATH"] ?? "", HOME: ledger.directory, ...env },
    stdio: ["ignore", log.fd, log.fd],
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  await log.close();
  if (child.pid !== undefined) await ledger.process("process", child.pid);
  return child;
}

/** Ends a program if it has not ended, and waits for that. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await ended;
}

/** Below the ports that the kernel gives to a program that names none: 32768 and above. */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

/**
 * A port that is free on this address now, that nobody is given by chance before its server is up, and that no second
 * call is given, in this process or another, while this process lives.
 */
export async function freePort(address: string): Promise<number> {
  for (let tried = 0; tried < 100; tried += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if ((await reserves(port)) && (await isFree(port, address))) return port;
  }
  throw new Error(`no port on ${address}`);
}

/** A name of Linux's abstract namespace: held once on the machine, and by nobody once its process is gone. */
async function reserves(port: number): Promise<boolean> {
  const server = createServer();
  server.unref();
  return await listens(server, { path: `\0dingo-recover-rig-port-${port}` });
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  const free = await listens(server, { port, host });
  if (free) await new Promise<void>((resolve) => server.close(() => resolve()));
  return free;
}

function listens(server: Server, options: ListenOptions): Promise<boolean> {
  return new Promise((resolve) => {
    server.once("error", () => resolve(false)).listen(options, () => resolve(true));
  });
}
