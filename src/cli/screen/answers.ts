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

/** By its value, its number in the list, its name, or a beginning: of the last two, one that no other choice has. */
function pickedOf({ choices }: ChoiceQuestion, answer: string): string | undefined {
  const values = choices.map(({ value }) => value);
  if (values.includes(answer)) return answer;
  if (/^[1-9]\d{0,2}$/u.test(answer)) return values[Number(answer) - 1];
  const [only, ...others] = meantBy(choices, answer);
  return others.length === 0 && only !== undefined && isEnough(only, answer) ? only.value : undefined;
}

type Choice = ChoiceQuestion["choices"][number];

/** Those with that name, or else those that begin so. */
function meantBy(choices: readonly Choice[], answer: string): readonly Choice[] {
  if (answer === "") return [];
  const named = choices.filter(({ name }) => name === answer);
  return named.length > 0 ? named : choices.filter(({ value }) => value.startsWith(answer));
}

/** A few digits may be a number that is not in the list: more of a GUID has to be typed. */
const isEnough = ({ name, value }: Choice, answer: string): boolean =>
  name === answer || !GUID.test(value) || answer.length >= GUID_BEGINNING;

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;
const GUID_BEGINNING = 6;

/** Any text may be an answer: if no step is at hand, an "m" that is typed twice is one. */
function isAside(question: TextQuestion, answer: string, before: string): boolean {
  return answer === "?" || (answer === "m" && (question.commands !== undefined || before !== "m"));
}

function noneOf({ choices }: ChoiceQuestion, answer: string): string {
  const told = quoted(answer);
  const numbers = `type a number from 1 to ${choices.length}`;
  if (/^y(?:es)?$/iu.test(answer)) return `${told} does not say which: ${numbers}`;
  if (/^\d{1,3}$/u.test(answer)) return `${told} is no number of the list: ${numbers}`;
  const meant = meantBy(choices, answer);
  if (meant.length > 1) return `${told} may be ${meant.map(({ value }) => value).join(" or ")}`;
  if (meant.length === 1) return `${told} is too short: type ${GUID_BEGINNING} characters of it or more, or its number`;
  const words = choices.flatMap(({ value, name }) => [value, ...(name === undefined ? [] : [name])]);
  const near = nearest(answer, words);
  return `${told} is none of them${near === undefined ? "" : `; did you mean ${near}?`}`;
}

export function asideLines(question: Question, answer: string, width: number): readonly string[] {
  if (answer === "?")
    return [...moreLines(question, width), ...wrap(question.why, width, "    "), ...answersTo(question, width)];
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

/** The reason stands above the question already: how it is answered does not. */
function answersTo(question: Question, width: number): readonly string[] {
  const told = { ...HOW, typed: "", text: "" }[question.kind];
  return told === "" ? [] : wrap(told, width, "    ");
}

const HOW = {
  confirm: "y is yes, and n is no. Nothing else counts as a yes.",
  choice: `Type the line's number, its value, or its name if only one line has it. The beginning of a value is enough, of a GUID ${GUID_BEGINNING} characters.`,
};

/** Several words need marks that say where they end. */
export function asWritten(expected: string): string {
  return expected.includes(" ") ? `"${expected}"` : expected;
}
