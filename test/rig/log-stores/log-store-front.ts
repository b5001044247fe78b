/**
 * The front that operators put before a log store: a real haproxy that speaks TLS and asks for a user and a password.
 */
import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selfSignedCertificate } from "../../../src/rehearsal/http/certificate.ts";
import { end, freePort } from "../server.ts";
import { until } from "../until.ts";

export interface LogStoreFront {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly username: string;
  readonly password: string;
  readonly stop: () => Promise<void>;
}

const [USERNAME, PASSWORD] = ["log-reader", "a-password-of-the-front"] as const;

export async function startFront(store: string): Promise<LogStoreFront> {
  const directory = await mkdtemp(join(tmpdir(), "rig-front-"));
  const port = await freePort("127.0.0.1");
  const { key, cert } = selfSignedCertificate(["127.0.0.1"]);
  const pem = join(directory, "front.pem");
  await writeFile(pem, cert + key, { mode: 0o600 });
  const path = join(directory, "haproxy.cfg");
  await writeFile(path, configuration({ port, pem, store: new URL(store).host }), { mode: 0o600 });
  const log = join(directory, "log");
  const out = openSync(log, "a");
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "haproxy", "-db", "-f", path], {
    stdio: ["ignore", out, out],
  });
  const url = `https://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await end(child, "SIGKILL");
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await until("haproxy", 120_000, async () => child.exitCode === null && (await listens(port)), 50);
  } catch (error) {
    const said = await readFile(log, "utf8");
    await stop();
    throw new Error(`haproxy did not start: ${said.slice(0, 1000)}`, { cause: error });
  }
  return { url, ca: cert, username: USERNAME, password: PASSWORD, stop };
}

function configuration({ port, pem, store }: { readonly port: number; readonly pem: string; readonly store: string }) {
  return [
    "userlist readers",
    `  user ${USERNAME} insecure-password ${PASSWORD}`,
    "defaults",
    "  mode http",
    "  timeout connect 5s",
    "  timeout client 2m",
    "  timeout server 2m",
    "frontend tls",
    `  bind 127.0.0.1:${port} ssl crt ${pem}`,
    "  http-request auth realm logs unless { http_auth(readers) }",
    "  http-request del-header authorization",
    "  default_backend store",
    "backend store",
    `  server store ${store}`,
    "",
  ].join("\n");
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
