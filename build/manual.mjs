/** The manual page: what `--help` says of every command, as roff. */

/** A line that begins with a dot or a quote would be a request; a hyphen that is typed stays one. */
const plain = (text) =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/gmu, "\\&");

/** A block of the help as it stands: it was laid out for a screen of this width. */
const asItStands = (text) => [".nf", plain(text), ".fi"].join("\n");

/**
 * @param {Readonly<Record<string, string>>} help by command
 * @param {{ readonly version: string, readonly date: string, readonly exits: readonly (readonly [code: number, meaning: string])[] }} about
 */
export function manual(help, { version, date, exits }) {
  const [, title, ...blocks] = (help[""] ?? "").trimEnd().split("\n\n");
  const commands = Object.keys(help).filter((command) => command !== "");
  return `${[
    `.TH DINGO\\-RECOVER 1 "${date}" "dingo\\-recover ${plain(version)}" "User Commands"`,
    ".SH NAME",
    "dingo\\-recover \\- brings a deleted Dingo PostgreSQL service back, step by step",
    ".SH SYNOPSIS",
    ".B dingo\\-recover",
    "\\fICOMMAND\\fR [\\fIOPTION\\fR ...]",
    ".SH DESCRIPTION",
    plain(title.replaceAll("\n", " ")),
    ...blocks.map(asItStands).flatMap((block) => [".PP", block]),
    ".SH COMMANDS",
    ...commands.flatMap((command) => [`.SS dingo\\-recover ${plain(command)}`, asItStands(ofCommand(help[command]))]),
    ".SH EXIT STATUS",
    ...exits.flatMap(([code, meaning]) => [".TP", `.B ${code}`, plain(meaning)]),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(([name, meaning]) => [".TP", `.B ${plain(name)}`, plain(meaning)]),
    ".SH FILES",
    ...FILES.flatMap(([name, meaning]) => [".TP", `.I ${plain(name)}`, plain(meaning)]),
  ].join("\n")}\n`;
}

/** The parts that are the same for every command stand once, at the beginning. */
const ofCommand = (text) =>
  text
    .trimEnd()
    .split("\n\n")
    .filter((block) => !block.startsWith("Everywhere:"))
    .join("\n\n");

const ENVIRONMENT = [
  ["DINGO_RECOVER_STATE", "Directory of runs and locks, if --state-dir says none."],
  ["NO_COLOR", "No colours."],
  ["CF_USERNAME, CF_PASSWORD", "Log-in to Cloud Foundry, if the configuration says none."],
  ["BOSH_ENVIRONMENT, BOSH_CLIENT, BOSH_CLIENT_SECRET, BOSH_CA_CERT, BOSH_ALL_PROXY", "The director and the way to it."],
  ["AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION", "The object store, as AWS's own tools take them."],
];

const FILES = [
  ["./dingo-recover.yml", "The configuration, once you trust it; else $XDG_CONFIG_HOME/dingo-recover/config.yml."],
  ["~/.local/state/dingo-recover", "Runs with their journals, evidence and locks."],
];
