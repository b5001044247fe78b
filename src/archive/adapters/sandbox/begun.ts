/** A server as a process that does not hold this one up. */
import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import type { Writable } from "node:stream";
import { type RecoverError, refuse } from "../../../errors.ts";
import type { Command } from "../../../ports/sandbox.ts";

/** Returns once it runs. If it is fed, `stdio` has a pipe at 3. Errors: `program-missing`. */
export async function begun({ program, args, env, as, fed }: Command, stdio: StdioOptions): Promise<ChildProcess> {
  const child = spawn(program, args, { cwd: "/", detached: true, env, stdio, ...as });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(notStarted(program, error)));
  });
  if (fed !== undefined) (child.stdio[3] as Writable).end(fed);
  child.unref();
  return child;
}

function notStarted(program: string, cause: Error): RecoverError {
  return refuse("program-missing", `"${program}" could not be started`)
    .at(program)
    .advise("See that its account may run it: --input postgres_bin=… names the directory.", cause);
}
