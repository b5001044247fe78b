/**
 * Tells others of a run, where `alert.runs` says so: that it waits for a decision which nobody gives, has failed, or is
 * done. It hears the run's events as a screen does; what cannot be delivered is said, and changes nothing.
 */
import { hostname } from "node:os";
import type { AlertConfig, RunAlert } from "../config/config.js";
import type { RunEvent } from "../engine/event.js";
import { asRecoverError, EXIT } from "../errors.js";
import { type RunMetrics, runMetricsOf } from "../report/run-metrics.js";
import { raise, writeMetrics } from "./alert-channel.js";

export interface RunAlertsOptions {
  readonly alert: AlertConfig;
  readonly runbook: string;
  readonly say: (text: string) => void;
  /** Milliseconds after which a question counts as one that nobody answers. */
  readonly unansweredMs?: number;
  /** For tests. */
  readonly send?: (document: object) => Promise<void>;
}

/** Whoever sits at the terminal answers within that. */
const UNANSWERED_MS = 60_000;

interface Known {
  readonly target: string;
  readonly step: string;
}

export class RunAlerts {
  readonly #options: RunAlertsOptions;
  #known: Known = { target: "", step: "" };
  #sent: Promise<void> = Promise.resolve();
  #unanswered: NodeJS.Timeout | undefined;
  #silent = false;
  #last: { readonly at: string; readonly run: string } = { at: "", run: "" };

  constructor(options: RunAlertsOptions) {
    this.#options = options;
  }

  readonly hear = (event: RunEvent): void => {
    const { time: at, run } = event;
    this.#last = { at, run };
    switch (event.type) {
      case "run-began":
        // A dry run changes nothing, and nobody waits for it.
        this.#silent = event.dryRun;
        return this.#measure("running");
      case "target-fixed":
        this.#known = { ...this.#known, target: event.target };
        return;
      case "step-began":
        this.#known = { ...this.#known, step: event.step };
        return;
      case "question":
        return this.#wait(`it asks: ${event.question.prompt}`);
      case "answered":
        clearTimeout(this.#unanswered);
        return;
      case "run-ended":
        return this.#ended(event);
      default:
    }
  };

  /** What is on its way has arrived, or has failed. */
  async done(): Promise<void> {
    clearTimeout(this.#unanswered);
    await this.#sent;
  }

  #wait(what: string): void {
    clearTimeout(this.#unanswered);
    const tell = (): void => this.#tell("waiting", { text: `waits for a decision; ${what}` });
    this.#unanswered = setTimeout(tell, this.#options.unansweredMs ?? UNANSWERED_MS);
    this.#unanswered.unref();
  }

  #ended(event: Extract<RunEvent, { type: "run-ended" }>): void {
    clearTimeout(this.#unanswered);
    const { outcome, exitCode, error, resumeWith, world } = event;
    // Somebody has stopped it, and knows.
    if (exitCode === EXIT.interrupted) return this.#measure("stopped", exitCode);
    const more = {
      outcome,
      exitCode,
      ...(error === undefined ? {} : { code: error.code }),
      ...(resumeWith === undefined ? {} : { resumeWith }),
      ...(world === undefined ? {} : { world }),
    };
    const why = error?.message ?? outcome;
    if (exitCode === EXIT.stopped || exitCode === EXIT.inDoubt)
      this.#tell("waiting", { ...more, text: `waits for a decision: ${why}` });
    else if (outcome === "succeeded" || outcome === "undone")
      this.#tell("done", { ...more, text: outcome === "undone" ? "was taken back" : `is done${findings(exitCode)}` });
    else this.#tell("failed", { ...more, text: `has failed: ${why}` });
  }

  #tell(what: RunAlert, more: { readonly text: string; readonly exitCode?: number }): void {
    this.#measure(what, more.exitCode);
    const { alert, runbook, send = (document: object) => raise(alert, document) } = this.#options;
    if (this.#silent || alert.runs?.includes(what) !== true) return;
    const { target, step } = this.#known;
    const { at, run } = this.#last;
    const about = `${runbook}${target === "" ? "" : ` of ${target}`}`;
    const document = {
      schema: "dingo-recover/run-alert@1",
      ...{ what, run, runbook, target, step, at, host: hostname() },
      ...more,
      text: `${about} ${more.text} (run ${run} on ${hostname()}; dingo-recover status ${run})`,
    };
    this.#sent = this.#sent.then(() => send(document)).catch((thrown: unknown) => this.#complain(thrown));
  }

  #measure(state: RunMetrics["state"], exitCode?: number): void {
    const { alert, runbook } = this.#options;
    if (this.#silent || alert.metrics === undefined || alert.runs === undefined) return;
    const { at, run } = this.#last;
    const { target } = this.#known;
    try {
      const text = runMetricsOf({ runbook, run, target, state, at, ...(exitCode === undefined ? {} : { exitCode }) });
      writeMetrics(alert.metrics, `dingo_recover_run_${runbook.replaceAll(/[^a-z0-9]+/gu, "_")}.prom`, text);
    } catch (thrown) {
      this.#complain(thrown);
    }
  }

  #complain(thrown: unknown): void {
    this.#options.say(asRecoverError(thrown).message);
  }
}

function findings(exitCode: number): string {
  if (exitCode === EXIT.serious) return ", with serious findings";
  return exitCode === EXIT.warning ? ", with warnings" : "";
}
