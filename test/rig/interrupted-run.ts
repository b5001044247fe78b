/**
 * One recovery whose process is killed (SIGKILL) again and again, each time at a moment that a far side showed, and
 * carried on by `resume`. The left-overs of a kill must be gone when the next process is at work.
 */
import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Entry } from "../../src/engine/journal/entry.ts";
import { readJournal } from "../../src/engine/journal/reading.ts";
import { type Foundation, ORG, SPACE } from "./foundation.ts";
import { until } from "./until.ts";

/** From any step to any later one, on a loaded machine. */
const MOMENT_DEADLINE_MS = 400_000;

/** The tool's process, in a terminal or without. */
interface Alive {
  kill(): void;
  saidSoFar(): string;
  readonly ended: Promise<{ readonly killed: boolean; readonly code: number | undefined; readonly said: string }>;
}

export class InterruptedRun {
  readonly target: string;
  private alive: Alive | undefined;
  private left: readonly Left[] = [];
  /** Of each kill: the step that had begun and not ended. */
  readonly kills: string[] = [];

  readonly foundation: Foundation;
  readonly service: string;
  private readonly env: Readonly<Record<string, string>>;

  constructor(foundation: Foundation, service: string, env: Readonly<Record<string, string>>) {
    this.foundation = foundation;
    this.service = service;
    this.env = env;
    this.target = `${ORG}/${SPACE}/${service}`;
  }

  begin(): void {
    this.start(["run", "--non-interactive", ...this.consent, ...this.inputs]);
  }

  /** At a terminal, when the window's consent is asked for; resolves when the question stands there. */
  async beginAtTerminal(): Promise<void> {
    const terminal = await this.foundation.terminal(["run", "--yes", ...this.inputs], { env: this.env });
    const ended = terminal.ended.then((signal) => ({
      killed: signal === 9,
      code: undefined,
      said: terminal.screen.all.at(-1) ?? "",
    }));
    this.alive = { kill: () => terminal.kill(), ended, saidSoFar: () => terminal.screen.all.at(-1) ?? "" };
    await this.untilEnd(terminal.screen.first((text) => text.includes(`Go on with ${this.target}?`)));
  }

  async resume(): Promise<void> {
    this.start(["resume", await this.run(), "--non-interactive", ...this.consent]);
  }

  /** Kills the process when `moment` has come, which must be within this step (undefined: between two). */
  async killAt(step: string | undefined, moment: Promise<unknown>): Promise<void> {
    await this.untilEnd(moment);
    const { alive } = this;
    if (alive === undefined) throw new Error("nothing runs");
    alive.kill();
    const { killed, said } = await alive.ended;
    this.alive = undefined;
    if (!killed) throw new Error(`the tool ended before it could be killed in ${step ?? "a prompt"}: ${said}`);
    const entries = await this.entries();
    const begun = unsettledStep(entries);
    if (begun !== step) throw new Error(`killed in ${begun ?? "no step"}, not in ${step ?? "a prompt"}`);
    this.kills.push(begun ?? "prompt");
    await this.requireTidied();
    this.left = leftOpen(entries);
  }

  /** Lets the run come to its end, which must be a good one. */
  async finish(): Promise<void> {
    if (this.alive === undefined) throw new Error("nothing runs");
    const { code, said } = await this.alive.ended;
    this.alive = undefined;
    if (code !== 0) throw new Error(`${this.service}: exit code ${code}: ${said}`);
    await this.requireTidied();
    this.left = leftOpen(await this.entries());
    await this.requireTidied();
  }

  /** For a test that goes no further: no process is left behind. */
  abandon(): void {
    this.alive?.kill();
  }

  /** Waits until `find` finds its entry in the journal. */
  async journaled<T>(what: string, find: (entry: Entry) => T | undefined): Promise<T> {
    const waiting = until(what, 400_000, async () => (await this.entries()).map(find).find(isThere), 50);
    let found: T | undefined;
    await this.untilEnd(waiting.then((value) => (found = value)));
    if (found === undefined) throw new Error(`${what} is not journaled`);
    return found;
  }

  /** The output of a step that succeeded. */
  async output(step: string, name: string): Promise<string> {
    return this.journaled(`${name} of ${step} of ${this.service}`, (entry) => {
      if (entry.type !== "step-succeeded" || entry.step !== step) return undefined;
      const value = entry.output[name];
      return typeof value === "string" ? value : undefined;
    });
  }

  async entries(): Promise<readonly Entry[]> {
    return entriesOf(await this.run(), this.runs);
  }

  /** The tool's name in the object store's record. */
  get accessKey(): string {
    return this.env["AWS_ACCESS_KEY_ID"] ?? "";
  }

  private get runs(): string {
    return join(this.foundation.directory, "state", "runs");
  }

  private async run(): Promise<string> {
    return until(`the run of ${this.service}`, 90_000, async () => {
      for (const run of await readdir(this.runs)) {
        const [first] = await entriesOf(run, this.runs);
        if (first?.type === "run-started" && first.inputs["service"] === this.service) return run;
      }
      return undefined;
    });
  }

  private get consent(): readonly string[] {
    return ["--yes", "--confirm", this.target];
  }

  private get inputs(): readonly string[] {
    const inputs = { service: this.service, org: ORG, space: SPACE };
    return Object.entries(inputs).flatMap(([name, value]) => ["--input", `${name}=${value}`]);
  }

  private start(args: readonly string[]): void {
    const tool = this.foundation.tool(args, { env: this.env });
    const ended = tool.then(({ exitCode, signal, stdout, stderr }) => ({
      killed: signal === "SIGKILL",
      code: exitCode,
      said: `${stdout.slice(-1500)}\n${stderr.slice(-1500)}`,
    }));
    let said = "";
    tool.stdout.on("data", (chunk: Buffer) => (said = `${said}${chunk.toString("utf8")}`.slice(-3000)));
    this.alive = { kill: () => tool.kill("SIGKILL"), ended, saidSoFar: () => said };
  }

  /**
   * A moment that does not come, or that cannot come because the tool has ended, is an error that tells the output so
   * far.
   */
  private async untilEnd(moment: Promise<unknown>): Promise<void> {
    const { alive } = this;
    const over = new AbortController();
    const early = async (): Promise<void> => {
      const ended = await alive?.ended;
      if (ended === undefined) return;
      throw new Error(`${this.service}: ended before the moment came (exit code ${ended.code}): ${ended.said}`);
    };
    const late = async (): Promise<void> => {
      await pause(MOMENT_DEADLINE_MS, undefined, { signal: over.signal });
      throw new Error(`${this.service}: the moment did not come: ${alive?.saidSoFar() ?? ""}`);
    };
    await Promise.race([moment, late(), ...(alive === undefined ? [] : [early()])]).finally(() => over.abort());
  }

  /** SSH users and log-ins of processes that were killed before the one that was at work just now. */
  private async requireTidied(): Promise<void> {
    const users = await this.foundation.rig.cell.agent.users();
    for (const { kind, name } of this.left) {
      const there = kind === "ssh-user" ? users.includes(name) : await exists(name);
      if (there) throw new Error(`${this.service}: ${kind} ${name} of a killed process is still there`);
    }
  }
}

interface Left {
  readonly kind: string;
  /** The user, or the path. */
  readonly name: string;
}

function leftOpen(entries: readonly Entry[]): readonly Left[] {
  const open = new Map<string, Left>();
  for (const entry of entries) {
    if (entry.type !== "resource-opened" && entry.type !== "resource-closed") continue;
    const { user, path } = entry.data;
    const name = [user, path].find((each) => typeof each === "string");
    if (typeof name !== "string") throw new Error(`a ${entry.kind} without a name is journaled`);
    if (entry.type === "resource-opened") open.set(name, { kind: entry.kind, name });
    else open.delete(name);
  }
  return [...open.values()];
}

function unsettledStep(entries: readonly Entry[]): string | undefined {
  let begun: string | undefined;
  for (const entry of entries) {
    if (entry.type === "step-started") begun = entry.step;
    if (entry.type === "step-succeeded" || entry.type === "step-failed") begun = undefined;
  }
  return begun;
}

async function entriesOf(run: string, runs: string): Promise<readonly Entry[]> {
  const file = join(runs, run, "journal.jsonl");
  return readJournal(await readFile(file), file).entries;
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
