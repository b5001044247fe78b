/**
 * The calm screen: finished steps stay as lines, the running one is a spinner with its progress. A question takes the
 * spinner away until it is answered, so that prompts never fight with progress and nothing is marked before it is done.
 */
import type { RunEvent } from "../../engine/state/event.ts";
import type { Clock } from "../../ports/clock.ts";
import { forgetTyped } from "./forget-typed.ts";
import { readyToAsk } from "./line-reading.ts";
import { endingLines } from "./ending-lines.ts";
import { commandLines, eventLines, isUnneeded, overcomeLines, titleOf } from "./event-lines.ts";
import type { Output } from "./output.ts";
import type { Paint } from "./paint.ts";
import { AT_EVERY_QUESTION, promptingOperator } from "./prompts.ts";
import { Pulse } from "./pulse.ts";
import type { Renderer } from "./renderer.ts";
import { Spinner } from "./spinner.ts";
import { duration, wrap } from "./text.ts";

type StepEnded = Extract<RunEvent, { type: "step-ended" }>;

export interface InteractiveOptions {
  readonly verbose: boolean;
  /** The one that stamps the events. */
  readonly clock: Pick<Clock, "now">;
}

export function interactiveRenderer(output: Output, options: InteractiveOptions): Renderer {
  const screen = new Screen(output, options);
  const prompting = promptingOperator(output, () => screen.takeReview());
  let queue: Promise<void> = Promise.resolve();
  const next = (work: () => void | Promise<void>): void => {
    queue = queue.then(work);
  };
  return {
    sink: (event) => next(() => screen.show(event)),
    say: (text) => next(() => screen.say(text)),
    operator: {
      ask: async (question, signal) => {
        try {
          await queue;
          await screen.pause();
          await readyToAsk();
          // Text that is typed before the question stands there is no answer to it.
          await forgetTyped();
          return await prompting.ask(question, signal);
        } finally {
          screen.goOn();
        }
      },
    },
    close: () => queue,
  };
}

class Screen {
  readonly #output: Output;
  readonly #verbose: boolean;
  readonly #clock: InteractiveOptions["clock"];
  readonly #pulse = new Pulse();
  readonly #titles = new Map<string, string>();
  /** Shown right above each prompt: the lines that the question is about. */
  #review: readonly string[] = [];
  /** The step at work; without a spinner while a question stands there. */
  #running: { readonly title: string; readonly spinner?: Spinner } | undefined;
  /** Lines that were told under a running step: the terminal is the spinner's until it ends. */
  #held: readonly string[] = [];

  constructor(output: Output, { verbose, clock }: InteractiveOptions) {
    this.#output = output;
    this.#verbose = verbose;
    this.#clock = clock;
  }

  /** A terminal can be resized. */
  get #width(): number {
    return Math.min(this.#output.columns, 120);
  }

  takeReview(): readonly string[] {
    const lines = this.#review;
    this.#review = [];
    return lines;
  }

  async show(event: RunEvent): Promise<void> {
    this.#pulse.hear(event);
    switch (event.type) {
      case "step-began":
        this.#titles.set(keyOf(event), titleOf(event));
        if (this.#verbose) this.#lines(commandLines(event.commands), "faint");
        return this.#start(titleOf(event));
      case "step-progress":
        return this.#running?.spinner?.look();
      case "step-ended":
        return await this.#stepEnded(event);
      case "question":
        // The operator prints the question itself.
        return;
      case "review":
        this.#review = this.#linesOf(event);
        return;
      case "answered":
        // A typed answer stands on the screen; a flag's answer is told, with its subject.
        return event.by === "operator" ? undefined : this.tell([...this.takeReview(), ...this.#linesOf(event)]);
      case "run-began":
        this.tell(this.#linesOf(event));
        if (!event.dryRun) this.#lines([...wrap(AT_EVERY_QUESTION, this.#width), ""], "faint");
        return;
      case "run-ended":
        await this.#end(({ title }) => this.#marked("✖", `${title}: stopped`, "bad"));
        for (const { text, style } of endingLines(event, { width: this.#width, verbose: this.#verbose }))
          this.#output.line(text, style);
        return;
      default:
        return this.tell(this.#linesOf(event));
    }
  }

  /** Shows text that must be read now, and stays: progress would be written over it. */
  async say(text: string): Promise<void> {
    await this.pause();
    this.#lines(wrap(text, this.#width));
    this.goOn();
  }

  tell(lines: readonly string[]): void {
    const spinner = this.#running?.spinner;
    if (spinner === undefined) return this.#lines(lines);
    this.#held = [...this.#held, ...lines];
    this.#pulse.note(lines.map((line) => line.trim()).join(" "));
    spinner.look();
  }

  /** Nothing is drawn until `goOn`. */
  async pause(): Promise<void> {
    if (this.#running === undefined) return;
    const { title, spinner } = this.#running;
    this.#running = { title };
    await spinner?.end();
    this.#release();
  }

  goOn(): void {
    if (this.#running !== undefined && this.#running.spinner === undefined) this.#start(this.#running.title);
  }

  #start(title: string): void {
    this.#running = { title, spinner: new Spinner(this.#output.safe(title), () => this.#under()) };
  }

  /** On a low screen the first lines alone: what is above scrolls away otherwise. */
  #under(): string {
    return this.#broken([...this.#pulse.lines(this.#clock.now()), HOW_TO_STOP]);
  }

  #broken(lines: readonly string[]): string {
    const broken = lines.flatMap((line) => wrap(this.#output.safe(line), this.#output.columns - MARGIN));
    return broken.slice(0, Math.max(1, Math.floor(this.#output.rows / 3))).join("\n");
  }

  async #stepEnded(event: StepEnded): Promise<void> {
    if (isUnneeded(event) && !this.#verbose) return;
    if (this.#running === undefined) {
      this.#lines(this.#linesOf(event), isWell(event.state) ? "faint" : "bad");
      return;
    }
    await this.#end(() => this.#mark(event));
    if (event.state === "succeeded") this.#lines(wrap(event.evidence, this.#width, "    "), "faint");
    this.#lines(overcomeLines(event, this.#width), "warn");
    // That it was taken back stands in the mark; what more there is to say, under it.
    const [, ...more] = event.state === "undone" ? event.evidence.split("\n") : [];
    if (more.length > 0) this.#lines(wrap(more.join("\n"), this.#width, "    "));
  }

  /** Takes the spinner away, has one line said of the step, then what was told under it. */
  async #end(say: (running: { readonly title: string }) => void): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    await running.spinner?.end();
    say(running);
    this.#release();
  }

  #mark(event: StepEnded): void {
    const title = this.#titles.get(keyOf(event)) ?? event.step;
    const how = event.how === "adopted" || event.how === "by-hand" ? ` (${event.how})` : "";
    const took = event.durationMs >= 1000 ? `  ${duration(event.durationMs)}` : "";
    const [mark, style] = MARKS[event.state];
    // A number alone at the end of a row, its unit in the next one, is misread.
    this.#marked(mark, `${title}${how}${took.replaceAll(/(?<=\S) /gu, NO_BREAK)}`, style);
  }

  #marked(mark: string, text: string, style: keyof Paint): void {
    const [first = "", ...rest] = wrap(text, this.#width - MARK).map((line) => line.replaceAll(NO_BREAK, " "));
    this.#output.marked(mark, first, style);
    for (const line of rest) this.#output.line(`${" ".repeat(MARK)}${line}`);
  }

  #release(): void {
    this.#lines(this.#held, "faint");
    this.#held = [];
  }

  #lines(lines: readonly string[], style?: keyof Paint): void {
    for (const line of lines) if (line.trim() !== "" || style !== "faint") this.#output.line(line, style);
  }

  #linesOf(event: RunEvent): string[] {
    return eventLines(event, { width: this.#width, verbose: this.#verbose });
  }
}

/** Columns of the library's mark and indent, and one that stays free. */
const MARGIN = 7;

const NO_BREAK = "\u00a0";

/** Columns of a mark and its blank. */
const MARK = 2;

const HOW_TO_STOP = "Ctrl-C twice stops safely; resume goes on";

const MARKS = {
  succeeded: ["✔", "good"],
  undone: ["✔", "good"],
  skipped: ["↓", "faint"],
  failed: ["✖", "bad"],
  "in-doubt": ["?", "warn"],
} as const satisfies Record<StepEnded["state"], readonly [string, keyof Paint]>;

function isWell(state: StepEnded["state"]): boolean {
  return state === "succeeded" || state === "skipped" || state === "undone";
}

function keyOf(event: { readonly step: string; readonly item?: string }): string {
  return `${event.step}[${event.item ?? ""}]`;
}
