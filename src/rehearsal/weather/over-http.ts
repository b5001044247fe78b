/** What a stroke does to one exchange over HTTP, whichever stand-in answers it. */
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { unreachable } from "../../errors.js";
import type { Stroke } from "./blow.js";
import type { Weather } from "./weather.js";

export interface Answered {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
}

export interface Exchange {
  readonly weather: Weather;
  readonly outgoing: ServerResponse;
  /** Lets the request take effect. */
  readonly answer: () => Promise<Answered>;
}

/** What a proxy says in place of the system, and what comes from a system that was never asked. */
const PAGE = "<html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n";
const HTML = { "content-type": "text/html" };

export async function suffer(stroke: Stroke | undefined, exchange: Exchange): Promise<void> {
  const { outgoing, answer, weather } = exchange;
  if (stroke === undefined) return send(outgoing, await answer());
  if (stroke.after) await answer();
  const { kind } = stroke;
  switch (kind) {
    case "timeout":
      await weather.giveUp();
      return void outgoing.destroy();
    case "reset":
      return void outgoing.destroy();
    case "403":
    case "500":
    case "502":
    case "503":
      return send(outgoing, { status: Number(kind), headers: HTML, body: `<h1>${kind}</h1>\n` });
    case "slow":
      await weather.slowly();
      return send(outgoing, await answer());
    case "half":
      return cut(outgoing, await answer());
    case "garbage": {
      await answer();
      return send(outgoing, { status: 200, headers: HTML, body: PAGE });
    }
    case "duplicate":
      return sendTwice(outgoing, await answer());
    case "twice":
      await answer();
      return send(outgoing, await answer());
    default:
      return unreachable(kind);
  }
}

function send(outgoing: ServerResponse, { status, headers, body }: Answered): void {
  outgoing.writeHead(status, headers).end(body);
}

/** The answer says how long it is, and ends before. */
export function cut(outgoing: ServerResponse, { status, headers, body }: Answered): void {
  const whole = Buffer.from(body);
  // Without a body the whole answer is lost.
  if (whole.length === 0) return void outgoing.destroy();
  outgoing.writeHead(status, { ...headers, "content-length": String(whole.length) });
  outgoing.write(whole.subarray(0, Math.floor(whole.length / 2)), () => outgoing.destroy());
}

/** The same bytes once more on the same connection, where nobody has asked for anything. */
function sendTwice(outgoing: ServerResponse, { status, headers, body }: Answered): void {
  const whole = Buffer.from(body);
  const { socket } = outgoing;
  const named = Object.entries({ ...headers, "content-length": String(whole.length) });
  const head = [`HTTP/1.1 ${status} Again`, ...named.map(([name, value]) => `${name}: ${String(value)}`), "", ""];
  outgoing.writeHead(status, { ...headers, "content-length": String(whole.length) }).end(whole, () => {
    if (socket !== null && !socket.destroyed) socket.write(Buffer.concat([Buffer.from(head.join("\r\n")), whole]));
  });
}
