/** Tells the meaning of a failed `docker` command, by the words of its releases 1.13 to 29. */
import { DOCKER } from "../../kit/log-patterns/docker.ts";
import { ENDS } from "../../kit/commands/as-owner.ts";
import { type ErrorCode, giveUp, RecoverError, refuse } from "../../errors.ts";
import type { Argv } from "../../kit/commands/host-commands.ts";
import type { CommandResult } from "../../ports/cells.ts";
import { printable, quoted } from "../../kit/text/printable.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import { notByHand, sayings, type Shell, withoutSudoWarnings } from "../../kit/shell/shell.ts";

interface Meaning {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly what: string;
  readonly remedy: string;
}

const MEANINGS: readonly Meaning[] = [
  {
    pattern: /^sudo: (?:docker: command not found|.*no such file)/im,
    code: "docker-missing",
    what: "has no docker command",
    remedy: "Install the docker CLI there, or name the host that the engine runs on with --input host=[USER@]HOST.",
  },
  {
    pattern: /^sudo: /m,
    code: "access-denied",
    what: "does not allow sudo without a password",
    remedy:
      "Allow this user sudo for docker there, or leave --input sudo=true out and use a member of the group docker.",
  },
  {
    pattern: DOCKER.deniedToCompose.says,
    code: "docker-denied",
    what: "does not let the account that Compose runs as speak to its Docker engine",
    remedy:
      "Let the owner of the project's directory into the group docker there, or bring the stack up with Compose 2.",
  },
  {
    pattern: DOCKER.denied.says,
    code: "docker-denied",
    what: "does not let this user speak to its Docker engine",
    remedy: "Give --input sudo=true, or use a user of the group docker (who is root for all that matters).",
  },
  {
    pattern: DOCKER.contextLost.says,
    code: "docker-context",
    what: "has a docker context that leads nowhere",
    remedy:
      "Look at `docker context ls` there; choose one that works with `docker context use NAME` or DOCKER_CONTEXT.",
  },
  {
    pattern: DOCKER.silent.says,
    code: "docker-unreachable",
    what: "has no answering Docker engine",
    remedy:
      "Look at `systemctl status docker` there; a rootless engine is found by DOCKER_HOST=unix://$XDG_RUNTIME_DIR/docker.sock.",
  },
];

/**
 * `docker-missing`, `docker-denied`, `docker-context`, `docker-unreachable`, `access-denied` or `command-failed`, of a
 * command that only reads. An engine that does not answer the first question is `docker-unreachable`; a later question
 * follows an answer, so that the engine is only away: `unreachable`, for which a run waits.
 */
export function dockerFailure(shell: Shell, argv: Argv, result: CommandResult): RecoverError {
  const place = shell.label;
  const said = sayings(shell, result);
  const stderr = withoutSudoWarnings(result.stderr);
  const meaning = result.code === 127 ? MEANINGS[0] : MEANINGS.find(({ pattern }) => pattern.test(stderr));
  if (meaning !== undefined) {
    const { what, remedy } = meaning;
    const isAway = meaning.code === "docker-unreachable" && argv[argv.indexOf("docker") + 1] !== FIRST_WORD;
    const code = isAway ? "unreachable" : meaning.code;
    return refuse(code, `${hostText(place)} ${what}: ${said}`)
      .at(place)
      .advise(remedy);
  }
  return refuse("command-failed", `a command on "${place}" failed with exit code ${result.code}: ${said}`)
    .at(place)
    .advise(`Run it there by hand to see why: ${printable(shell.secrets.mask(shown(argv)))}`);
}

/**
 * The same when a command may have changed something: one that said no may have done a part of its work; so may an
 * engine that was restarted in it.
 */
export function failureOfWork(shell: Shell, argv: Argv, result: CommandResult): RecoverError {
  const failed = dockerFailure(shell, argv, result);
  const { code, message } = failed;
  if (code !== "command-failed" && code !== "unreachable") return failed;
  const remedy = code === "unreachable" ? failed.remedy : notByHand(printable(shell.secrets.mask(shown(argv))));
  return giveUp(code, message).at(shell.label).advise(remedy);
}

/** The refusal of a script of `as-owner.ts` that ended before its work; undefined when it had begun. */
export function refusalOfOwner(shell: Shell, path: string, result: CommandResult): RecoverError | undefined {
  const place = shell.label;
  if (result.code === ENDS.foreign)
    return refuse("foreign-directory", sayings(shell, result))
      .at(path)
      .advise(
        `Look who may write to the directories above ${quoted(path)}. Give that file and its directory one owner, without links of others on the way, then begin anew.`,
      );
  if (result.code === ENDS.powers)
    return refuse(
      "guard-refused",
      `the data hold programs with their owner's rights (setuid), or devices, which any local user of "${place}" could use in the copy: ${namesIn(result.stderr)}`,
    )
      .at(path)
      .advise(
        "Look at them; data of a database need none. In the container, move them elsewhere or use `chmod a-s`. Then go on, or begin anew without that service.",
      );
  if (result.code === 127 && /setpriv|setsid|unshare/u.test(result.stderr))
    return refuse("program-missing", `"${place}" lacks a program: ${sayings(shell, result)}`)
      .at(place)
      .advise("Install util-linux there: with it the work in a directory of another account is done as that account.");
  return undefined;
}

const namesIn = (stderr: string): string => printable(withoutSudoWarnings(stderr).trim().replace(/,$/u, ""));

/** Of `engineInfo`, with which every look begins. */
const FIRST_WORD = "info";
const LONGEST = 300;

/** A script is not typed again by anybody. */
function shown(argv: Argv): string {
  const line = argv.map((word) => (word.includes("\n") ? "…" : quote([word]))).join(" ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** If the program is not there, no process says so. */
export function programMissing(error: unknown, place: string): unknown {
  if (!(error instanceof RecoverError) || error.code !== "program-missing") return error;
  const [{ what, remedy } = { what: "", remedy: "" }] = MEANINGS;
  return refuse("docker-missing", `${hostText(place)} ${what}`)
    .at(place)
    .advise(remedy, error);
}

/** "here" is the label of this machine; within a sentence it is no name. */
const hostText = (place: string): string => (place === "here" ? "this machine" : `"${place}"`);
