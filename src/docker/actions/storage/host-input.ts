/** Which Docker host a step is about. */
import { z } from "zod";
import type { PrintedCommand } from "../../../action.ts";
import type { Argv } from "../../../kit/commands/host-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";

export const hostInput = z.strictObject({
  /** [USER@]HOST[:PORT]; "" for this machine. */
  host: z.string(),
  sudo: z.boolean(),
});

export const placeText = ({ host }: { readonly host: string }): string => (host === "" ? "here" : host);

/** Commands as they are typed on that host. */
export const typed = (at: { readonly host: string }, argvs: readonly Argv[]): readonly PrintedCommand[] =>
  argvs.map((argv) => ({ on: placeText(at), line: quote(argv) }));
