/** The running step: a listr2 task that is gone when it ends. The caller that ends it says the result once. */
import { Listr } from "listr2";

/** Milliseconds between two looks at what stands under the title. */
const LOOK_MS = 500;

export class Spinner {
  readonly #finished: Promise<unknown>;
  readonly #under: () => string;
  readonly #timer: NodeJS.Timeout;
  #settle: () => void = () => undefined;
  #task: { output?: string } = {};

  /** `under`: the lines under the title, asked for again and again. */
  constructor(title: string, under: () => string) {
    this.#under = under;
    const work = new Promise<void>((resolve) => {
      this.#settle = resolve;
    });
    const list = new Listr(
      [
        {
          title,
          task: (_context, task) => {
            this.#task = task;
            this.look();
            return work;
          },
        },
      ],
      {
        renderer: "default",
        // A screen that cannot erase lines shows nothing.
        fallbackRenderer: "silent",
        registerSignalListeners: false,
        rendererOptions: { clearOutput: true },
      },
    );
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#finished = list.run();
  }

  look(): void {
    this.#task.output = this.#under();
  }

  /** A step may be over before its task has begun: it settles all the same. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    this.#settle();
    await this.#finished;
  }
}
