/** The context that the engine gives a step, over a journal in memory: notes and evidence stay for the next attempt. */
import { createHash } from "node:crypto";
import type { Context, EvidenceRef, JournaledStep, JsonObject, Progress, RunIdentity } from "../../src/action.ts";
import { RecoverError } from "../../src/errors.ts";
import type { Answer, Question } from "../../src/ports/operator.ts";
import type { Ports } from "../../src/ports/ports.ts";

export class StepContext implements Context {
  readonly ports: Ports;
  readonly run: RunIdentity;
  readonly step = { id: "step", attempt: 1 };
  readonly signal = new AbortController().signal;
  readonly asked: Question[] = [];
  readonly notes: { readonly kind: string; readonly data: JsonObject }[] = [];
  readonly messages: string[] = [];
  /** Answers by question id; without one nobody is there. */
  readonly answers = new Map<string, string>();
  /** The steps before this one, by action. */
  readonly earlier = new Map<string, JournaledStep[]>();
  /** How often an effect was announced, and the error with which the announcement ends. */
  announced = 0;
  fence: Error | undefined;
  readonly #evidence = new Map<string, string>();

  constructor(ports: Ports, run: RunIdentity) {
    this.ports = ports;
    this.run = run;
  }

  /** Nobody types a second answer: a refused answer ends in the refusal. */
  async ask(question: Question, refusal?: (answer: string) => RecoverError | undefined): Promise<Answer> {
    this.asked.push(question);
    const value = this.answers.get(question.id);
    const refused = value === undefined ? undefined : refusal?.(value);
    if (refused !== undefined) throw refused;
    if (value !== undefined) return { value, by: "operator" };
    throw new RecoverError("question-unanswered", question.prompt, { remedy: "Answer it.", effect: "none" });
  }

  async beforeEffect(): Promise<void> {
    if (this.fence !== undefined) throw this.fence;
    this.announced += 1;
  }

  async betweenItems(): Promise<void> {}

  async record(kind: string, data: JsonObject): Promise<void> {
    this.notes.push({ kind, data });
  }

  records(kind: string): readonly JsonObject[] {
    return this.notes.filter((note) => note.kind === kind).map((note) => note.data);
  }

  journaled(action: string): readonly JournaledStep[] {
    return this.earlier.get(action) ?? [];
  }

  async keep(name: string, content: string): Promise<EvidenceRef> {
    const sha256 = createHash("sha256").update(content).digest("hex");
    this.#evidence.set(sha256, content);
    return { name, sha256, bytes: content.length };
  }

  async recall(ref: EvidenceRef): Promise<string> {
    const content = this.#evidence.get(ref.sha256);
    if (content === undefined) throw new Error(`no evidence ${ref.name}`);
    return content;
  }

  secret(): void {}

  progress(progress: Progress): void {
    this.messages.push(progress.message);
  }
}
