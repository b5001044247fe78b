/** A far side with a counter: the effects that really happened, even if the journal says otherwise. */
import { z } from "zod";
import {
  type Action,
  type AnyAction,
  defineAction,
  type Effect,
  type Json,
  type JsonObject,
} from "../../src/action.ts";
import { RecoverError } from "../../src/errors.ts";

/** The trouble that a call to the far side meets. */
export type Weather =
  | "fine"
  /** The network is lost before the effect. */
  | "lost-before"
  /** Of a probe: the answer is cut. */
  | "cut"
  /** The network is lost after the effect: the caller cannot know. */
  | "lost-after"
  /** Half of the effect, then an error. */
  | "half"
  /** Half of the effect, then a second call that is surely refused: an error that says that nothing was done by it. */
  | "half-refused"
  /** An error that says that nothing was done. */
  | "refused";

export class FakeWorld {
  /** Effects by key: how often each was really done. */
  readonly effects = new Map<string, number>();
  readonly halves = new Set<string>();
  readonly calls: string[] = [];
  /** Weather of the next calls to a key, first to last; afterwards it is fine. */
  readonly weather = new Map<string, Weather[]>();
  /** Probes of these keys cannot tell. */
  readonly opaque = new Set<string>();
  /** Proofs of these keys do not hold. */
  readonly unproven = new Set<string>();
  /** Why a fact that no longer holds cannot be made again. */
  readonly staying = new Map<string, { readonly stays: string }>();
  /** Guards of these keys refuse. */
  readonly guarded = new Set<string>();
  /** The values that reads find. */
  readonly readings = new Map<string, Json>();
  /** Runs whenever an effect happens. */
  onEffect: (key: string) => void = () => undefined;

  isDone(key: string): boolean {
    return (this.effects.get(key) ?? 0) > 0;
  }

  apply(key: string): void {
    this.calls.push(`do ${key}`);
    const weather = this.weather.get(key)?.shift() ?? "fine";
    if (weather === "lost-before") throw lost(key);
    if (weather === "refused") throw refused(key);
    if (weather === "half" && !this.halves.has(key)) {
      this.halves.add(key);
      throw new RecoverError("command-failed", `"${key}" stopped half way`, { remedy: "Look at it." });
    }
    if (weather === "half-refused") {
      this.halves.add(key);
      throw refused(key);
    }
    this.halves.delete(key);
    this.effects.set(key, (this.effects.get(key) ?? 0) + 1);
    this.onEffect(key);
    if (weather === "lost-after") throw lost(key);
  }

  read(key: string): Json {
    this.calls.push(`read ${key}`);
    const weather = this.weather.get(`read ${key}`)?.shift() ?? "fine";
    if (weather !== "fine") throw lost(key);
    return this.readings.get(key) ?? null;
  }

  probe(key: string): "done" | "not-done" | "partly" | "unknown" {
    this.calls.push(`probe ${key}`);
    const weather = this.weather.get(`probe ${key}`)?.shift() ?? "fine";
    if (weather === "cut") throw new RecoverError("answer-incomplete", "an answer was cut", { remedy: "Try again." });
    if (weather !== "fine") throw lost(key);
    if (this.opaque.has(key)) return "unknown";
    if (this.isDone(key)) return "done";
    return this.halves.has(key) ? "partly" : "not-done";
  }

  /** Everything that a final world is compared by. */
  get snapshot(): JsonObject {
    return { effects: Object.fromEntries([...this.effects].sort()), halves: [...this.halves].sort() };
  }
}

function lost(key: string): RecoverError {
  return new RecoverError("unreachable", `no answer about "${key}"`, { remedy: "See to the network." });
}

function refused(key: string): RecoverError {
  return new RecoverError("access-denied", `"${key}" was refused`, { remedy: "Ask for the right.", effect: "none" });
}

const keyInput = z.object({ key: z.string(), note: z.string().optional() });
type KeyInput = z.infer<typeof keyInput>;
const doneOutput = z.object({ made: z.string() });
type DoneOutput = z.infer<typeof doneOutput>;

/** A step that changes the far side, once per key. */
export function changing(world: FakeWorld, effect: Exclude<Effect, "read">): AnyAction {
  return defineAction(change(world, effect));
}

/** The same step without its proof: its probe stands for it. */
export function changingUnproved(world: FakeWorld, effect: Exclude<Effect, "read">): AnyAction {
  const action = change(world, effect);
  delete action.verify;
  return defineAction(action);
}

function change(world: FakeWorld, effect: Exclude<Effect, "read">): Action<KeyInput, DoneOutput> {
  return {
    id: `fake.${effect}`,
    title: `Fake ${effect}`,
    effect,
    input: keyInput,
    output: doneOutput,
    describe: ({ key, note }) => [
      { on: "here", line: `fake ${effect} ${key}${note === undefined ? "" : ` # ${note}`}` },
    ],
    async guard(_context, { key }) {
      world.calls.push(`guard ${key}`);
      if (world.guarded.has(key))
        throw new RecoverError("guard-refused", `"${key}" is not ours`, { remedy: "Look again.", effect: "none" });
    },
    async run(context, { key }) {
      await context.beforeEffect();
      world.apply(key);
      return { made: key };
    },
    async probe(_context, { key }) {
      const state = world.probe(key);
      const evidence = `${key} is ${state}`;
      return state === "done" ? { state, output: { made: key }, evidence } : { state, evidence };
    },
    async verify(_context, { key }) {
      world.calls.push(`verify ${key}`);
      const holds = world.isDone(key) && !world.unproven.has(key);
      if (holds) return { holds, evidence: `${key} is there` };
      return { holds, evidence: `${key} is not there`, ...world.staying.get(key) };
    },
  };
}

const readOutput = z.object({ value: z.json() });
type ReadOutput = z.infer<typeof readOutput>;

export function reading(world: FakeWorld): AnyAction {
  const action: Action<KeyInput, ReadOutput> = {
    id: "fake.read",
    title: "Fake read",
    effect: "read",
    input: keyInput,
    output: readOutput,
    describe: ({ key }) => [{ on: "here", line: `fake read ${key}` }],
    run: async (_context, { key }) => ({ value: world.read(key) as ReadOutput["value"] }),
  };
  return defineAction(action);
}

const reviewOutput = z.object({ rows: z.array(z.object({ label: z.string(), value: z.string() })) });
type ReviewOutput = z.infer<typeof reviewOutput>;

/** Its rows are the value of the reading "rows". */
export function reviewing(world: FakeWorld): AnyAction {
  const action: Action<Record<string, never>, ReviewOutput> = {
    id: "fake.review",
    title: "Fake review",
    effect: "read",
    review: true,
    input: z.object({}) as unknown as z.ZodType<Record<string, never>>,
    output: reviewOutput,
    describe: () => [],
    run: async () => ({ rows: [{ label: "loss", value: JSON.stringify(world.readings.get("loss") ?? "none") }] }),
  };
  return defineAction(action);
}
