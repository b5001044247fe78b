/**
 * Where the time of an outage goes: the steps of the runbook's window, each with what it waits for by its nature, what
 * it took the tool and the script, and which calls of the tool were under way in it.
 */
import { readFile } from "node:fs/promises";
import type { RunEvent } from "../src/engine/state/event.ts";

/** Steps of runbooks/recover-deleted-service.yml, from the destructive consent on, and what each waits for. */
const WAITS_FOR: Readonly<Record<string, string>> = {
  hold: "Docker, to take the restart policy",
  stop: "PostgreSQL's shutdown and its last segment",
  keys: "the leader key, and members of other nodes",
  aside: "the store, object by object",
  copy: "the store, object by object; the comparison",
  initialize: "etcd",
  optime: "etcd",
  data: "the cell: a rename, a directory like the old one",
  "last-look": "director, Cloud Foundry, cell, etcd and store",
  start: "the same once more; the container's look-up of its address, until it says that it restores",
  proof: "base backup and WAL; Patroni's loop of 10 s",
  passwords: "PostgreSQL, and a log-in of each role",
  key: "the cf CLI and the broker; the tool has made it before the consent",
  login: "the router, and the tables",
};

/** Seconds of each step, from the end of the one before: its guard counts. */
export type StepSeconds = ReadonlyMap<string, number>;

export interface Call {
  /** "cf create-service-key", "S3 CopyObject". */
  readonly what: string;
  readonly beganMs: number;
  readonly endedMs: number;
}

export interface Outage {
  readonly seconds: number;
  readonly steps: StepSeconds;
  readonly calls: ReadonlyMap<string, readonly Call[]>;
}

/** The window of a run of the tool: from the answer to the destructive consent to the end of the log-in. */
export function outageOf(events: readonly RunEvent[], calls: readonly Call[]): Outage {
  const consent = events.findLast((event) => event.type === "answered" && event.question === "consent");
  if (consent === undefined) throw new Error("the run does not tell when its window was agreed to");
  const steps = new Map<string, number>();
  const during = new Map<string, readonly Call[]>();
  const beganMs = Date.parse(consent.time);
  let lastMs = beganMs;
  for (const event of events.slice(events.indexOf(consent))) {
    if (event.type !== "step-ended" || event.state === "skipped") continue;
    const { step } = event;
    const atMs = Date.parse(event.time);
    const from = lastMs;
    steps.set(step, (atMs - from) / 1000);
    during.set(
      step,
      calls.filter((call) => call.beganMs >= from && call.beganMs < atMs),
    );
    lastMs = atMs;
    if (step === "login") return { seconds: (atMs - beganMs) / 1000, steps, calls: during };
  }
  throw new Error("the run has no log-in");
}

/** Lines of "name seconds", as by-hand.sh marks them. */
export async function stepsOfScript(marks: string): Promise<StepSeconds> {
  const lines = (await readFile(marks, "utf8")).trim().split("\n");
  const steps = new Map<string, number>();
  let last: number | undefined;
  for (const [name = "", at = ""] of lines.map((line) => line.split(" "))) {
    if (last !== undefined) steps.set(name, Number(at) - last);
    last = Number(at);
  }
  return steps;
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** A line per step: the medians of both, what the step waits for, and the calls of the tool's last round. */
export function stepLines(tool: readonly Outage[], hand: readonly StepSeconds[]): readonly string[] {
  const last = tool.at(-1);
  return Object.entries(WAITS_FOR).map(([step, what]) => {
    const own = seconds(tool.map(({ steps }) => steps.get(step)));
    const other = seconds(hand.map((steps) => steps.get(step)));
    return `${step.padEnd(11)}${own}  by hand ${other}  ${what}${callText(last?.calls.get(step) ?? [])}`;
  });
}

function seconds(values: readonly (number | undefined)[]): string {
  const known = values.flatMap((value) => (value === undefined ? [] : [value]));
  return (known.length === 0 ? "-" : `${median(known).toFixed(2)} s`).padStart(8);
}

function callText(calls: readonly Call[]): string {
  const byName = new Map<string, readonly Call[]>();
  for (const call of calls) byName.set(call.what, [...(byName.get(call.what) ?? []), call]);
  const told = [...byName].map(([name, same]) => {
    const took = same.reduce((sum, { beganMs, endedMs }) => sum + endedMs - beganMs, 0);
    return `${same.length} × ${name} ${(took / 1000).toFixed(2)} s`;
  });
  return told.length === 0 ? "" : ` [${told.join(", ")}]`;
}
