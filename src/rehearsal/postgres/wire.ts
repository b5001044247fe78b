/**
 * The little of PostgreSQL's frontend/backend protocol 3.0 that a question needs: start-up without a password, one simple
 * query, its rows as text (PostgreSQL manual, "Message Formats"; the same from 9.5 to 18).
 */
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { type Login, type Rows, ServerRefusal } from "./login.ts";

const SOCKET_NAME = ".s.PGSQL.5432";
const PROTOCOL = 0x30000;

/** Rows of all statements, one after the other; null is "". Errors: `ServerRefusal`. */
export async function query({ directory, user, database }: Login, sql: string): Promise<Rows> {
  const socket = connect(join(directory, SOCKET_NAME));
  try {
    await opened(socket);
    socket.write(startup({ user, database }));
    return await conversation(socket, sql);
  } catch (thrown) {
    if (thrown instanceof ServerRefusal) throw thrown;
    // As libpq says of a connection that is reset (fe-secure.c).
    throw new ServerRefusal("server closed the connection unexpectedly", true);
  } finally {
    socket.destroy();
  }
}

function opened(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "ENOENT" ? "No such file or directory" : "Connection refused";
      reject(new ServerRefusal(`could not connect to server: ${why}`, true));
    });
  });
}

function startup(named: Readonly<Record<string, string>>): Buffer {
  const words = Object.entries({ ...named, client_encoding: "UTF8" }).flatMap((pair) => pair);
  const body = Buffer.from(`${words.map((word) => `${word}\0`).join("")}\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(PROTOCOL, 4);
  return Buffer.concat([head, body]);
}

/** A message of either side: its letter, its length with the length itself, its text. */
export function message(letter: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(letter, 0, "latin1");
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

async function conversation(socket: Socket, sql: string): Promise<Rows> {
  const rows: (readonly string[])[] = [];
  let asked = false;
  let refusal: ServerRefusal | undefined;
  for await (const { letter, body } of messages(socket)) {
    if (letter === "E") {
      refusal = new ServerRefusal(errorText(body), !asked);
      if (!asked) throw refusal;
    } else if (letter === "R" && body.readInt32BE(0) !== 0) {
      throw new ServerRefusal("FATAL:  the server asks for a password", true);
    } else if (letter === "D") {
      rows.push(rowOf(body));
    } else if (letter === "d") {
      // A line of COPY … TO STDOUT.
      rows.push([body.toString("utf8").replace(/\n$/, "")]);
    } else if (letter === "Z") {
      if (refusal !== undefined) throw refusal;
      if (asked) return rows;
      asked = true;
      socket.write(message("Q", Buffer.from(`${sql}\0`)));
    }
  }
  throw refusal ?? new ServerRefusal("server closed the connection unexpectedly", !asked);
}

export interface Message {
  readonly letter: string;
  readonly body: Buffer;
}

export async function* messages(socket: AsyncIterable<Buffer>): AsyncGenerator<Message> {
  let held = Buffer.alloc(0);
  for await (const piece of socket) {
    held = Buffer.concat([held, piece]);
    while (held.length >= 5) {
      const end = 1 + held.readInt32BE(1);
      if (held.length < end) break;
      yield { letter: held.toString("latin1", 0, 1), body: held.subarray(5, end) };
      held = held.subarray(end);
    }
  }
}

/** A count of columns, then each with its length; -1 is null. */
function rowOf(body: Buffer): readonly string[] {
  const cells: string[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left -= 1) {
    const length = body.readInt32BE(at);
    cells.push(length < 0 ? "" : body.toString("utf8", at + 4, at + 4 + length));
    at += 4 + Math.max(0, length);
  }
  return cells;
}

/** Fields by their letter, each ended by a zero. */
function errorText(body: Buffer): string {
  const fields = new Map(
    body
      .toString("utf8")
      .split("\0")
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
  return `${fields.get("S") ?? "ERROR"}:  ${fields.get("M") ?? ""}`;
}
