/**
 * Programs of the box as a few lines of bash, which hand over their words: the process of the box answers. A Node for
 * each call would take longer than the call, and does it if there is no bash (`/dev/tcp` is its own).
 */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { compiledBefore, ownProgram } from "../kit/process/own-files.ts";
import type { Ended } from "./ended.ts";
import { closed, listening } from "./listening.ts";

export const BASH = "/bin/bash";
export const CAT = "/bin/cat";

const hasBash = (): boolean => existsSync(BASH) && existsSync(CAT);

/** The calls that read standard input: all, or those with one of these words. */
export type Reading = "all" | readonly string[];

export interface ProgramCall {
  readonly program: string;
  readonly variables: readonly string[];
  readonly words: readonly string[];
  readonly stdin: string;
}

export interface Programs {
  readonly directory: string;
  readonly names: readonly string[];
  /** Variables of the caller whose values come with each call. */
  readonly variables?: readonly string[];
  /** Default: nothing is read. */
  readonly reading?: (name: string) => Reading;
  /** Aborted when the program ends before its answer. */
  readonly answer: (call: ProgramCall, signal: AbortSignal) => Promise<Ended>;
  /** Default: whether there is one. */
  readonly byBash?: boolean;
}

export interface Served {
  close(): Promise<void>;
}

/** A program that hands over its words. */
export interface Client {
  readonly name: string;
  readonly port: number;
  readonly variables: readonly string[];
  readonly reading: Reading;
}

const READ = "IFS= read -r -d '' input";

function readsInBash(reading: Reading): string {
  if (reading === "all") return READ;
  const pattern = reading.map((word) => `*" ${word} "*`).join("|");
  return pattern === "" ? "" : `case " $* " in ${pattern}) ${READ} ;; esac`;
}

export const reads = (reading: Reading, words: readonly string[]): boolean =>
  reading === "all" || reading.some((word) => words.includes(word));

/** Every field ends with a NUL: none of them, standard input included, holds one. */
const bashClient = ({ name, port, variables, reading }: Client): string => `#!${BASH}
exec 3<>/dev/tcp/127.0.0.1/${port} || exit 1
input=
${readsInBash(reading)}
printf '%s\\0' ${[name, ...variables.map((variable) => `"$${variable}"`)].join(" ")} "$#" "$@" "$input" >&3
IFS= read -r -d '' -u 3 code
IFS= read -r -d '' -u 3 errors
[ "$code" = 0 ] && [ -z "$errors" ] && exec ${CAT} <&3
${CAT} <&3
printf %s "$errors" >&2
exit "\${code:-1}"
`;

/** This tool as that program (box-program/main.ts). */
function nodeClient(client: Client): string {
  const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
  const variables = Object.entries(compiledBefore()).map(([variable, value]) => `${variable}=${quoted(value)} `);
  const line = [...ownProgram(), "box:program", JSON.stringify(client)].map(quoted).join(" ");
  return `#!/bin/sh\n${variables.join("")}exec ${line} "$@"\n`;
}

/** Writes the programs into their directory, for any account, and answers their calls. */
export async function servePrograms(programs: Programs): Promise<Served> {
  const { directory, names, variables = [], reading, byBash = hasBash() } = programs;
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    receive(socket, programs);
  });
  const port = await listening(server);
  for (const name of names) {
    const client = { name, port, variables, reading: reading?.(name) ?? [] };
    putScript(directory, name, byBash ? bashClient(client) : nodeClient(client));
  }
  // The answer to a client that was killed may never come once the rest of the box is closed.
  return { close: () => closed(server, () => open.forEach((socket) => socket.destroy())) };
}

/** Returns its path. */
export function putScript(directory: string, name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

function receive(socket: Socket, { variables = [], answer }: Programs): void {
  let text = "";
  const ended = new AbortController();
  socket.setEncoding("utf8");
  socket.on("end", () => ended.abort());
  socket.on("error", () => undefined);
  socket.on("data", (chunk: string) => {
    text += chunk;
    const call = callIn(text.split("\0"), variables.length);
    if (call === undefined) return;
    text = "";
    void answer(call, ended.signal).then(({ code, stderr, stdout }) => socket.end(`${code}\0${stderr}\0${stdout}`));
  });
}

/** Undefined until all fields are there; text behind the last NUL is no field. */
function callIn([program = "", ...fields]: readonly string[], variables: number): ProgramCall | undefined {
  const end = variables + 1 + Number(fields[variables] || Infinity);
  if (fields.length < end + 2) return undefined;
  const words = fields.slice(variables + 1, end);
  return { program, variables: fields.slice(0, variables), words, stdin: fields[end] ?? "" };
}
