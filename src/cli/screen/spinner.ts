/** The running step: a listr2 task that is gone when it ends. The caller that ends it says the result once. */
import type { ListrDefaultRendererLogLevels } from "listr2";
import { inLocale, showsUtf8 } from "./terminal.ts";

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
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#finished = this.#spin(title, work);
  }

  /** Loaded with the first step: the first words need none of it. */
  async #spin(title: string, work: Promise<void>): Promise<void> {
    const { Listr, ListrLogger, ProcessOutput, Spinner: Wheel } = await import("listr2");
    class AsciiWheel extends Wheel {
      protected override readonly spinner = ["-", "\\", "|", "/"];
    }
    const processOutput = new ProcessOutput();
    // While it turns, all output is kept back: an error that ends the process would be lost with it.
    const release = (): void => processOutput.release();
    process.once("exit", release);
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
        rendererOptions: {
          clearOutput: true,
          spinner: showsUtf8() ? new Wheel() : new AsciiWheel(),
          icon: { OUTPUT: inLocale("›"), OUTPUT_WITH_BOTTOMBAR: inLocale("›") },
          logger: new ListrLogger<ListrDefaultRendererLogLevels>({ processOutput }),
        },
      },
    );
    await list.run().finally(() => process.off("exit", release));
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
