/**
 * A shell on a host: commands as argv arrays, and one place that says what a failed one means. Exit codes alone do not
 * tell "there is nothing" from "I may not look" (law 5). A caller that concludes "absent" looks for the exact words of
 * it; everything else comes here.
 */
import { CELL_ENGINE } from "../log-patterns/docker.ts";
import { type ErrorCode, giveUp, RecoverError, refuse } from "../../errors.ts";
import type { Argv } from "../commands/host-commands.ts";
import type { CommandResult } from "../../ports/cells.ts";
import { printable } from "../text/printable.ts";
import type { Secrets } from "../secrets/secrets.ts";
import { quote } from "../commands/shell-quote.ts";

export interface CommandOptions {
  readonly stdin?: string;
  /** Real milliseconds; 60 s if absent. */
  readonly timeoutMs?: number;
  /** 8 MiB if absent. */
  readonly maxOutputBytes?: number;
}

export interface Shell {
  /** "cell_z1/0 (10.58.111.150)". */
  readonly label: string;
  readonly secrets: Secrets;
  run(argv: Argv, options?: CommandOptions): Promise<CommandResult>;
}

/** Runs a command that has to succeed; gives its stdout. Errors: see `failure`. */
export async function succeed(shell: Shell, argv: Argv, options?: CommandOptions): Promise<string> {
  const result = await shell.run(argv, options);
  if (result.code !== 0) throw failure(shell, argv, result);
  return result.stdout;
}

/** As `succeed`, of a command that changes something. */
export async function change(shell: Shell, argv: Argv, options?: CommandOptions): Promise<void> {
  const result = await shell.run(argv, options);
  if (result.code !== 0) throw failureOfChange(shell, argv, result);
}

interface Meaning {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly what: string;
  readonly remedy: string;
  readonly effect: "none" | "unknown";
}

const MEANINGS: readonly Meaning[] = [
  {
    pattern: /^sudo: .*command not found/m,
    code: "program-missing",
    what: "lacks a program",
    remedy: "Look whether this virtual machine is a cell of Dingo PostgreSQL: its programs lie in /var/vcap/packages.",
    effect: "none",
  },
  {
    pattern: /^sudo: /m,
    code: "access-denied",
    what: "does not allow sudo without a password",
    remedy:
      "The SSH user of the director belongs to the group bosh_sudoers on current stemcells; run the step by hand otherwise.",
    effect: "none",
  },
  {
    pattern: CELL_ENGINE.denied.says,
    code: "access-denied",
    what: "does not let us speak to its Docker daemon",
    remedy: "Check the socket's group and what sudo allows this user.",
    effect: "none",
  },
  {
    pattern: CELL_ENGINE.silent.says,
    code: "unreachable",
    what: "has no answering Docker daemon",
    remedy: "Look at `sudo monit summary` on the cell and start the process docker, then resume.",
    effect: "unknown",
  },
];

/** sudo warns if the host does not know its own name, and runs the command all the same. */
export function withoutSudoWarnings(stderr: string): string {
  return stderr.replace(/^sudo: unable to resolve host [^\n]*\n?/gm, "");
}

/** The error of a command that failed: `program-missing`, `access-denied`, `unreachable` or `command-failed`. */
export function failure(shell: Shell, argv: Argv, result: CommandResult): RecoverError {
  const said = sayings(shell, result);
  const place = shell.label;
  const stderr = withoutSudoWarnings(result.stderr);
  const meaning = MEANINGS.find(({ pattern }) => pattern.test(stderr));
  if (meaning !== undefined) {
    const { code, what, remedy, effect } = meaning;
    return new RecoverError(code, `"${place}" ${what}: ${said}`, { remedy, place, effect });
  }
  if (result.code === 127)
    return refuse("program-missing", `"${place}" lacks a program: ${said}`)
      .at(place)
      .advise("Look whether this virtual machine is a cell of Dingo PostgreSQL.");
  return giveUp("command-failed", `a command on "${place}" failed with exit code ${result.code}: ${said}`)
    .at(place)
    .advise(`Run it there by hand to see why: ${printable(shell.secrets.mask(quote(argv)))}`);
}

/** The same of a command that changes something: by hand it would act behind the run's back. */
export function failureOfChange(shell: Shell, argv: Argv, result: CommandResult): RecoverError {
  const failed = failure(shell, argv, result);
  if (failed.code !== "command-failed") return failed;
  return failed.with({ remedy: notByHand(printable(shell.secrets.mask(quote(argv)))) });
}

/** The remedy after the failure of a command that changes something. */
export function notByHand(line: string): string {
  return `Mend what it says there, then resume: what became of it is looked at first, so do not run it by hand. It was: ${line}`;
}

const LONGEST_SAYING = 400;

/** The command's stderr, on one line, masked, fit for a terminal. */
export function sayings(shell: Shell, result: CommandResult): string {
  const lines = shell.secrets.mask(result.stderr).split("\n");
  const said = lines.flatMap((line) => line.trim() || []).join("; ");
  if (said === "") return result.signal === undefined ? "it said nothing" : `it was ended by ${result.signal}`;
  return printable(said.length > LONGEST_SAYING ? `${said.slice(0, LONGEST_SAYING)}…` : said);
}
