/** A fault of an own action whose call was over: it stops the run. Behind the end it is told and written down, and the run stays ended. */
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import { journaled } from "../../engine/state/session.ts";
import { asRecoverError, type RecoverError } from "../../errors.ts";
import { reportFailure } from "../process/failure.ts";
import { hearLateFaults } from "./own-faults.ts";

export class LateFaults {
  readonly #state: StateDirectory | undefined;
  readonly #run: string;
  /** Heard, and not yet known to be told by the run. */
  #untold: RecoverError | undefined;

  /** Hears each fault of the process until the next run begins. `stop` stops the run. */
  constructor(state: StateDirectory | undefined, run: string, stop: (error: RecoverError) => void) {
    this.#state = state;
    this.#run = run;
    hearLateFaults((thrown) => {
      this.#untold = asRecoverError(thrown);
      stop(this.#untold);
    });
  }

  /** The run ended with that error. */
  wasTold(error: RecoverError | undefined): void {
    if (error?.code === this.#untold?.code) this.#untold = undefined;
  }

  /** Its journal is closed. The process lives on until the timers of an action have run down. */
  runIsOver(): void {
    const tell = (error: RecoverError): void => void this.#tellBehind(error);
    hearLateFaults((thrown) => tell(asRecoverError(thrown)));
    if (this.#untold !== undefined) tell(this.#untold);
  }

  async #tellBehind(error: RecoverError): Promise<void> {
    reportFailure(error, false);
    try {
      const open = this.#state?.open(this.#run, { takeOver: false, behind: true });
      const { message: why, exitCode } = error;
      await open?.journal.append({ type: "run-stopped", why, exitCode, error: journaled(error) });
      await open?.journal.close();
    } catch (thrown) {
      reportFailure(thrown, false);
    }
  }
}
