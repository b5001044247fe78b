/** A shell that gives prepared answers, each to one command, and keeps the commands. */
import type { CommandOptions, Shell } from "../../../../src/kit/shell/shell.ts";
import type { Argv } from "../../../../src/kit/commands/host-commands.ts";
import type { CommandResult } from "../../../../src/ports/cells.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";

export class AnsweringShell implements Shell {
  readonly label = "cell_z1/0 (10.58.111.150)";
  readonly secrets = new Secrets();
  readonly asked: { readonly argv: Argv; readonly stdin: string | undefined }[] = [];
  readonly #answers: Partial<CommandResult>[];

  constructor(...answers: Partial<CommandResult>[]) {
    this.#answers = answers;
  }

  async run(argv: Argv, options: CommandOptions = {}): Promise<CommandResult> {
    this.asked.push({ argv, stdin: options.stdin });
    const answer = this.#answers.shift();
    if (answer === undefined) throw new Error(`no answer is left for ${argv.join(" ")}`);
    return { code: 0, stdout: "", stderr: "", ...answer };
  }
}
