/** Laptops around one foundation in a box, each with its own state directory, configuration and way. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Entry } from "../../../src/engine/journal/entry.ts";
import { readJournal } from "../../../src/engine/journal/reading.ts";
import { type Box, startBox } from "../../../src/rehearsal/box/box.ts";
import { type BoxClock, clockFrom } from "../../../src/rehearsal/box/clock.ts";
import { BUCKET } from "../../../src/rehearsal/world/foundation.ts";
import type { Scenario } from "../../../src/rehearsal/scenarios/scenario.ts";
import { inventory, type Watched, worldComplaints } from "../../../src/rehearsal/supervisor/checks.ts";
import { layOut } from "../../../src/rehearsal/supervisor/child-files.ts";
import { secretsOf } from "../../../src/rehearsal/supervisor/leaks.ts";
import { firstState } from "../../../src/rehearsal/supervisor/first-state.ts";
import { REHEARSAL_VARIABLE } from "../../../src/rehearsal/variable.ts";
import { happy } from "../rehearsals.ts";
import { SeverableWay } from "./severable-way.ts";
import { AS_INSTALLED, TOOL } from "../../tool.ts";

export const LEASE = `s3://${BUCKET}/dingo-recover`;

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export class Laptop {
  readonly stateDirectory: string;
  readonly way: SeverableWay;
  /** Key of S3, by which the far side's record tells who asked. */
  readonly key: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #directory: string;
  readonly #close: () => Promise<void>;
  child: ChildProcess | undefined;

  constructor(options: {
    readonly directory: string;
    readonly env: Readonly<Record<string, string>>;
    readonly way: SeverableWay;
    readonly key: string;
    readonly close: () => Promise<void>;
  }) {
    this.#directory = options.directory;
    this.stateDirectory = join(options.directory, "state");
    this.#env = options.env;
    this.way = options.way;
    this.key = options.key;
    this.#close = options.close;
  }

  /** `tool`: another release of it. */
  run(words: readonly string[], tool = TOOL): Promise<Ended> {
    const config = join(this.#directory, "dingo-recover.yml");
    const args = [tool, ...words, "--config", config, "--state-dir", this.stateDirectory];
    const child = spawn(process.execPath, args, {
      cwd: this.#directory,
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
      });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      // For every width of the screen.
      child.once("close", (code) => resolve({ code, output: output.replace(/\s+/g, " ") }));
    });
  }

  get runs(): readonly string[] {
    const runs = join(this.stateDirectory, "runs");
    return existsSync(runs) ? readdirSync(runs) : [];
  }

  journal(run: string): { readonly text: string; readonly entries: readonly Entry[] } {
    const file = join(this.stateDirectory, "runs", run, "journal.jsonl");
    const bytes = readFileSync(file);
    return { text: bytes.toString("utf8"), entries: readJournal(bytes, file).entries };
  }

  async close(): Promise<void> {
    this.child?.kill("SIGKILL");
    await Promise.all([this.way.close(), this.#close()]);
  }
}

/** Cuts a laptop off as it asks for its n-th copy of an object; resolves then. */
export function cutAtCopy({ way }: Laptop, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    way.onRequest = (head) => {
      if (!/^PUT [^\r\n]*\r\n/.test(head) || !/x-amz-copy-source:[^\r\n]*backups/i.test(head)) return;
      left -= 1;
      if (left > 0) return;
      way.cut();
      resolve();
    };
  });
}

export class TwoLaptops {
  readonly a: Laptop;
  readonly b: Laptop;
  readonly box: Box;
  readonly scenario: Scenario;
  readonly watched: Watched;
  readonly #directory: string;

  private constructor(parts: {
    readonly laptops: readonly [Laptop, Laptop];
    readonly box: Box;
    readonly scenario: Scenario;
    readonly watched: Watched;
    readonly directory: string;
  }) {
    [this.a, this.b] = parts.laptops;
    this.box = parts.box;
    this.scenario = parts.scenario;
    this.watched = parts.watched;
    this.#directory = parts.directory;
  }

  static async open(settings: { readonly lease?: string } = { lease: LEASE }): Promise<TwoLaptops> {
    const directory = mkdtempSync(join(tmpdir(), "laptops-"));
    const scenario = happy();
    const clock = clockFrom(Date.now(), "max");
    const { old, ...opening } = scenario.open({ seed: 1, now: clock.epochMs });
    const state = firstState(scenario, { old, ...opening });
    // The second laptop's operator has a key of his own, so that the record can tell them apart.
    const operator = state.world.store.keys.find(({ holder }) => holder === "operator");
    if (operator === undefined) throw new Error("the box has no operator");
    state.world.store.keys.push({ ...operator, id: "AKIASECONDLAPTOP", holder: "second operator" });
    const box = await startBox({ directory, state, clock, fleeting: true });
    const world = box.host.world();
    const watched = { before: inventory(world, old), requestsBefore: world.store.requests.length, old };
    const laptop = (name: string, key: string): Promise<Laptop> =>
      layLaptop({ directory: join(directory, name), box, clock, scenario, key, settings });
    const laptops = [await laptop("a", operator.id), await laptop("b", "AKIASECONDLAPTOP")] as const;
    return new TwoLaptops({ laptops, box, scenario, watched, directory });
  }

  get inputs(): readonly string[] {
    return Object.entries(this.scenario.inputs).flatMap(([name, value]) => ["--input", `${name}=${value}`]);
  }

  /** The faults of the world at the end, each as a sentence. */
  get complaints(): readonly string[] {
    this.box.host.world();
    const state = this.box.state();
    return [
      ...worldComplaints(state.world, this.watched),
      ...this.scenario.complaints({ ...state, old: this.watched.old, exitCode: 0 }),
    ];
  }

  /** All secrets that only people and machines of the box know. */
  get secrets(): readonly string[] {
    return [...secretsOf(this.box.state()).values()];
  }

  /** Changes that a laptop asked the store for, refused ones too, from the `since`-th request on. */
  changesBy({ key }: Laptop, since = 0): readonly string[] {
    return this.box
      .state()
      .world.store.requests.slice(since)
      .filter(({ by, operation }) => by === key && ["put", "copy", "delete"].includes(operation))
      .map(({ operation, key: object, status }) => `${operation} ${object} ${status}`);
  }

  get requests(): number {
    return this.box.state().world.store.requests.length;
  }

  async close(): Promise<void> {
    await Promise.all([this.a.close(), this.b.close()]);
    await this.box.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function layLaptop(options: {
  readonly directory: string;
  readonly box: Box;
  readonly clock: BoxClock;
  readonly scenario: Scenario;
  readonly key: string;
  readonly settings: { readonly lease?: string };
}): Promise<Laptop> {
  const { directory, box, clock, scenario, key, settings } = options;
  mkdirSync(directory, { recursive: true });
  const place = await layOut({ directory, box, clock, scenario, caller: {} });
  const way = await SeverableWay.to(Number(new URL(box.storeUrl).port));
  const config = JSON.parse(readFileSync(place.config, "utf8")) as { readonly s3: object };
  const s3 = { ...config.s3, endpoint: `http://127.0.0.1:${way.port}` };
  writeFileSync(place.config, JSON.stringify({ ...config, ...settings, s3 }));
  const rehearsal = JSON.stringify({
    clock: { realMs: clock.realMs, epochMs: clock.epochMs, rate: clock.rate },
    answers: place.answers,
  });
  const env = { ...place.env, ...AS_INSTALLED, AWS_ACCESS_KEY_ID: key, [REHEARSAL_VARIABLE]: rehearsal };
  return new Laptop({ directory, env, way, key, close: place.close });
}
