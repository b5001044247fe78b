/**
 * The calm screen: finished steps stay as lines, the running one is a listr2 task with its progress. A question ends
 * the spinner first, so that prompts never fight with progress.
 */
import { Listr } from "listr2";
import type { RunEvent } from "../engine/event.js";
import { commandLines, eventLines, progressText } from "./event-lines.js";
import type { Output } from "./output.js";
import { promptingOperator } from "./prompts.js";
import type { Renderer } from "./renderer.js";
import { duration, wrap } from "./text.js";

/** One running step on the screen. A step may be over before its task has begun: it settles all the same. */
class Spinner {
  readonly #finished: Promise<unknown>;
  #settle: (error?: Error) => void = () => undefined;
  #task: { title?: string; output?: string } = {};

  constructor(title: string) {
    const work = new Promise<void>((resolve, reject) => {
      this.#settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    // Handled by the list below; here only so that an early end is not reported as unhandled.
    work.catch(() => undefined);
    const list = new Listr(
      [
        {
          title,
          task: (_context, task) => {
            this.#task = task;
            return work;
          },
        },
      ],
      {
        renderer: "default",
        exitOnError: false,
        registerSignalListeners: false,
        rendererOptions: { collapseErrors: true, showErrorMessage: false },
      },
    );
    this.#finished = list.run();
  }

  progress(text: string): void {
    this.#task.output = text;
  }

  async end(title: string, ok: boolean): Promise<void> {
    this.#task.title = title;
    this.#settle(ok ? undefined : new Error(title));
    await this.#finished;
  }
}

export function interactiveRenderer(output: Output, { verbose }: { readonly verbose: boolean }): Renderer {
  /** Shown right above the prompt, whatever else the question shows: the lines that it is about. */
  let review: readonly string[] = [];
  const prompting = promptingOperator(output, () => {
    const lines = review;
    review = [];
    return lines;
  });
  const width = Math.min(output.columns, 120);
  const titles = new Map<string, string>();
  let spinner: { readonly key: string; readonly view: Spinner } | undefined;
  let queue: Promise<void> = Promise.resolve();

  /** What was told under a running task: the terminal is the task's until it ends. */
  let held: readonly string[] = [];

  const stop = async (title: string, ok: boolean): Promise<void> => {
    const running = spinner;
    spinner = undefined;
    await running?.view.end(output.safe(title), ok);
    for (const line of held) output.line(line, "faint");
    held = [];
  };

  const tell = (lines: readonly string[]): void => {
    if (spinner === undefined) for (const line of lines) output.line(line);
    else {
      held = [...held, ...lines];
      spinner.view.progress(output.safe(lines.map((line) => line.trim()).join(" ")));
    }
  };

  const start = (key: string, title: string): void => {
    spinner = { key, view: new Spinner(output.safe(title)) };
  };

  const show = async (event: RunEvent): Promise<void> => {
    switch (event.type) {
      case "step-began": {
        const key = keyOf(event);
        titles.set(key, event.title);
        if (verbose) for (const line of commandLines(event.commands)) output.line(line, "faint");
        start(key, event.title);
        return;
      }
      case "step-progress":
        spinner?.view.progress(output.safe(progressText(event.progress)));
        return;
      case "step-ended": {
        const title = titles.get(keyOf(event)) ?? event.step;
        const took = event.durationMs >= 1000 ? `  ${duration(event.durationMs)}` : "";
        if (spinner === undefined)
          for (const line of eventLines(event, { width, verbose }))
            output.line(line, isWell(event.state) ? "faint" : "bad");
        else
          await stop(
            `${title}${event.how === "adopted" || event.how === "by-hand" ? ` (${event.how})` : ""}${took}`,
            isWell(event.state),
          );
        if (event.state === "succeeded")
          for (const line of wrap(event.evidence, width, "    ")) if (line.trim() !== "") output.line(line, "faint");
        return;
      }
      case "question":
        // The operator prints the question itself.
        await stop(titles.get(spinner?.key ?? "") ?? "a question", true);
        return;
      case "review":
        review = eventLines(event, { width, verbose });
        return;
      case "run-ended":
        await stop("stopped", false);
        for (const line of eventLines(event, { width, verbose }))
          output.line(line, event.exitCode === 0 ? "good" : undefined);
        return;
      case "answered":
        // What was typed stands on the screen; only what a flag answered has to be told.
        if (event.by !== "operator") output.line(`    answered by ${event.by}`, "faint");
        return;
      default:
        tell(eventLines(event, { width, verbose }));
    }
  };

  return {
    sink: (event) => {
      queue = queue.then(() => show(event));
    },
    operator: {
      ask: async (question) => {
        await queue;
        // A log-in may have to ask while a step is at work: its line waits, and goes on after the answer.
        const waiting = spinner?.key;
        const title = titles.get(waiting ?? "") ?? "";
        if (waiting !== undefined) await stop(`${title} …`, true);
        try {
          return await prompting.ask(question);
        } finally {
          if (waiting !== undefined) start(waiting, title);
        }
      },
    },
    close: async () => {
      await queue;
    },
  };
}

function isWell(state: Extract<RunEvent, { type: "step-ended" }>["state"]): boolean {
  return state === "succeeded" || state === "skipped" || state === "undone";
}

function keyOf(event: { readonly step: string; readonly item?: string }): string {
  return `${event.step}[${event.item ?? ""}]`;
}
