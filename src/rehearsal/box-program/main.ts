/** A program of the box as a process, if there is no bash: `box:program CLIENT WORD…`, CLIENT as served-programs.ts writes it. */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { type Client, reads } from "../served-programs.ts";

export async function main([client = "", ...words]: readonly string[]): Promise<void> {
  const { name, port, variables, reading } = JSON.parse(client) as Client;
  const values = variables.map((variable) => process.env[variable] ?? "");
  const head = [name, ...values, String(words.length), ...words].map((word) => `${word}\0`).join("");
  const input = reads(reading, words) ? readFileSync(0) : Buffer.alloc(0);
  const socket = connect({ port, host: "127.0.0.1" });
  socket.write(Buffer.concat([Buffer.from(head), input, Buffer.from("\0")]));
  const [code, stderr = "", ...stdout] = (await text(socket).catch(() => "1")).split("\0");
  process.stdout.write(stdout.join("\0"));
  process.stderr.write(stderr);
  process.exitCode = Number(code || 1);
}
