/** A shell that gives prepared answers, each to one command, and keeps what it was asked. */
import type { CommandOptions, Shell } from "../../../src/adapters/host/shell.js";
import type { Argv } from "../../../src/host-commands.js";
import type { CommandResult } from "../../../src/ports/cells.js";
import { Secrets } from "../../../src/secrets.js";

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
