/**
 * The same `cf` without a new Node for every call, which costs more than all that it does: the box runs the commands, and
 * what stands on the child's PATH is a few lines of shell that hand over words and variables. Where there is no bash
 * (`/dev/tcp` is its own), `install.ts` puts the program itself there.
 */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { answerClient, closeServer } from "../bash-client.ts";
import { answerCf, type CfCall } from "./call.ts";

const BASH = "/bin/bash";
const CAT = "/bin/cat";
/** Variables of the caller that the program reads; its HOME, because this process has that of whoever rehearses. */
const VARIABLES = ["CF_HOME", "HOME", "CF_USERNAME", "CF_PASSWORD"] as const;

/**
 * What follows the interpreter's line: the request is NUL-terminated words, the answer code, stderr and stdout. */
const CLIENT = (port: number): string => `#!${BASH}
exec 3<>/dev/tcp/127.0.0.1/${port} || exit 1
printf '%s\\0' ${VARIABLES.map((name) => `"$${name}"`).join(" ")} "$#" "$@" >&3
IFS= read -r -d '' -u 3 code
IFS= read -r -d '' -u 3 errors
[ "$code" = 0 ] && [ -z "$errors" ] && exec ${CAT} <&3
${CAT} <&3
printf %s "$errors" >&2
exit "\${code:-1}"
`;

export interface CfService {
  close(): Promise<void>;
}

export const hasBash = (): boolean => existsSync(BASH) && existsSync(CAT);

/** Writes `DIRECTORY/cf` and serves what it asks for. */
export async function serveCf(
  directory: string,
  now: () => number,
): Promise<{ readonly path: string; readonly service: CfService }> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    answerClient(socket, parse, (call) => answerCf(call, now)),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const path = join(directory, "cf");
  await mkdir(directory, { recursive: true });
  await writeFile(path, CLIENT((server.address() as AddressInfo).port));
  await chmod(path, 0o755);
  return { path, service: { close: () => closeServer(server) } };
}

/** Undefined until all words are there. */
function parse(text: string): CfCall | undefined {
  const fields = text.split("\0");
  const count = Number(fields[VARIABLES.length]);
  const words = fields.slice(VARIABLES.length + 1, -1);
  if (fields.length <= VARIABLES.length + 1 || words.length < count) return undefined;
  const env = Object.fromEntries(VARIABLES.map((name, at) => [name, fields[at] === "" ? undefined : fields[at]]));
  return { env, words };
}
