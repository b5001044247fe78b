import { PassThrough } from "node:stream";
import type { ClientChannel } from "ssh2";
import { describe, expect, it } from "vitest";
import { type CommandChannels, runRemote } from "../../../src/kit/ssh/remote-command.ts";

/** A server whose whole answer lies in one packet: ssh2 hands out everything of it before it returns to the event loop. */
class HastyClient implements CommandChannels {
  readonly #stderrLast: boolean;

  constructor(order: { readonly stderrLast: boolean }) {
    this.#stderrLast = order.stderrLast;
  }

  exec(_line: string, reply: (error: Error | undefined, channel: ClientChannel) => void): void {
    const channel = new PassThrough({ emitClose: false });
    const stderr = new PassThrough();
    // Input and output are one stream here: the command's input is not its output.
    channel.end = () => channel;
    reply(undefined, Object.assign(channel, { stderr }) as unknown as ClientChannel);
    channel.emit("exit", 7);
    channel.push("out");
    channel.push(null);
    channel.once("end", () => channel.emit("close"));
    if (this.#stderrLast) setImmediate(() => stderr.end("err"));
    else stderr.end("err");
  }
}

describe("a remote command", () => {
  it.each([{ stderrLast: false }, { stderrLast: true }])("misses nothing of a hasty answer (%o)", async (order) => {
    const command = { line: "true", timeoutMs: 5_000, maxOutputBytes: 1_000 };
    const result = await runRemote(new HastyClient(order), "cell/0", command);
    expect(result).toEqual({ code: 7, stdout: "out", stderr: "err" });
  });
});
