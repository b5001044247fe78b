/** Without a sandbox: for a rehearsal's own database, or if a person said so. The server outlives this process. */
import type { ChildProcess } from "node:child_process";
import type { Command, Confined, ConfinedServer, Sandbox } from "../../../ports/sandbox.ts";
import { begun } from "./begun.ts";
import { forgetServer } from "./note.ts";
import { RecoverError } from "../../../errors.ts";
import type { Operator } from "../../../ports/operator.ts";

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

const WORD = "UNSANDBOXED";

type Open = (as: Confined["as"]) => Promise<Sandbox>;

/** Errors: `no-sandbox` if nobody typed the word, and `stopped-by-operator`. */
export function askedWithout(open: Open, operator: Operator): Open {
  return async (as) => {
    try {
      return await open(as);
    } catch (thrown) {
      if (!(thrown instanceof RecoverError) || thrown.code !== "no-sandbox") throw thrown;
      const answer = await operator.ask({
        kind: "typed",
        id: "unsandboxed",
        prompt: "Without a sandbox the database runs code of its owner with the rights of its account here",
        expected: WORD,
        why: `${thrown.message}. ${thrown.remedy}`,
        details: [
          "That code can read what its account can read, reach every network of this machine, and outlive the test.",
          `Type ${WORD} to do without; journal and report will say so.`,
        ],
      });
      if (answer?.value === WORD && answer.by === "operator") return new Unsandboxed(`${WORD} was typed`);
      throw thrown;
    }
  };
}
