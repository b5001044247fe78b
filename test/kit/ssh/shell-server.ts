/**
 * A small SSH server in this process: it runs commands by the local `sh`, forwards streams to loopback and can be made
 * to break. The real sshd has its own tests beside this one.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { type AddressInfo, connect } from "node:net";
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from "ssh2";

export interface Account {
  /** `ssh-rsa AAAA…` */
  readonly publicKeys?: readonly string[];
  readonly password?: string;
  /** Answer that keyboard-interactive has to give. */
  readonly code?: string;
  /** The key alone is not enough: the code has to follow (sshd's AuthenticationMethods). */
  readonly keyThenCode?: boolean;
}

export interface ShellServerOptions {
  readonly accounts: Readonly<Record<string, Account>>;
  readonly forwarding?: boolean;
  /** Where "HOST:PORT" really lies; a place that is absent from it is dialled as it is. */
  readonly places?: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  /** Ways to log in that it offers; all if absent. */
  readonly offers?: readonly ("publickey" | "password" | "keyboard-interactive")[];
  /** Another machine at the same address. */
  readonly hostKey?: string;
  readonly port?: number;
}

/** ssh2 1.17 makes one key in 256 that it cannot read again (it drops a leading zero byte). */
export function ed25519KeyPair(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync("ed25519");
    const read: unknown = ssh2.utils.parseKey(pair.private);
    if (!(read instanceof Error)) return pair;
  }
}

export const HOST_KEY = ed25519KeyPair();

export class ShellServer {
  readonly lines: string[] = [];
  readonly logins: string[] = [];
  /** Extra accounts that come and go. */
  readonly accounts: Map<string, Account>;
  readonly #options: ShellServerOptions;
  readonly #server: ssh2.Server;
  readonly #connections = new Set<Connection>();
  readonly #children = new Set<ChildProcess>();
  atOnce = 0;
  mostAtOnce = 0;

  constructor(options: ShellServerOptions) {
    this.#options = options;
    this.accounts = new Map(Object.entries(options.accounts));
    this.#server = new ssh2.Server({ hostKeys: [options.hostKey ?? HOST_KEY.private] }, (connection) =>
      this.#greet(connection),
    );
  }

  static async start(options: ShellServerOptions): Promise<ShellServer> {
    const server = new ShellServer(options);
    await new Promise<void>((resolve) => server.#server.listen(options.port ?? 0, "127.0.0.1", resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Cuts every connection as a failing network does: no good-bye, no exit status. */
  cut(): void {
    for (const connection of this.#connections) connection.end();
  }

  async stop(): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #greet(connection: Connection): void {
    this.#connections.add(connection);
    connection.on("error", () => undefined);
    connection.on("close", () => this.#connections.delete(connection));
    let user = "";
    connection.on("authentication", (context) => {
      user = context.username;
      this.#authenticate(context);
    });
    connection.on("ready", () => this.logins.push(user));
    connection.on("session", (accept) => this.#session(accept()));
    connection.on("tcpip", (accept, reject, { destIP, destPort }) => {
      if (this.#options.forwarding !== true) return reject();
      const place = this.#options.places?.[`${destIP}:${destPort}`] ?? { host: destIP, port: destPort };
      const socket = connect(place);
      socket.once("error", () => reject());
      socket.once("connect", () => {
        const channel = accept();
        channel.on("error", () => undefined);
        channel.pipe(socket).pipe(channel);
        channel.on("close", () => socket.destroy());
      });
    });
  }

  #authenticate(context: AuthContext): void {
    const account = this.accounts.get(context.username);
    const allowed = (): void => context.accept();
    const refused = (): void =>
      context.reject([...(this.#options.offers ?? (["publickey", "password", "keyboard-interactive"] as const))]);
    const half = account?.keyThenCode === true && context.method === "publickey" && context.signature !== undefined;
    if (half && isKnown(account, context)) return context.reject(["keyboard-interactive"], true);
    if (context.method === "password" && account?.password === context.password) return allowed();
    if (context.method === "publickey" && account !== undefined && isKnown(account, context)) return allowed();
    if (context.method === "keyboard-interactive" && account?.code !== undefined)
      return context.prompt([{ prompt: "Code: ", echo: false }], ([answer]) =>
        answer === account.code ? allowed() : refused(),
      );
    return refused();
  }

  #session(session: Session): void {
    session.on("exec", (accept, reject, { command }) => {
      if (command === "refuse me") return reject();
      this.lines.push(command);
      this.#run(accept(), command);
    });
  }

  #run(channel: ServerChannel, command: string): void {
    if (command === "close without status") return channel.close();
    const child = spawn("sh", ["-c", command], { stdio: "pipe" });
    this.#children.add(child);
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    channel.on("error", () => undefined);
    child.stdin.on("error", () => undefined);
    channel.pipe(child.stdin);
    child.stdout.pipe(channel, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    child.on("close", (code, signal) => {
      this.atOnce -= 1;
      this.#children.delete(child);
      if (signal === null) channel.exit(code ?? 0);
      else channel.exit(signal.replace(/^SIG/, ""));
      channel.end();
    });
  }
}

function isKnown(account: Account, context: AuthContext): boolean {
  if (context.method !== "publickey") return false;
  return (account.publicKeys ?? []).some((text) => {
    const key = ssh2.utils.parseKey(text);
    if (key instanceof Error || Array.isArray(key)) return false;
    if (!key.getPublicSSH().equals(context.key.data)) return false;
    if (context.signature === undefined || context.blob === undefined) return true;
    return key.verify(context.blob, context.signature, context.hashAlgo);
  });
}
