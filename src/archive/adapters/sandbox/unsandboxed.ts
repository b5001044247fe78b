/** Without a sandbox: for a rehearsal's own database, or if a person said so. The server outlives this process. */
import type { ChildProcess } from "node:child_process";
import type { Command, Confined, ConfinedServer, Sandbox } from "../../../ports/sandbox.ts";
import { begun } from "./begun.ts";
import { forgetServer } from "./note.ts";

export class Unsandboxed implements Sandbox {
  readonly kind = "none";
  readonly name: string;

  constructor(why: string) {
    this.name = `no sandbox (${why})`;
  }

  command({ program, args, env, as }: Confined): Command {
    return { program, args, env, as };
  }

  async start(server: ConfinedServer): Promise<void> {
    forgetServer(server.note);
    STARTED.set(server.note, await begun(this.command(server), ["ignore", server.log, server.log]));
  }
}

/** Of this process: a server that has not written its pid file yet. */
const STARTED = new Map<string, ChildProcess>();

/** Its number; undefined if this process began none there, or it has ended. */
export function comingServer(note: string): number | undefined {
  const child = STARTED.get(note);
  return child !== undefined && child.exitCode === null && child.signalCode === null ? child.pid : undefined;
}
