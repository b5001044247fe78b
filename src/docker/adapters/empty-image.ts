/** The empty image of an engine, made if it is not there. */
import { inspectImages, type DockerWords } from "../../kit/commands/docker-commands.ts";
import { importEmpty } from "../../kit/commands/database-copy-commands.ts";
import { EMPTY_IMAGE, EMPTY_TAR, emptyImageIn } from "../../kit/commands/empty-image.ts";
import { answerError } from "../../kit/shell/json-answer.ts";
import { DOCKER } from "../../kit/log-patterns/docker.ts";
import type { CommandResult } from "../../ports/cells.ts";
import type { Shell } from "../../kit/shell/shell.ts";
import { dockerFailure } from "./failure.ts";

/** The source of a mount that is gone: the daemon names it at the end of its sentence. */
export function missingSource({ code, stderr }: CommandResult, mounted: readonly string[]): string | undefined {
  const [, said = ""] = code === 0 ? [] : (DOCKER.sourceAbsent.says.exec(stderr) ?? []);
  return mounted.find((path) => said === path || said === `${path}.` || said.startsWith(`${path}\n`));
}

/** Its id. Errors: those of `dockerFailure`, and `answer-malformed`. */
export async function emptyImage(shell: Shell, words: DockerWords): Promise<string> {
  const known = emptyImageIn((await shell.run(inspectImages(words, [EMPTY_IMAGE]))).stdout);
  if (known !== undefined) return known;
  const argv = importEmpty(words);
  const made = await shell.run(argv, { stdin: EMPTY_TAR });
  if (made.code !== 0) throw dockerFailure(shell, argv, made);
  const id = made.stdout.trim();
  if (/^sha256:[0-9a-f]{64}$/u.test(id)) return id;
  throw answerError("answer-malformed", "the engine does not name the image that it made", shell.label);
}
