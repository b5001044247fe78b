/**
 * The foundation's sshd: a gateway on loopback, which is the only way to addresses such as 10.58.111.15, and behind it
 * the cells, which know only the users that the director's agent made.
 */
import { connect, createServer } from "node:net";
import { closed, listening } from "../listening.ts";
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from "ssh2";
import type { WorldHost } from "../box/world-host.ts";
import { CLEAR, type Passage } from "../passage.ts";
import { runLine } from "../shell/run.ts";
import { isKey, type KeyPair } from "./keys.ts";

interface SshSettings {
  readonly host: WorldHost;
  readonly gateway: { readonly user: string; readonly hostKey: KeyPair; readonly authorized: readonly string[] };
  /** Host keys of the cells, by address. */
  readonly cellKeys: Readonly<Record<string, KeyPair>>;
  /** Other places behind the gateway: `ADDRESS:PORT` → port on loopback. */
  readonly behind: Readonly<Record<string, number>>;
  readonly port?: number;
  readonly passage?: Passage;
}

export interface SshServers {
  readonly port: number;
  close(): Promise<void>;
}

const SSH_PORT = 22;
const PROHIBITED = 1;

export async function serveSsh(settings: SshSettings): Promise<SshServers> {
  const cells = await Promise.all(
    Object.entries(settings.cellKeys).map(
      async ([ip, key]) => [ip, await listen(cellServer(settings, ip, key))] as const,
    ),
  );
  const ports = new Map<string, number>(Object.entries(settings.behind));
  for (const [ip, cell] of cells) ports.set(`${ip}:${SSH_PORT}`, cell.port);
  const gateway = await listen(gatewayServer(settings, ports), settings.port);
  return {
    port: gateway.port,
    close: async () => {
      await gateway.close();
      await Promise.all(cells.map(([, cell]) => cell.close()));
    },
  };
}

interface Running {
  readonly port: number;
  close(): Promise<void>;
}

/** Own sockets, without Nagle's delay: a command would wait 40 ms for each of its small packets. */
async function listen({ server, open }: Unbound, port = 0): Promise<Running> {
  const sockets = createServer({ noDelay: true }, (socket) => server.injectSocket(socket));
  const hangUp = (): void => open.forEach((connection) => connection.end());
  return { port: await listening(sockets, port), close: () => closed(sockets, hangUp) };
}

interface Unbound {
  readonly server: ssh2.Server;
  readonly open: Set<Connection>;
}

function newServer(hostKey: KeyPair, welcome: (connection: Connection) => void): Unbound {
  const open = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (connection) => {
    open.add(connection);
    connection.on("close", () => open.delete(connection));
    // A client that is killed takes its connection along.
    connection.on("error", () => connection.end());
    welcome(connection);
  });
  return { server, open };
}

function gatewayServer(settings: SshSettings, ports: ReadonlyMap<string, number>) {
  const { user, hostKey, authorized } = settings.gateway;
  return newServer(hostKey, (connection) => {
    requireKey(connection, (name) => (name === user ? authorized : undefined));
    connection.on("tcpip", (accept, reject, { destIP, destPort }) => {
      const port = ports.get(`${destIP}:${destPort}`);
      if (port === undefined) return reject();
      const { passage = CLEAR } = settings;
      const hangUp = (): unknown => connection.end();
      void passage
        .gateway(`${destIP}:${destPort}`, hangUp)
        .then((isOpen) => (isOpen ? join(port, accept, reject) : reject()));
    });
    // Nobody works on the gateway itself.
    connection.on("session", (_accept, reject) => reject());
  });
}

/** Joins a channel with a port of this machine. */
function join(port: number, accept: () => ServerChannel, reject: () => void): void {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.once("error", () => reject());
  socket.once("connect", () => {
    const channel = accept();
    socket.removeAllListeners("error");
    socket.on("error", () => channel.destroy());
    channel.on("error", () => socket.destroy());
    channel.on("close", () => socket.destroy());
    channel.pipe(socket).pipe(channel);
  });
}

function cellServer(settings: SshSettings, ip: string, hostKey: KeyPair) {
  const { host } = settings;
  return newServer(hostKey, (connection) => {
    requireKey(connection, (name) => {
      const line = host.world().cells.find((cell) => cell.ip === ip)?.users[name];
      return line === undefined ? undefined : [line];
    });
    connection.on("session", (accept) => {
      const { passage = CLEAR } = settings;
      serveSession({ host, ip, passage, hangUp: () => connection.end() }, accept());
    });
  });
}

interface Seat {
  readonly host: WorldHost;
  readonly ip: string;
  readonly passage: Passage;
  readonly hangUp: () => void;
}

function serveSession(seat: Seat, session: Session): void {
  session.on("exec", (accept, _reject, { command }) => {
    const channel = accept();
    channel.on("error", () => undefined);
    void execute(seat, command, channel);
  });
}

async function execute({ host, ip, passage, hangUp }: Seat, command: string, channel: ServerChannel): Promise<void> {
  const sent = readOnce(channel);
  const line = { host, ip, line: command, stdin: sent, passage };
  try {
    const { code, stdout, stderr, lost } = await passage.command(command, () => runLine(line));
    if (stderr !== "") channel.stderr.write(stderr);
    if (stdout !== "") channel.write(stdout);
    if (lost === true) return hangUp();
    channel.exit(code);
  } catch (error) {
    channel.stderr.write(`the simulated shell failed: ${String(error)}\n`);
    channel.exit(PROHIBITED);
  }
  channel.end();
}

/** A command that reaches the cell twice brings its input twice. */
function readOnce(channel: ServerChannel): () => Promise<string> {
  let all: Promise<string> | undefined;
  return () => (all ??= readAll(channel));
}

function readAll(channel: ServerChannel): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    channel.on("data", (chunk: Buffer) => chunks.push(chunk));
    channel.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    channel.on("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
  });
}

/** Lets users in by public keys alone. `keysOf` returns the key lines of a user, undefined if there is no such user. */
function requireKey(connection: Connection, keysOf: (user: string) => readonly string[] | undefined): void {
  connection.on("authentication", (context: AuthContext) => {
    const lines = keysOf(context.username);
    if (context.method !== "publickey" || lines === undefined) return context.reject(["publickey"]);
    const key = lines.map((line) => isKey(line, context.key)).find((found) => found !== undefined);
    if (key === undefined) return context.reject(["publickey"]);
    // Without a signature the client only asks whether the key would do.
    if (context.signature === undefined || context.blob === undefined) return context.accept();
    return key.verify(context.blob, context.signature, context.hashAlgo)
      ? context.accept()
      : context.reject(["publickey"]);
  });
}
