/** The last run of a runbook as gauges. Pure. */
import { type Gauge, gaugesText } from "./gauges.js";

const STATES = ["running", "waiting", "stopped", "failed", "done"] as const;

export interface RunMetrics {
  readonly runbook: string;
  readonly run: string;
  /** "" before it is fixed. */
  readonly target: string;
  readonly state: (typeof STATES)[number];
  /** ISO 8601: when it came to that state. */
  readonly at: string;
  /** Of a run that ended. */
  readonly exitCode?: number;
}

export function runMetricsOf({ runbook, run, target, state, at, exitCode }: RunMetrics): string {
  const gauges: readonly Gauge[] = [
    ...STATES.map((each) => ({
      name: "state",
      help: "1: the state that the last run of the runbook is in.",
      value: each === state ? 1 : 0,
      labels: { state: each },
    })),
    { name: "changed_timestamp_seconds", help: "When it came to that state.", value: Date.parse(at) / 1000 },
    { name: "exit_code", help: "How the last process that carried it ended.", value: exitCode },
  ];
  return gaugesText(gauges, { prefix: "dingo_recover_run_", labels: { runbook, run, target } });
}
