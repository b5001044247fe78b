/** Which Docker host a step is about. */
import { z } from "zod";
import type { PrintedCommand } from "../../../action.ts";
import { type DockerWords, wordsOf } from "../../../kit/commands/docker-commands.ts";
import type { Argv } from "../../../kit/commands/host-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import type { DockerPlace } from "../../../ports/docker-host.ts";

export const hostInput = z.strictObject({
  /** [USER@]HOST[:PORT]; "" for this machine. */
  host: z.string(),
  sudo: z.boolean(),
});

export const placeText = ({ host }: { readonly host: string }): string => (host === "" ? "here" : host);

/** Commands as they are typed on that host; `words` begin each docker command. */
export const typed = (at: DockerPlace, argvs: (words: DockerWords) => readonly Argv[]): readonly PrintedCommand[] =>
  argvs(wordsOf(at)).map((argv) => ({ on: placeText(at), line: quote(argv) }));
