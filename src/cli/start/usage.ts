/** Mistakes of the command line in the house's words: what yargs says of them names neither the option nor a way on. */
import { globalOptions } from "../options/options.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import { gone } from "../../kit/text/gone.ts";
import { nearest } from "../../kit/text/nearest.ts";
import { quoted } from "../../kit/text/printable.ts";
import { needsOf } from "../commands/command.ts";
import { SHELLS } from "../commands/knowing.ts";
import { COMMANDS, TABLE } from "../commands/table.ts";
import { NO_COMMAND } from "./parser.ts";

/** Operands that a command cannot do without, as its help names them. */
const neededBy = (name: string): readonly string[] => TABLE.filter((each) => each.name === name).flatMap(needsOf);

/** The words to type in their place, if the names in the help do not say it all. */
const TYPED: Readonly<Record<string, () => Promise<string>>> = {
  completion: () => Promise.resolve(SHELLS.map((shell) => `dingo-recover completion ${shell}`).join(", or ")),
  show: async () => {
    const { shippedNames } = await import("../process/runbook-files.ts");
    return `dingo-recover show RUNBOOK, where RUNBOOK is a file or one of ${shippedNames().join(", ")}`;
  },
};

/** `message` as yargs puts it; `words` as they were typed. */
export async function usageError(message: string, words: readonly string[]): Promise<RecoverError> {
  const command = commandWords(words);
  return (
    rehearsedDry(words, command) ??
    goneWord(words, command) ??
    unknownCommand(words, command) ??
    optionFirst(message, words, command) ??
    refuse("usage", inOurWords(oneLine(message), words, command)).advise(
      `${await meant(message, words, command)}See ${["dingo-recover", ...command, "--help"].join(" ")}.`,
    )
  );
}

/** A rehearsal is what is tried without harm. */
function rehearsedDry(words: readonly string[], command: readonly string[]): RecoverError | undefined {
  if (command[0] !== "rehearse" || !words.some((word) => /^--dry-?run(?:=|$)/iu.test(word))) return undefined;
  return refuse("usage", "a rehearsal changes nothing real, and takes no --dry-run").advise(
    'Leave it out; what a run would do to your own foundation is shown by "dingo-recover run --dry-run".',
  );
}

/** Of what no command takes any more, wherever it stands. */
function goneWord(words: readonly string[], command: readonly string[]): RecoverError | undefined {
  const names = words.filter((word) => word !== "help" && !word.startsWith("-"));
  const options = words.flatMap((word) => (word.startsWith("-") ? [word.split("=")[0] ?? word] : []));
  const found =
    (command.length === 2
      ? undefined
      : (gone("command", names.slice(0, 2).join(" ")) ?? gone("command", names[0] ?? ""))) ??
    options
      .flatMap((option) => [gone("option", option), gone("option", [...command, option].join(" "))])
      .find((each) => each !== undefined);
  return found && refuse("usage", found.message).advise(found.remedy);
}

/** If a word is missing, yargs says nothing of the options. Undefined if there is no stranger among them. */
function optionFirst(message: string, words: readonly string[], command: readonly string[]): RecoverError | undefined {
  if (message !== NO_COMMAND && !LACKING.test(message)) return undefined;
  const known = [...optionsOf(command), "--version"];
  const option = words.map((word) => word.split("=")[0] ?? word).find((word) => /^--./u.test(word));
  if (option === undefined || known.includes(option.replace(/^--no-/u, "--")) || known.includes(option))
    return undefined;
  const near = nearest(option, known);
  return refuse("usage", `there is no option ${quoted(option)} here`).advise(
    `${near === undefined ? "" : `Did you mean "${near}"? `}See ${["dingo-recover", ...command, "--help"].join(" ")}.`,
  );
}

/** The remedy if something is missing, or if an option or one of its values is misspelt. */
async function meant(message: string, words: readonly string[], command: readonly string[]): Promise<string> {
  const name = command.join(" ");
  const needed = neededBy(name);
  if (LACKING.test(message) && needed.length > 0)
    return `Write ${(await TYPED[name]?.()) ?? ["dingo-recover", ...command, ...needed].join(" ")}. `;
  const [, unknown = ""] = /^Unknown arguments?: ([^,]+)/u.exec(message) ?? [];
  const option = asTyped(unknown, words);
  if (unknown !== "" && !option.startsWith("-") && name === "discover") return nameOrLogs(message, unknown);
  const [, , given = "", choices = ""] = INVALID.exec(oneLine(message)) ?? [];
  const near = option.startsWith("--")
    ? nearest(option, optionsOf(command))
    : nearest(given.replaceAll('"', ""), choices.replaceAll('"', "").split(", "));
  return near === undefined || near === option ? "" : `Did you mean "${near}"? `;
}

/** A word alone that is no path is the service's name. */
function nameOrLogs(message: string, word: string): string {
  const alone = !message.includes(",") && !/[./]/u.test(word);
  return alone ? `Did you mean "--name ${word}"? ` : LOGS_BY_OPTION;
}

/** A shell makes many words of a pattern that is not quoted. */
const LOGS_BY_OPTION =
  "Write --logs before each log file, and quotation marks around a pattern, so that the shell leaves it as it is: --logs 'DIR/*.log.gz'. ";

/** Another command's option is none here. */
function optionsOf(command: readonly string[]): readonly string[] {
  const own = TABLE.find(({ name }) => name === command.join(" "))?.options;
  return Object.keys({ ...own, ...globalOptions, help: true }).map((name) => `--${name}`);
}

const MOST_STRANGERS = 3;

const LACKING = /^Not enough non-option arguments: got (\d+)/u;
const INVALID = /^Invalid values: Argument: (\S+), Given: (.*), Choices: (.+)$/u;

function inOurWords(message: string, words: readonly string[], command: readonly string[]): string {
  const lacking = LACKING.exec(message);
  if (lacking !== null) {
    const needed = neededBy(command.join(" ")).slice(Number(lacking[1]));
    if (needed.length === 0) return "something is missing";
    return `${needed.join(" and ")} ${needed.length === 1 ? "is" : "are"} missing`;
  }
  if (message === "Missing required argument: output") return "-o FILE is missing";
  const empty = /^Not enough arguments following: (.+)$/u.exec(message)?.[1];
  if (empty !== undefined) return `${asTyped(empty, words)} needs a value`;
  const unknown = /^Unknown arguments?: (.+)$/u.exec(message)?.[1];
  if (unknown !== undefined) {
    // yargs names a word with dashes in both of its spellings.
    const strangers = [...new Set(unknown.split(", ").map((each) => stranger(each, words)))];
    const more = strangers.length - MOST_STRANGERS;
    return [...strangers.slice(0, MOST_STRANGERS), ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
  }
  const [, option, given, choices] = INVALID.exec(message) ?? [];
  if (option === undefined) return message;
  const typed = asTyped(option, words);
  // A word that has no option's name.
  if (!typed.startsWith("-")) return `${given ?? ""} is none of ${choices ?? ""}`;
  return `${typed} cannot be ${given ?? ""}; it is one of ${choices ?? ""}`;
}

function stranger(name: string, words: readonly string[]): string {
  const typed = asTyped(name, words);
  return typed.startsWith("-") ? `there is no option ${quoted(typed)} here` : `${quoted(name)} is one word too many`;
}

/** `confirm` → `--confirm`, if it was typed so; yargs may name what was typed `--dry-run` as `dryRun` too. */
function asTyped(name: string, words: readonly string[]): string {
  const joined = (word: string): string => word.replaceAll("-", "").toLowerCase();
  const typed = words.find((word) => /^-/u.test(word) && joined(word.split("=")[0] ?? "") === joined(name));
  return typed?.split("=")[0] ?? name;
}

function unknownCommand(words: readonly string[], command: readonly string[]): RecoverError | undefined {
  // Only "help" in front of what is no command comes here.
  const [first, second] = words[0] === "help" ? words.slice(1) : words;
  const known = COMMANDS.filter((name) => !name.includes(" "));
  if (first === undefined || first.startsWith("-")) return undefined;
  if (!known.includes(first)) return noCommand(first, known);
  const family = COMMANDS.filter((name) => name.startsWith(`${first} `)).map((name) => name.slice(first.length + 1));
  const misses = family.length > 0 && command.length < 2 && second !== undefined && !second.startsWith("-");
  return misses ? noCommand(second, family, `${first} `) : undefined;
}

function noCommand(name: string, known: readonly string[], before = ""): RecoverError {
  const near = before === "" && name === "recover" ? "run" : nearest(name, known);
  const help = `See dingo-recover ${before}--help.`;
  return refuse("usage", `there is no command ${quoted(before + name)}`).advise(
    near === undefined ? help : `Did you mean "${before}${near}"? ${help}`,
  );
}

/** yargs spreads a mistake over lines, some of them empty. */
function oneLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .join("; ")
    .replaceAll(":; ", ": ")
    .replace(/\.$/, "");
}

/** As many of the words as name a command, so that the help which an error points to exists. */
function commandWords(words: readonly string[]): string[] {
  const names = words.filter((word) => !word.startsWith("-"));
  const length = [2, 1].find((count) => COMMANDS.includes(names.slice(0, count).join(" ")));
  return names.slice(0, length ?? 0);
}
