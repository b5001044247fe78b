/** Servers that run beside the test process: etcd, MinIO, haproxy. */
import { type ChildProcess, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Ledger } from "./ledger.js";

/** Starts a program with an environment of its own; its output goes to NAME.log in the rig's folder. */
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

/** A port that is free on this address now. */
export async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, address, resolve);
  });
  const bound = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (bound === null || typeof bound === "string") throw new Error(`no port on ${address}`);
  return bound.port;
}
