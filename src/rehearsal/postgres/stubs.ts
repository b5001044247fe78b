/**
 * The programs that a rehearsal puts into a directory of its own: a few lines of bash each, which hand words, input and
 * variables over to whoever hosts the rehearsal, as the box's `cf` does. Any account can run them.
 */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { answerClient, closeServer } from "../bash-client.ts";
import { type ClientCall, type ClientEnd, pgDump, psql } from "./clients.ts";
import type { Ask } from "./login.ts";

const BASH = "/bin/bash";
const CAT = "/bin/cat";

/** Everything ends with a zero byte; the answer is code, stderr, stdout. A script of psql holds none. */
const CLIENT = (name: string, port: number): string => `#!${BASH}
input=
case " $* " in *" -c "*|*" -f "*|*" --version "*) ;; *) IFS= read -r -d '' input ;; esac
exec 3<>/dev/tcp/127.0.0.1/${port} || exit 1
printf '%s\\0' ${name} "$PGHOST" "$PGUSER" "$input" "$#" "$@" >&3
IFS= read -r -d '' -u 3 code
IFS= read -r -d '' -u 3 errors
${CAT} <&3
printf %s "$errors" >&2
exit "\${code:-1}"
`;

export type Program = (call: ClientCall) => Promise<ClientEnd>;

export interface Stubs {
  close(): Promise<void>;
}

/** `--version` of psql and pg_dump is that of `version`. */
export function clientsAsking(ask: Ask, version: string): Readonly<Record<string, Program>> {
  const told =
    (program: Program): Program =>
    async (call) =>
      call.args[0] === "--version"
        ? { code: 0, stdout: `${call.program} (PostgreSQL) ${version}\n`, stderr: "" }
        : await program(call);
  return { psql: told((call) => psql(call, ask)), pg_dump: told((call) => pgDump(call, ask)) };
}

/** Writes a stub for each program into the directory, and serves what they ask. */
export async function serveStubs(directory: string, programs: Readonly<Record<string, Program>>): Promise<Stubs> {
  const server = createServer({ noDelay: true }, (socket) =>
    answerClient(socket, parse, (call) => answer(programs[call.program], call)),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  for (const name of Object.keys(programs)) {
    const path = join(directory, name);
    writeFileSync(path, CLIENT(name, (server.address() as AddressInfo).port));
    chmodSync(path, 0o755);
  }
  return { close: () => closeServer(server) };
}

async function answer(program: Program | undefined, call: ClientCall): Promise<ClientEnd> {
  const end = await program?.(call).catch((thrown: unknown) => ({
    code: 1,
    stdout: "",
    stderr: `${String(thrown)}\n`,
  }));
  return end ?? { code: 127, stdout: "", stderr: `${call.program}: command not found\n` };
}

const HEAD = 5;

/** Undefined until all words are there. */
function parse(text: string): ClientCall | undefined {
  const fields = text.split("\0");
  const [program = "", host = "", user = "", stdin = "", count = ""] = fields;
  const args = fields.slice(HEAD, -1);
  if (fields.length <= HEAD || args.length < Number(count)) return undefined;
  return { program, host, user, stdin, args };
}
