/** PostgreSQL's client programs as lines of bash, in a directory of the rehearsal. Any account can run them. */
import { type Served, servePrograms } from "../served-programs.ts";
import type { Ended } from "../ended.ts";
import { type ClientCall, pgDump, psql } from "./clients.ts";
import type { Ask } from "./login.ts";

export type Program = (call: ClientCall) => Promise<Ended>;

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

/** Writes a stub for each program into the directory, and serves their questions. */
export const serveStubs = (directory: string, programs: Readonly<Record<string, Program>>): Promise<Served> =>
  servePrograms({
    directory,
    names: Object.keys(programs),
    variables: ["PGHOST", "PGUSER"],
    // psql takes a script so, with ON_ERROR_STOP.
    reading: () => ["-v"],
    answer: ({ program, variables: [host = "", user = ""], words: args, stdin }) =>
      answer(programs[program], { program, host, user, args, stdin }),
  });

async function answer(program: Program | undefined, call: ClientCall): Promise<Ended> {
  const end = await program?.(call).catch((thrown: unknown) => ({
    code: 1,
    stdout: "",
    stderr: `${String(thrown)}\n`,
  }));
  return end ?? { code: 127, stdout: "", stderr: `${call.program}: command not found\n` };
}
