/** One exchange over HTTP in bad weather, whichever stand-in answers it. */
import type { ServerResponse } from "node:http";
import { cut } from "../../contract/faulty-way.ts";
import { type Answered, send } from "../../../src/rehearsal/passage.ts";
import type { Looks } from "./suffer.ts";

/** The page that a proxy answers in place of the system, and an answer from a system that was never asked. */
const PAGE = "<html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n";
const HTML = { "content-type": "text/html" };

export const overHttp = (outgoing: ServerResponse, work: () => Promise<Answered>): Looks<Answered, void> => ({
  work,
  whole: (answered) => send(outgoing, answered),
  half: (answered) => cut(outgoing, answered),
  twice: (answered) => sendTwice(outgoing, answered),
  garbage: () => send(outgoing, { status: 200, headers: HTML, body: PAGE }),
  gone: () => void outgoing.destroy(),
  fails: (status) => send(outgoing, { status: Number(status), headers: HTML, body: `<h1>${status}</h1>\n` }),
});

/** The same bytes once more on the same connection, when nobody has asked for anything. */
function sendTwice(outgoing: ServerResponse, { status, headers, body }: Answered): void {
  const whole = Buffer.from(body);
  const { socket } = outgoing;
  const named = Object.entries({ ...headers, "content-length": String(whole.length) });
  const head = [`HTTP/1.1 ${status} Again`, ...named.map(([name, value]) => `${name}: ${String(value)}`), "", ""];
  outgoing.writeHead(status, { ...headers, "content-length": String(whole.length) }).end(whole, () => {
    if (socket !== null && !socket.destroyed) socket.write(Buffer.concat([Buffer.from(head.join("\r\n")), whole]));
  });
}
