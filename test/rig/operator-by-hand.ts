/**
 * An operator who does by hand what the tool's screen shows: reads the commands from it, types each where it says, and
 * does nothing else.
 */
import type { Foundation } from "./foundation.ts";
import { typeAsPerson } from "./typed/as-person.ts";
import { OperatorShell, SETS } from "./typed/operator-shell.ts";
import type { S3Credentials } from "./sts.ts";
import type { Terminal } from "./terminal/terminal.ts";

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
    if (typed.startsWith("#")) continue;
    if (SETS.test(typed)) setting.push(typed);
    else commands.push({ on, lines: [...setting.splice(0), typed] });
  }
  return { step, commands };
}

export class OperatorByHand {
  private readonly shell: OperatorShell;

  private constructor(shell: OperatorShell) {
    this.shell = shell;
  }

  static async open(foundation: Foundation, keys: S3Credentials): Promise<OperatorByHand> {
    return new OperatorByHand(await OperatorShell.open(foundation, keys));
  }

  /** Every line that was typed. */
  get typed(): readonly string[] {
    return this.shell.typed;
  }

  async do(step: string, { on, lines }: ShownCommand): Promise<void> {
    for (const text of lines) await typeAsPerson(this.shell, step, { on, text });
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
      const asked = await until(/(?:\(y\/n[^)]*\)|Ctrl-C\s+stops\):)\s*$/);
      if (asked === undefined) return steps;
      if (!/done:\s+by\s+hand[^)]*\):?\s*$/.test(asked)) {
        terminal.type("y\r");
        continue;
      }
      terminal.type("m\r");
      const shown = await until(/Type "done" when the commands of [\s\S]*by\s+hand[^)]*\):?\s*$/);
      if (shown === undefined) return steps;
      const { step, commands } = shownCommands(shown);
      this.shell.beginStep();
      for (const command of commands) await this.do(step, command);
      terminal.type("done\r");
      steps.push(step);
    }
  }

  async close(): Promise<void> {
    await this.shell.close();
  }
}
