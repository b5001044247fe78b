/** Flags of this call in the commands that it prints. */
import { resolve } from "node:path";
import { quote } from "../../kit/commands/shell-quote.ts";
import type { GlobalArguments } from "../options/options.ts";

/** The flags of this call that every later call about the run needs too. */
export function flagsAgain(given: Pick<GlobalArguments, "config" | "state-dir">): readonly string[] {
  const { config } = given;
  return [...(config === undefined ? [] : ["--config", resolve(config)]), ...stateAgain(given)];
}

/** The one of them that a rehearsal needs. */
export function stateAgain({ "state-dir": state }: Pick<GlobalArguments, "state-dir">): readonly string[] {
  return state === undefined ? [] : ["--state-dir", resolve(state)];
}

/** Those of other programs stay as they are. */
export function withFlags(command: string, flags: readonly string[]): string {
  return flags.length === 0 || !command.startsWith("dingo-recover ") ? command : `${command} ${quote(flags)}`;
}
