/** What is shown before it is broken into lines: its commands are those that the caller types. */
import { asCalled, inTexts } from "../../kit/process/called-as.ts";
import type { Question } from "../../ports/operator.ts";
import type { Renderer } from "./renderer.ts";

export function calledRenderer(renderer: Renderer): Renderer {
  const { operator } = renderer;
  return {
    ...renderer,
    sink: (event) => renderer.sink(inTexts(event, asCalled)),
    operator: { ask: (question) => operator.ask(shown(question)) },
    say: (text) => renderer.say(asCalled(text)),
  };
}

/** What is answered with is compared, and stays as it is. */
function shown(question: Question): Question {
  const why = asCalled(question.why);
  if (question.kind === "text" || question.details === undefined) return { ...question, why };
  return { ...question, why, details: inTexts(question.details, asCalled) };
}
