/** `completion`: the script of yargs that teaches a shell to complete; its owner puts it in its place. */
import yargs from "yargs";
import { EXIT } from "../../errors.ts";

export function completion({ shell }: { readonly shell: string }): number {
  // The only way to tell yargs for which shell.
  process.env["SHELL"] = shell;
  yargs([]).scriptName("dingo-recover").showCompletionScript();
  return EXIT.done;
}
