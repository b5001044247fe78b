/**
 * The far end of a program of the box that is a few lines of bash: its call comes as fields, each ended by a NUL, and the
 * answer goes back as exit code, stderr and stdout. A Node for each call would take longer than the call.
 */
import type { Server, Socket } from "node:net";

export interface ClientAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `parse` gives undefined until all fields are there. */
export function answerClient<Call>(
  socket: Socket,
  parse: (text: string) => Call | undefined,
  answer: (call: Call) => Promise<ClientAnswer>,
): void {
  let text = "";
  socket.setEncoding("utf8");
  // A client that was killed takes nothing back: what it asked for is under way all the same.
  socket.on("error", () => undefined);
  socket.on("data", (chunk: string) => {
    text += chunk;
    const call = parse(text);
    if (call === undefined) return;
    text = "";
    void answer(call).then(({ code, stderr, stdout }) => socket.end(`${code}\0${stderr}\0${stdout}`));
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
