/** Somebody who follows the published page to the letter: over the same gateway, with the same `cf`, command by command. */
import { spawn } from "node:child_process";
import ssh2, { type Client } from "ssh2";
import type { KeyPair } from "../ssh/keys.js";

export interface Place {
  readonly gateway: { readonly port: number; readonly user: string; readonly key: KeyPair };
  readonly cell: { readonly ip: string; readonly user: string };
}

export interface Hands {
  /** Types a line on the cell; gives what it printed. */
  onCell(line: string): Promise<string>;
  close(): void;
}

export async function logIn({ gateway, cell }: Place): Promise<Hands> {
  const privateKey = gateway.key.privateKey;
  const hop = await connected({ host: "127.0.0.1", port: gateway.port, username: gateway.user, privateKey });
  const stream = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
    hop.forwardOut("127.0.0.1", 0, cell.ip, 22, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
  const client = await connected({ sock: stream, username: cell.user, privateKey });
  return {
    onCell: (line) => execute(client, line),
    close: () => {
      client.end();
      hop.end();
    },
  };
}

function connected(config: ssh2.ConnectConfig): Promise<Client> {
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.once("error", reject);
    client.once("ready", () => resolve(client));
    client.connect(config);
  });
}

function execute(client: Client, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    client.exec(line, (error, channel) => {
      if (error) return reject(error);
      const chunks: Buffer[] = [];
      channel.on("data", (chunk: Buffer) => chunks.push(chunk));
      channel.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
      channel.on("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
    });
  });
}

/** Runs the box's `cf`; gives what it printed. */
export function runCf(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.once("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
  });
}
