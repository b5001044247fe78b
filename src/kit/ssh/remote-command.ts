/**
 * One command on an open SSH connection: no terminal, stdout and stderr apart, the true exit code.
 *
 * An end without an exit status is never taken for success: the connection was lost and the effect is unknown.
 */
import type { ClientChannel } from "ssh2";
import { giveUp, RecoverError, refuse } from "../../errors.ts";
import { printable } from "../text/printable.ts";
import type { CommandResult } from "../../ports/cells.ts";
import { signalExitCode } from "../spawn/signal-code.ts";

export interface RemoteCommand {
  /** For the remote login shell, quoted already. */
  readonly line: string;
  readonly stdin?: string;
  /** Real milliseconds. */
  readonly timeoutMs: number;
  /** For stdout and stderr together. */
  readonly maxOutputBytes: number;
}

/** The part of an ssh2 client that is used. */
export interface CommandChannels {
  exec(line: string, reply: (error: Error | undefined, channel: ClientChannel) => void): unknown;
}

/** Errors: `unreachable` (lost, timed out), `access-denied` (no session), `answer-incomplete` (too much output). */
export function runRemote(client: CommandChannels, label: string, command: RemoteCommand): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    let execution: Execution | undefined;
    const settle = <T>(done: (value: T) => void): ((value: T) => void) => {
      return (value) => {
        clearTimeout(timer);
        done(value);
      };
    };
    const failed = settle(reject);
    const timer = setTimeout(() => {
      failed(timedOut(label, command));
      execution?.abandon();
    }, command.timeoutMs);
    try {
      client.exec(command.line, (error, channel) => {
        // The exit status may lie in the same packet as the reply: a listener that is added after an `await` misses it.
        if (error === undefined) execution = new Execution(channel, label, command).begin(settle(resolve), failed);
        else failed(notOpened(error, label));
      });
    } catch (error) {
      // ssh2 throws "Not connected" before it sends anything.
      failed(lost(label, { effect: "none", cause: error }));
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

  begin(done: (result: CommandResult) => void, failed: (error: RecoverError) => void): this {
    const tooLarge = (): void => {
      failed(tooMuch(this.#label, this.#command));
      this.abandon();
    };
    this.#collect(this.#channel, this.#stdout, tooLarge);
    this.#collect(this.#channel.stderr, this.#stderr, tooLarge);
    this.#channel.on("error", () => undefined);
    this.#channel.on("exit", (code: number | null, signal?: string) => {
      this.#exit = code === null ? { code: signalExitCode(signal ?? ""), signal: longName(signal ?? "") } : { code };
    });
    const closed = (): void => {
      if (this.#exit === undefined) failed(lost(this.#label, { effect: "unknown" }));
      else done({ ...this.#exit, stdout: text(this.#stdout), stderr: text(this.#stderr) });
    };
    // The channel closes after its stdout has ended, whether or not all of stderr has been read.
    const { stderr } = this.#channel;
    this.#channel.once("close", () => (stderr.readableEnded ? closed() : stderr.once("end", closed)));
    this.#channel.end(this.#command.stdin ?? "");
    return this;
  }

  /** Closes the channel; what runs on the host may go on. */
  abandon(): void {
    this.#channel.destroy();
  }

  #collect(stream: NodeJS.ReadableStream, chunks: Buffer[], tooLarge: () => void): void {
    stream.on("data", (chunk: Buffer) => {
      this.#bytes += chunk.length;
      if (this.#bytes > this.#command.maxOutputBytes) tooLarge();
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
  return refuse("access-denied", `"${label}" refused to run a command: ${printable(error.message)}`)
    .at(label)
    .advise("The SSH server must allow sessions with commands for this user (MaxSessions, ForceCommand).", error);
}

function timedOut(label: string, { timeoutMs }: RemoteCommand): RecoverError {
  const what = `a command on "${label}" gave no answer within ${timeoutMs / 1000} s`;
  return giveUp("unreachable", what)
    .at(label)
    .advise("Resume when the host answers again: it looks first whether the command took effect.");
}

function tooMuch(label: string, command: RemoteCommand): RecoverError {
  return giveUp("answer-incomplete", `a command on "${label}" wrote more than ${command.maxOutputBytes} bytes`)
    .at(label)
    .advise("Run the command by hand to see what it writes; nothing was concluded from the part that was read.");
}
