/** A person who answers questions by their id, each answer once, and remembers the questions. */
import type { Answer, Operator, Question } from "../../src/ports/operator.ts";

export class ScriptedOperator implements Operator {
  readonly asked: Question[] = [];
  readonly #answers: [id: string, value: string][];

  constructor(...answers: readonly [id: string, value: string][]) {
    this.#answers = [...answers];
  }

  ask(question: Question): Promise<Answer | undefined> {
    this.asked.push(question);
    const index = this.#answers.findIndex(([id]) => id === question.id);
    const [answer] = index === -1 ? [] : this.#answers.splice(index, 1);
    return Promise.resolve(answer === undefined ? undefined : { value: answer[1], by: "operator" });
  }

  get ids(): readonly string[] {
    return this.asked.map(({ id }) => id);
  }
}
