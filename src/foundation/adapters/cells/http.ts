/** HTTP by curl on the cell: the status code stands alone on the last line of the output. */
import { giveUp, RecoverError } from "../../../errors.ts";
import type { Argv } from "../../../kit/commands/host-commands.ts";
import type { CommandResult } from "../../../ports/cells.ts";
import { answerError } from "../../../kit/shell/json-answer.ts";
import { failure, type Shell, sayings } from "../../../kit/shell/shell.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** curl(1), EXIT CODES. */
const CURL = { noHost: 6, noConnection: 7, partial: 18, timeout: 28, empty: 52, receive: 56 } as const;

/** Undefined if nothing listens. Errors: `unreachable`, `answer-incomplete`, `answer-malformed`, `program-missing`. */
export async function askHttp(shell: Shell, argv: Argv, stdin?: string): Promise<HttpAnswer | undefined> {
  const result = await shell.run(argv, stdin === undefined ? {} : { stdin });
  if (result.code === CURL.noConnection && !/no route|unreachable|timed out/i.test(result.stderr)) return undefined;
  if (result.code !== 0) throw curlFailure(shell, argv, result);
  const at = result.stdout.lastIndexOf("\n");
  const status = Number(result.stdout.slice(at + 1));
  if (at < 0 || !Number.isInteger(status) || status < 100)
    throw answerError("answer-incomplete", "an answer over HTTP lacks its status", shell.label);
  return { status, body: result.stdout.slice(0, at) };
}

/** Turns an unexpected status into `access-denied`, `unreachable` or `answer-malformed`. */
export function statusError(answer: HttpAnswer, what: string, shell: Shell): RecoverError {
  const denied = answer.status === 401 || answer.status === 403;
  const code = denied ? "access-denied" : answer.status >= 500 ? "unreachable" : "answer-malformed";
  return giveUp(code, `${what} answered with status ${answer.status} on "${shell.label}"`)
    .at(shell.label)
    .advise(
      denied
        ? "Something between here and there asks for credentials that a cell does not have: look for a proxy."
        : "Ask the same by hand on the cell; resume when it answers as usual.",
    );
}

function curlFailure(shell: Shell, argv: Argv, result: CommandResult): RecoverError {
  const said = sayings(shell, result);
  if (result.code === CURL.partial)
    return answerError("answer-incomplete", `an answer over HTTP was cut (${said})`, shell.label);
  const known: readonly number[] = Object.values(CURL);
  if (!known.includes(result.code)) return failure(shell, argv, result);
  const before = result.code === CURL.noHost || result.code === CURL.noConnection;
  return new RecoverError("unreachable", `no answer over HTTP on "${shell.label}": ${said}`, {
    remedy: "Check that the server runs and that the cell can reach it, then resume.",
    place: shell.label,
    effect: before ? "none" : "unknown",
  });
}
