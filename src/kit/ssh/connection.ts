/**
 * One SSH connection for many commands and forwarded streams.
 *
 * Errors of a log-in: see `logIn`; of a command: see `runRemote`.
 */
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { type RecoverError, refuse } from "../../errors.ts";
import { printable } from "../text/printable.ts";
import type { CommandResult } from "../../ports/cells.ts";
import type { Secrets } from "../secrets/secrets.ts";
import type { Dial } from "../network/dial.ts";
import type { SshTarget } from "./handshake.ts";
import { type RemoteCommand, runRemote } from "./remote-command.ts";

/**
 * sshd allows 10 sessions (MaxSessions) and counts one that has just been closed until its next round: a close and an
 * open that arrive together need two.
 */
const COMMANDS_AT_ONCE = 4;
const FORWARD_TIMEOUT_MS = 20_000;

export class SshConnection {
  readonly label: string;
  readonly #client: Client;
  #open = true;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  private constructor(client: Client, label: string) {
    this.#client = client;
    this.label = label;
    client.on("close", () => {
      this.#open = false;
    });
    // A lost connection shows in what runs on it; without a listener it would end the process.
    client.on("error", () => {
      this.#open = false;
    });
  }

  static async open(target: SshTarget, dial: Dial, secrets: Secrets): Promise<SshConnection> {
    // With it the library is loaded.
    const { logIn } = await import("./handshake.ts");
    return new SshConnection(await logIn(target, dial, secrets), target.label);
  }

  /** False once the connection is lost or closed; a new one has to be opened. */
  get alive(): boolean {
    return this.#open;
  }

  async run(command: RemoteCommand): Promise<CommandResult> {
    await this.#turn();
    try {
      return await runRemote(this.#client, this.label, command);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** A stream from the server to a place that it can reach. Errors: `unreachable`, `access-denied`; effect "none". */
  forward(host: string, port: number): Promise<Duplex> {
    const place = `${host}:${port}`;
    return new Promise((resolve, reject) => {
      const late = (): void => reject(notForwarded(place, this.label, new Error("no answer in time")));
      const timer = setTimeout(late, FORWARD_TIMEOUT_MS);
      try {
        this.#client.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
          clearTimeout(timer);
          if (error === undefined) resolve(channel);
          else reject(notForwarded(place, this.label, error));
        });
      } catch (error) {
        clearTimeout(timer);
        reject(notForwarded(place, this.label, error instanceof Error ? error : new Error(String(error))));
      }
    });
  }

  /** Says good-bye and waits for the end; safe to call twice. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await new Promise<void>((resolve) => {
      this.#client.once("close", () => resolve());
      this.#client.end();
      // A peer that is gone does not answer the good-bye.
      setTimeout(() => {
        this.#client.destroy();
        resolve();
      }, 1_000).unref();
    });
  }

  async #turn(): Promise<void> {
    while (this.#running >= COMMANDS_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
  }
}

/** Reason 1 is "administratively prohibited", 2 "connect failed" (RFC 4254 §5.1). */
function notForwarded(place: string, via: string, error: Error & { readonly reason?: unknown }): RecoverError {
  const why = printable(error.message);
  const prohibited = error.reason === 1;
  return refuse(
    prohibited ? "access-denied" : "unreachable",
    prohibited
      ? `"${via}" does not forward to "${place}": ${why}`
      : `"${place}" cannot be reached from "${via}": ${why}`,
  )
    .at(place)
    .advise(
      prohibited
        ? "The gateway's SSH server must allow TCP forwarding for this user (AllowTcpForwarding, PermitOpen)."
        : "Check the address and the firewall between the gateway and there, then resume.",
      error,
    );
}
