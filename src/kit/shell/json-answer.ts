/** JSON from a host: an answer cut in the middle is told from one that was never JSON (law 12). */
import { giveUp, type RecoverError } from "../../errors.ts";

/** Errors: `answer-incomplete`, `answer-malformed`; the text itself may hold secrets and is never quoted. */
export function parseJson(text: string, what: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    if (endsTooEarly(text, message)) throw answerError("answer-incomplete", `${what} was cut in the middle`, place);
    throw answerError("answer-malformed", `${what} is not JSON`, place);
  }
}

export function answerError(code: "answer-incomplete" | "answer-malformed", what: string, place: string): RecoverError {
  return giveUp(code, `${what}, from "${place}"`)
    .at(place)
    .advise(
      "Try again; if it stays so, ask the same by hand, and compare the versions with those proven in docs/compatibility.md.",
    );
}

/** V8 names the position where it stopped: at the end of the text, more was to come. */
function endsTooEarly(text: string, message: string): boolean {
  if (/end of JSON input|Unterminated string/.test(message)) return true;
  const position = /at position (\d+)/.exec(message)?.[1];
  return position !== undefined && Number(position) >= text.trimEnd().length;
}
