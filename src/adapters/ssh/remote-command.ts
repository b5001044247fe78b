/**
 * One command on an open SSH connection: no terminal, stdout and stderr apart, the true exit code.
 *
 * An end without an exit status is never taken for success: the connection was lost and the effect is unknown.
 */
import type { Client, ClientChannel } from "ssh2";
import { RecoverError } from "../../errors.js";
import { printable } from "../../printable.js";
import type { CommandResult } from "../../ports/cells.js";
import { signalExitCode } from "../process/signal-code.js";

export interface RemoteCommand {
  /** For the remote login shell, quoted already. */
  readonly line: string;
  readonly stdin?: string;
  /** Real milliseconds. */
  readonly timeoutMs: number;
  /** For stdout and stderr together. */
  readonly maxOutputBytes: number;
}

/** Errors: `unreachable` (lost, timed out), `access-denied` (no session), `answer-incomplete` (too much output). */
export async function runRemote(client: Client, label: string, command: RemoteCommand): Promise<CommandResult> {
  const deadline = Date.now() + command.timeoutMs;
  const channel = await openChannel(client, label, command);
  return await new Execution(channel, label, command).result(Math.max(1, deadline - Date.now()));
}

function openChannel(client: Client, label: string, command: RemoteCommand): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(timedOut(label, command)), command.timeoutMs);
    const failed = (error: Error): void => {
      clearTimeout(timer);
      reject(notOpened(error, label));
    };
    try {
      client.exec(command.line, (error, channel) => {
        clearTimeout(timer);
        if (error === undefined) resolve(channel);
        else failed(error);
      });
    } catch (error) {
      // ssh2 throws "Not connected" before it sends anything.
      clearTimeout(timer);
      reject(lost(label, { effect: "none", cause: error }));
    }
  });
}

class Execution {
  readonly #channel: ClientChannel;
  readonly #label: string;
  readonly #command: RemoteCommand;
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];
  #bytes = 0;
  #exit: { readonly code: number; readonly signal?: string } | undefined;

  constructor(channel: ClientChannel, label: string, command: RemoteCommand) {
    this.#channel = channel;
    this.#label = label;
    this.#command = command;
  }

  result(timeoutMs: number): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => fail(timedOut(this.#label, this.#command)), timeoutMs);
      const fail = (error: RecoverError): void => {
        clearTimeout(timer);
        reject(error);
        this.#channel.destroy();
      };
      this.#collect(this.#channel, this.#stdout, fail);
      this.#collect(this.#channel.stderr, this.#stderr, fail);
      this.#channel.on("error", () => undefined);
      this.#channel.on("exit", (code: number | null, signal?: string) => {
        this.#exit = code === null ? { code: signalExitCode(signal ?? ""), signal: longName(signal ?? "") } : { code };
      });
      this.#channel.once("close", () => {
        clearTimeout(timer);
        if (this.#exit === undefined) reject(lost(this.#label, { effect: "unknown" }));
        else resolve({ ...this.#exit, stdout: text(this.#stdout), stderr: text(this.#stderr) });
      });
      this.#channel.end(this.#command.stdin ?? "");
    });
  }

  #collect(stream: NodeJS.ReadableStream, chunks: Buffer[], fail: (error: RecoverError) => void): void {
    stream.on("data", (chunk: Buffer) => {
      this.#bytes += chunk.length;
      if (this.#bytes > this.#command.maxOutputBytes) fail(tooMuch(this.#label, this.#command));
      else chunks.push(chunk);
    });
  }
}

const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString("utf8");
const longName = (signal: string): string => (signal.startsWith("SIG") ? signal : `SIG${signal}`);

function lost(label: string, details: { readonly effect: "none" | "unknown"; readonly cause?: unknown }): RecoverError {
  return new RecoverError("unreachable", `the SSH connection to "${label}" was lost`, {
    remedy: "Resume when the network is back: it looks first whether the last command took effect.",
    place: label,
    ...details,
  });
}

/** A channel that the server refused carried no command; any other end before the reply is in doubt. */
function notOpened(error: Error & { readonly reason?: unknown }, label: string): RecoverError {
  const refused = typeof error.reason === "number" || /^Unable to exec/.test(error.message);
  if (!refused) return lost(label, { effect: "unknown", cause: error });
  return new RecoverError("access-denied", `"${label}" refused to run a command: ${printable(error.message)}`, {
    remedy: "The SSH server must allow sessions with commands for this user (MaxSessions, ForceCommand).",
    place: label,
    effect: "none",
    cause: error,
  });
}

function timedOut(label: string, command: RemoteCommand): RecoverError {
  return new RecoverError(
    "unreachable",
    `a command on "${label}" gave no answer within ${command.timeoutMs / 1000} s`,
    {
      remedy: "Resume when the host answers again: it looks first whether the command took effect.",
      place: label,
    },
  );
}

function tooMuch(label: string, command: RemoteCommand): RecoverError {
  return new RecoverError(
    "answer-incomplete",
    `a command on "${label}" wrote more than ${command.maxOutputBytes} bytes`,
    {
      remedy: "Run the command by hand to see what it writes; nothing was concluded from the part that was read.",
      place: label,
    },
  );
}
