/** The running step: a listr2 task that is gone when it ends, so that what is said of it is said once, by whoever ends it. */
import { Listr } from "listr2";

export class Spinner {
  readonly #finished: Promise<unknown>;
  #settle: () => void = () => undefined;
  #task: { output?: string } = {};

  constructor(title: string) {
    const work = new Promise<void>((resolve) => {
      this.#settle = resolve;
    });
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
        // Where nothing can be taken away again, nothing is shown.
        fallbackRenderer: "silent",
        registerSignalListeners: false,
        rendererOptions: { clearOutput: true },
      },
    );
    this.#finished = list.run();
  }

  progress(text: string): void {
    this.#task.output = text;
  }

  /** A step may be over before its task has begun: it settles all the same. */
  async end(): Promise<void> {
    this.#settle();
    await this.#finished;
  }
}
