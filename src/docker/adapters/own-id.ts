/** The one container that carries a run's label and a name of the run's own. */
import { answerError } from "../../kit/shell/json-answer.ts";

/**
 * Its full id; undefined if there is none. Error: `answer-malformed`: an answer that is not understood is no absence
 * (law 5).
 */
export function ownId(stdout: string, place: string): string | undefined {
  const said = stdout.trim();
  if (said === "") return undefined;
  if (/^[0-9a-f]{64}$/u.test(said)) return said;
  throw answerError("answer-malformed", "the answer of `docker ps` is not the id of one container", place);
}
