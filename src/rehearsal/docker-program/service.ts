/**
 * Programs of the box as lines of bash that hand over words and standard input, and the box answers: `docker` alone for a
 * tool whose engine is elsewhere, and for one that runs on the engine's own machine those of that machine. `env` and `sh`
 * are among these, so that no file of the rehearser's machine is met.
 */
import { chmod, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { answerClient, closeServer } from "../bash-client.ts";
import type { DockerAnswer } from "../docker-engine/answer.ts";
import { putSudo } from "./sudo.ts";

const OF_MACHINE = ["docker", "docker-compose", "env", "id", "uname", "sh", "curl"];

/** As the real one does, `docker` reads only where it is told to. */
const readsInput = (program: string): string =>
  program === "docker"
    ? `input=; case " $* " in *" -i "* | *" - "*) IFS= read -r -d '' input ;; esac`
    : "IFS= read -r -d '' input";

/** The request is fields that end in NUL; standard input, which holds none, comes last. */
const client = (port: number, program: string): string => `#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/${port} || exit 1
${readsInput(program)}
printf '%s\\0' ${program} "$#" "$@" "$input" >&3
IFS= read -r -d '' -u 3 code
IFS= read -r -d '' -u 3 errors
/bin/cat <&3
printf %s "$errors" >&2
exit "\${code:-1}"
`;

export interface ServedPrograms {
  close(): Promise<void>;
}

/** A program and its words, and what it reads: one character for each byte. */
export interface DockerProgramCall {
  readonly program: string;
  readonly words: readonly string[];
  readonly stdin: string;
}

type Answer = (call: DockerProgramCall) => DockerAnswer;

/** Writes them into `directory`. */
export const serveMachine = (directory: string, answer: Answer): Promise<ServedPrograms> =>
  servePrograms(directory, OF_MACHINE, answer);

export const serveDockerProgram = (directory: string, answer: Answer): Promise<ServedPrograms> =>
  servePrograms(directory, ["docker"], answer);

async function servePrograms(directory: string, programs: readonly string[], answer: Answer): Promise<ServedPrograms> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    answerClient(socket, parse, (call) => Promise.resolve(answer(call))),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await putSudo(directory);
  for (const program of programs) {
    const path = join(directory, program);
    await writeFile(path, client(port, program));
    await chmod(path, 0o755);
  }
  return { close: () => closeServer(server) };
}

/** Undefined until all fields are there. */
function parse(text: string): DockerProgramCall | undefined {
  const [program = "", count = "", ...rest] = text.split("\0");
  if (count === "" || rest.length < Number(count) + 2) return undefined;
  const words = rest.slice(0, Number(count));
  return { program, words, stdin: Buffer.from(rest[Number(count)] ?? "").toString("latin1") };
}
