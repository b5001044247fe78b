/**
 * Programs of the box as a few lines of bash, which hand over their words: the process of the box answers. A Node for
 * each call would take longer than the call. Without bash (`/dev/tcp` is its own) there are none.
 */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { closed, listening } from "./listening.ts";

export const BASH = "/bin/bash";
export const CAT = "/bin/cat";

export const hasBash = (): boolean => existsSync(BASH) && existsSync(CAT);

export interface ProgramCall {
  readonly program: string;
  readonly variables: readonly string[];
  readonly words: readonly string[];
  readonly stdin: string;
}

export interface ProgramEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Programs {
  readonly directory: string;
  readonly names: readonly string[];
  /** Variables of the caller whose values come with each call. */
  readonly variables?: readonly string[];
  /** A line of bash that reads standard input into `input`; by default nothing is read. */
  readonly reads?: (name: string) => string;
  readonly answer: (call: ProgramCall) => Promise<ProgramEnd>;
}

export interface Served {
  close(): Promise<void>;
}

/** Every field ends with a NUL: none of them, standard input included, holds one. */
const client = (name: string, port: number, { variables = [], reads }: Programs): string => `#!${BASH}
exec 3<>/dev/tcp/127.0.0.1/${port} || exit 1
input=
${reads?.(name) ?? ""}
printf '%s\\0' ${[name, ...variables.map((variable) => `"$${variable}"`)].join(" ")} "$#" "$@" "$input" >&3
IFS= read -r -d '' -u 3 code
IFS= read -r -d '' -u 3 errors
[ "$code" = 0 ] && [ -z "$errors" ] && exec ${CAT} <&3
${CAT} <&3
printf %s "$errors" >&2
exit "\${code:-1}"
`;

/** Writes the programs into their directory, for any account, and answers their calls. */
export async function servePrograms(programs: Programs): Promise<Served> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    receive(socket, programs);
  });
  const port = await listening(server);
  for (const name of programs.names) putScript(programs.directory, name, client(name, port, programs));
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
  socket.setEncoding("utf8");
  // A client that was killed takes nothing back: its request is under way all the same.
  socket.on("error", () => undefined);
  socket.on("data", (chunk: string) => {
    text += chunk;
    const call = callIn(text.split("\0"), variables.length);
    if (call === undefined) return;
    text = "";
    void answer(call).then(({ code, stderr, stdout }) => socket.end(`${code}\0${stderr}\0${stdout}`));
  });
}

/** Undefined until all fields are there; text behind the last NUL is no field. */
function callIn([program = "", ...fields]: readonly string[], variables: number): ProgramCall | undefined {
  const end = variables + 1 + Number(fields[variables] || Infinity);
  if (fields.length < end + 2) return undefined;
  const words = fields.slice(variables + 1, end);
  return { program, variables: fields.slice(0, variables), words, stdin: fields[end] ?? "" };
}
