/**
 * The stand-in's process: a few lines of bash in the copy's directory, found by the pid file like a server. They write
 * down the lines that they are told, and end by a signal. All else happens in the process that hosts the rehearsal.
 */
import { createServer, type Socket } from "node:net";
import { BASH, CAT, putScript, type Served } from "../served-programs.ts";
import { closed, listening } from "../listening.ts";

/** Without a trap bash ignores SIGQUIT. */
const SERVER = (port: number): string => `#!${BASH}
trap 'exit 2' QUIT
if [ "$1" = -D ]; then
  if [ "$EUID" = 0 ]; then
    echo '"root" execution of the PostgreSQL server is not permitted.' >&2
    exit 1
  fi
  cd -- "$2" || exit 1
fi
exec 3<>/dev/tcp/127.0.0.1/${port} || exit 1
printf '%s\\0' "$$" "$#" "$@" >&3
[ "$1" = -D ] || exec ${CAT} <&3
while IFS= read -r -u 3 line; do printf '%s\\n' "$line" >&2; done
exit 1
`;

export interface StartedServer {
  readonly pid: number;
  readonly args: readonly string[];
}

export interface RunningServer {
  readonly lines: readonly string[];
  /** It does not run on. */
  readonly ended: boolean;
  /** Its process has ended. */
  readonly stop?: () => void;
}

/** Writes `DIRECTORY/postgres`, and starts a server for each process of it. */
export async function serveServer(
  directory: string,
  { version, start }: { readonly version: string; readonly start: (started: StartedServer) => RunningServer },
): Promise<Served> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    receive(socket, (started) =>
      started.args[0] === "--version" ? { lines: [`postgres (PostgreSQL) ${version}`], ended: true } : start(started),
    );
  });
  putScript(directory, "postgres", SERVER(await listening(server)));
  // A server that loses its host ends.
  return { close: () => closed(server, () => open.forEach((socket) => socket.destroy())) };
}

function receive(socket: Socket, start: (started: StartedServer) => RunningServer): void {
  let text = "";
  socket.setEncoding("utf8");
  socket.on("error", () => undefined);
  socket.on("data", (chunk: string) => {
    text += chunk;
    const [pid = "", count = "", ...words] = text.split("\0");
    if (count === "" || words.length <= Number(count)) return;
    text = "";
    const { lines, ended, stop } = start({ pid: Number(pid), args: words.slice(0, -1) });
    if (stop !== undefined) socket.once("close", stop);
    socket.write(lines.map((line) => `${line}\n`).join(""));
    if (ended) socket.end();
  });
}
