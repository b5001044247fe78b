/** The typed line at a question: an answer, or a request aside from it. */
import { nearest } from "../../kit/text/nearest.ts";
import type { ChoiceQuestion, Question, TextQuestion } from "../../ports/operator.ts";
import { quoted } from "../../kit/text/printable.ts";
import { manualLines, moreLines } from "./event-lines.ts";
import { wrap } from "./text.ts";

/** Undefined if what was typed is no answer. `before`: what was typed at this question before it. */
export function valueOf(question: Question, answer: string, before: string): string | undefined {
  if (answer === "done" && question.byHand === true) return "by-hand";
  switch (question.kind) {
    case "text":
      if (isAside(question, answer, before)) return undefined;
      return answer === "" ? (question.default ?? (question.needed === true ? undefined : "")) : answer;
    case "confirm":
      return { y: "yes", yes: "yes", n: "no", no: "no" }[answer.toLowerCase()];
    case "typed":
      return answer === question.expected ? answer : undefined;
    case "choice":
      return pickedOf(question, answer);
  }
}

/** By its value, its number in the list, or a beginning that no other one has; undefined if these do not agree. */
function pickedOf({ choices }: ChoiceQuestion, answer: string): string | undefined {
  const values = choices.map(({ value }) => value);
  if (answer === "" || values.includes(answer)) return answer === "" ? undefined : answer;
  const numbered = /^[1-9]\d{0,2}$/u.test(answer) ? values[Number(answer) - 1] : undefined;
  const begun = values.filter((value) => value.startsWith(answer) && value !== numbered);
  if (numbered !== undefined) return begun.length === 0 ? numbered : undefined;
  return begun.length === 1 ? begun[0] : undefined;
}

/** Any text may be an answer: where no step is at hand, an "m" that is typed twice is one. */
function isAside(question: TextQuestion, answer: string, before: string): boolean {
  return answer === "?" || (answer === "m" && (question.commands !== undefined || before !== "m"));
}

function noneOf({ choices }: ChoiceQuestion, answer: string): string {
  const begun = choices.map(({ value }) => value).filter((value) => value.startsWith(answer));
  if (begun.length > 0) return `${quoted(answer)} may be ${begun.join(" or ")}`;
  const meant = nearest(
    answer,
    choices.map(({ value }) => value),
  );
  return `${quoted(answer)} is none of them${meant === undefined ? "" : `; did you mean ${meant}?`}`;
}

export function asideLines(question: Question, answer: string, width: number): readonly string[] {
  if (answer === "?") return [...moreLines(question, width), ...wrap(question.why, width, "    ")];
  if (answer === "m")
    return [
      ...manualLines(question, width),
      ...(question.kind === "text" ? ["    m once more is taken as the answer."] : []),
    ];
  switch (question.kind) {
    case "confirm":
      return [`    type y or n${question.byHand === true ? ", or done when it was done by hand" : ""}`];
    case "typed":
      return [
        `    ${answer === "" ? `type ${asWritten(question.expected)}, or stop with Ctrl-C` : `that is not ${question.expected}`}`,
      ];
    case "choice":
      return [
        `    ${answer === "" ? "type one of them or its number, or stop with Ctrl-C" : noneOf(question, answer)}`,
      ];
    case "text":
      return answer === "" ? ["    nothing typed is no answer; Ctrl-C stops"] : [];
  }
}

/** Several words need marks that say where they end. */
export function asWritten(expected: string): string {
  return expected.includes(" ") ? `"${expected}"` : expected;
}
