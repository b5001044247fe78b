/**
 * The calm screen: finished steps stay as lines, the running one is a spinner with its progress. A question takes the
 * spinner away until it is answered, so that prompts never fight with progress and nothing is marked before it is done.
 */
import type { RunEvent } from "../engine/event.js";
import { commandLines, eventLines, progressText } from "./event-lines.js";
import type { Output } from "./output.js";
import type { Paint } from "./paint.js";
import { promptingOperator } from "./prompts.js";
import type { Renderer } from "./renderer.js";
import { Spinner } from "./spinner.js";
import { duration, wrap } from "./text.js";

type StepEnded = Extract<RunEvent, { type: "step-ended" }>;

export function interactiveRenderer(output: Output, options: { readonly verbose: boolean }): Renderer {
  const screen = new Screen(output, options.verbose);
  const prompting = promptingOperator(output, () => screen.takeReview());
  let queue: Promise<void> = Promise.resolve();
  const next = (work: () => void | Promise<void>): void => {
    queue = queue.then(work);
  };
  return {
    sink: (event) => next(() => screen.show(event)),
    say: (text) => next(() => screen.say(text)),
    operator: {
      ask: async (question) => {
        await queue;
        await screen.pause();
        try {
          return await prompting.ask(question);
        } finally {
          screen.goOn();
        }
      },
    },
    close: async () => {
      await queue;
    },
  };
}

class Screen {
  readonly #output: Output;
  readonly #verbose: boolean;
  readonly #width: number;
  readonly #titles = new Map<string, string>();
  /** Shown right above the prompt, whatever else the question shows: the lines that it is about. */
  #review: readonly string[] = [];
  /** The step at work; without a spinner while a question stands there. */
  #running: { readonly title: string; readonly spinner?: Spinner } | undefined;
  /** What was told under a running step: the terminal is the spinner's until it ends. */
  #held: readonly string[] = [];

  constructor(output: Output, verbose: boolean) {
    this.#output = output;
    this.#verbose = verbose;
    this.#width = Math.min(output.columns, 120);
  }

  takeReview(): readonly string[] {
    const lines = this.#review;
    this.#review = [];
    return lines;
  }

  async show(event: RunEvent): Promise<void> {
    switch (event.type) {
      case "step-began":
        this.#titles.set(keyOf(event), event.title);
        if (this.#verbose) this.#lines(commandLines(event.commands), "faint");
        return this.#start(event.title);
      case "step-progress":
        return this.#running?.spinner?.progress(this.#output.safe(progressText(event.progress)));
      case "step-ended":
        return await this.#stepEnded(event);
      case "question":
        // The operator prints the question itself.
        return;
      case "review":
        this.#review = this.#linesOf(event);
        return;
      case "answered":
        // What was typed stands on the screen; only what a flag answered has to be told, with what it is about.
        return event.by === "operator" ? undefined : this.tell([...this.takeReview(), ...this.#linesOf(event)]);
      case "run-ended":
        await this.#end(({ title }) => this.#output.marked("✖", `${title}: stopped`, "bad"));
        return this.#lines(this.#linesOf(event), event.exitCode === 0 ? "good" : undefined);
      default:
        return this.tell(this.#linesOf(event));
    }
  }

  /** What has to be read now, and stays: progress would be written over it. */
  async say(text: string): Promise<void> {
    await this.pause();
    this.#lines(wrap(text, this.#width));
    this.goOn();
  }

  tell(lines: readonly string[]): void {
    const spinner = this.#running?.spinner;
    if (spinner === undefined) return this.#lines(lines);
    this.#held = [...this.#held, ...lines];
    spinner.progress(this.#output.safe(lines.map((line) => line.trim()).join(" ")));
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
    this.#running = { title, spinner: new Spinner(this.#output.safe(title)) };
  }

  async #stepEnded(event: StepEnded): Promise<void> {
    if (event.state === "skipped" && event.title !== undefined && !this.#verbose)
      return this.#output.marked("-", `${event.title}: not needed`, "faint");
    if (this.#running === undefined) {
      this.#lines(this.#linesOf(event), isWell(event.state) ? "faint" : "bad");
      return;
    }
    await this.#end(() => this.#mark(event));
    if (event.state === "succeeded") this.#lines(wrap(event.evidence, this.#width, "    "), "faint");
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
    this.#output.marked(mark, `${title}${how}${took}`, style);
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
