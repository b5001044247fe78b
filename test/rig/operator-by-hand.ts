/**
 * An operator who does by hand what the tool's screen shows: reads the commands from it, types each where it says, and
 * does nothing else. He has what operators have: cf logged in, aws with keys in the environment, a shell on the cell.
 */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { builtProgram, images } from "./cache.js";
import type { Foundation } from "./foundation.js";
import { cfProgram } from "./service-key.js";
import { SshSession } from "./ssh-session.js";
import type { S3Credentials } from "./sts.js";
import type { Terminal } from "./terminal.js";

export interface ShownCommand {
  readonly on: string;
  /** Lines that set variables, then the command. */
  readonly lines: readonly string[];
}

/** Commands of the step at hand, as the answer to "m" shows them: the step comes first, others may follow. */
export function shownCommands(text: string): { readonly step: string; readonly commands: readonly ShownCommand[] } {
  const lines = text.replaceAll("\r", "").split("\n");
  const at = lines.findIndex((line) => /^ {2}[\w-]+(\[.*\])?: /.test(line));
  const step = /^ {2}([^:]+): /.exec(lines[at] ?? "")?.[1] ?? "";
  const commands: ShownCommand[] = [];
  const setting: string[] = [];
  for (const line of lines.slice(at + 1)) {
    const [, on, typed] = /^ {4}(\S[^$]*)\$ (.*)$/.exec(line) ?? [];
    if (on === undefined || typed === undefined) break;
    if (/^[A-Z_]+=/.test(typed)) setting.push(typed);
    else commands.push({ on, lines: [...setting.splice(0), typed] });
  }
  return { step, commands };
}

/** The CLI of the container's image: the machine may have none. */
const AWS = `#!/bin/sh
exec docker run --rm --network host -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN \\
  -e AWS_ENDPOINT_URL -e AWS_DEFAULT_REGION ${images.postgresql} aws "$@"
`;

export class OperatorByHand {
  readonly #env: Readonly<Record<string, string>>;
  readonly #cell: SshSession;
  /** Every line that was typed. */
  readonly typed: string[] = [];

  private constructor(env: Readonly<Record<string, string>>, cell: SshSession) {
    this.#env = env;
    this.#cell = cell;
  }

  static async open(foundation: Foundation, keys: S3Credentials): Promise<OperatorByHand> {
    const { directory, rig } = foundation;
    const bin = join(directory, "operator-bin");
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "aws"), AWS);
    await chmod(join(bin, "aws"), 0o755);
    await cfProgram(foundation, "operator");
    const env = {
      PATH: [bin, dirname(builtProgram("cf")), "/usr/bin", "/bin"].join(":"),
      HOME: directory,
      CF_HOME: join(directory, "cf-home-operator"),
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SESSION_TOKEN: keys.sessionToken ?? "",
      AWS_ENDPOINT_URL: rig.objects.endpoint,
      AWS_DEFAULT_REGION: rig.objects.region,
    };
    return new OperatorByHand(env, await SshSession.open(rig));
  }

  async do({ on, lines }: ShownCommand): Promise<void> {
    const text = lines.join("\n");
    this.typed.push(text);
    const here = { env: this.#env, extendEnv: false, reject: false } as const;
    const ended =
      on === "here"
        ? await execa("bash", ["-c", text], here).then(({ exitCode, stdout, stderr }) => ({
            code: exitCode,
            stdout,
            stderr,
          }))
        : await this.#cell.type(text);
    if (ended.code === 0) return;
    throw new Error(`${on}$ ${text}\nended with ${String(ended.code)}: ${ended.stdout}\n${ended.stderr}`);
  }

  /**
   * Sits at the terminal until the program ends: at each step that can be done by hand asks for its commands, does them
   * and says "done". Returns the steps, in their order.
   */
  async sitAt(terminal: Terminal): Promise<readonly string[]> {
    const steps: string[] = [];
    let read = 0;
    const until = async (pattern: RegExp): Promise<string | undefined> => {
      const text = await Promise.race([
        terminal.screen.first((all) => pattern.test(all.slice(read))),
        terminal.ended.then(() => undefined),
      ]);
      const said = text?.slice(read);
      read = text?.length ?? read;
      return said;
    };
    for (;;) {
      const asked = await until(/(?:\(y\/N[^)]*\)|nothing\s+to\s+stop[^\n]*\n?[^\n]*:)\s*$/);
      if (asked === undefined) return steps;
      if (!/done:\s+by\s+hand\):?\s*$/.test(asked)) {
        terminal.type("y\r");
        continue;
      }
      terminal.type("m\r");
      const shown = await until(/Type "done" when the commands of [\s\S]*by\s+hand\):?\s*$/);
      if (shown === undefined) return steps;
      const { step, commands } = shownCommands(shown);
      for (const command of commands) await this.do(command);
      terminal.type("done\r");
      steps.push(step);
    }
  }

  async close(): Promise<void> {
    await this.#cell.close();
  }
}
