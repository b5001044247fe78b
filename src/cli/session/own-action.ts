/**
 * An own action as the engine calls it: each of its errors is told as this action's error, and an answer without its fields
 * is no proof. A refusal, and an error of the tool's own calls, pass as they are.
 */
import { z } from "zod";
import type { AnyAction, Context, Verdict } from "../../action.ts";
import { type ErrorCode, giveUp, RecoverError } from "../../errors.ts";
import { UnknownValue } from "../../kit/commands/placeholder.ts";
import { quoted } from "../../kit/text/printable.ts";
import { faultsIn } from "./output-faults.ts";
import { inOwnCall, requireNoFault, type Telling } from "./own-faults.ts";

/** One function of an action or of its way back. */
type Call = (...given: readonly unknown[]) => unknown;
type Calls = Readonly<Record<string, unknown>>;

/** Methods of a class stay: the prototype is kept, and they are called on the very object. */
export function answeringFor(file: string, action: AnyAction): AnyAction {
  const { undo } = action as { readonly undo?: object };
  const told = new OwnAction(file, action);
  const answers = told.answers(action, "", CHECKS);
  const back = undo === undefined ? {} : { undo: over(undo, told.answers(undo, "undo.", CHECKS_BACK)) };
  return over(action, { ...answers, ...back });
}

const over = <T extends object>(own: T, others: object): T =>
  Object.assign(Object.create(Object.getPrototypeOf(own) as object) as T, own, others);

/** Turns the answer into the one that counts, or throws why it is none. */
type Check = (answer: unknown, output: z.ZodType) => unknown;

const STATED = z.object({ state: z.enum(["done", "not-done", "partly", "unknown"]), evidence: z.string() });
const VERDICT = z.object({ holds: z.union([z.boolean(), z.literal("unknown")]), evidence: z.string() });
const COMMANDS = z.array(z.object({ on: z.string(), line: z.string() }));

const asIs: Check = (answer) => answer;

const stated = (answer: unknown): Readonly<Record<string, unknown>> =>
  STATED.safeParse(answer).success
    ? (answer as Readonly<Record<string, unknown>>)
    : { state: "unknown", evidence: "its probe returned no answer: it returns { state, evidence }" };

const probed: Check = (answer, output) => {
  const found = stated(answer);
  return found["state"] === "done" ? { ...found, output: fitting(found["output"], output) } : found;
};

const verdict: Check = (answer): Verdict =>
  VERDICT.safeParse(answer).success
    ? (answer as Verdict)
    : { holds: "unknown", evidence: "its verify returned no verdict: it returns { holds, evidence }" };

const commands: Check = (answer) => {
  if (!COMMANDS.safeParse(answer).success) throw new Error("it returned no list of { on, line }");
  return answer;
};

function fitting(found: unknown, output: z.ZodType): unknown {
  const { success, data, error } = output.safeParse(found);
  if (success) return data;
  throw new Error(`its output does not fit: ${faultsIn(error)}`);
}

/** A guard that answers false means a refusal, and would be passed. */
const nothing: Check = (answer) => {
  if (answer !== undefined) throw new Error("it answered, and refuses only by refuse(message, remedy)");
};

const CHECKS: Readonly<Record<string, Check>> = {
  describe: commands,
  guard: nothing,
  run: fitting,
  probe: probed,
  probeByHand: probed,
  verify: verdict,
  tell: asIs,
  known: asIs,
  finds: asIs,
};
const CHECKS_BACK: Readonly<Record<string, Check>> = { describe: commands, guard: nothing, probe: stated, run: asIs };

const COUNT = z.number().optional();
const PROGRESS = z.object({
  message: z.string(),
  done: COUNT,
  total: COUNT,
  unit: z.enum(["objects", "bytes", "segments", "seconds"]).optional(),
});
const QUESTION = z.object({
  id: z.string(),
  kind: z.enum(["text", "confirm", "typed", "choice"]),
  prompt: z.string(),
  why: z.string(),
});

/** The values that a method of the context takes, in their order; a further one passes. */
const TAKEN: Readonly<Record<string, readonly z.ZodType[]>> = {
  ask: [QUESTION],
  record: [z.string(), z.record(z.string(), z.json())],
  keep: [z.string(), z.string()],
  recall: [z.object({ name: z.string(), sha256: z.string() })],
  secret: [z.string()],
  progress: [PROGRESS],
};

/** A context lets no effect begin after a fault of its call, and takes only values that fit. */
function holdingBack(given: unknown): unknown {
  const { beforeEffect } = Object(given) as Partial<Context>;
  if (typeof beforeEffect !== "function") return given;
  const held = async (): Promise<void> => {
    await beforeEffect();
    requireNoFault();
  };
  const checked = Object.entries(TAKEN).map(([name, taken]) => {
    const call = (given as Calls)[name] as Call;
    return [name, (...values: readonly unknown[]) => call(...requireFitting(name, taken, values))] as const;
  });
  return { ...(given as Context), ...Object.fromEntries(checked), beforeEffect: held };
}

function requireFitting(name: string, taken: readonly z.ZodType[], values: readonly unknown[]): readonly unknown[] {
  for (const [index, each] of taken.entries()) {
    const { error } = each.safeParse(values[index]);
    if (error !== undefined) throw new Error(`its context.${name} was given a wrong value: ${faultsIn(error)}`);
  }
  return values;
}

class OwnAction {
  readonly #file: string;
  readonly #action: AnyAction;

  constructor(file: string, action: AnyAction) {
    this.#file = file;
    this.#action = action;
  }

  /** The functions among those names, each with its check behind it. */
  answers(own: object, prefix: string, checks: Readonly<Record<string, Check>>): Readonly<Record<string, Call>> {
    const functions = Object.entries(checks).flatMap(([name, check]) => {
      const call = (own as Calls)[name];
      return typeof call === "function"
        ? [[name, this.#told(`${prefix}${name}`, check, (call as Call).bind(own))] as const]
        : [];
    });
    return Object.fromEntries(functions);
  }

  #told(name: string, check: Check, call: Call): Call {
    const judged = (answer: unknown): unknown => check(answer, this.#action.output);
    const tell: Telling = (thrown, late) => this.#errorOf(thrown, { name, late });
    const fail = (thrown: unknown): never => {
      throw tell(thrown, false);
    };
    return (...given) => {
      try {
        const answer = inOwnCall(() => call(...given.map(holdingBack)), tell);
        return answer instanceof Promise ? answer.then(judged).catch(fail) : judged(answer);
      } catch (thrown) {
        return fail(thrown);
      }
    };
  }

  #errorOf(thrown: unknown, { name, late }: { readonly name: string; readonly late: boolean }): unknown {
    if (late)
      return this.#failed("own-action-strayed", `left work behind in its ${name}: ${messageOf(thrown)}`, thrown);
    if (thrown instanceof RecoverError || thrown instanceof UnknownValue) return thrown;
    const { code, remedy } = Object(thrown) as { readonly code?: unknown; readonly remedy?: unknown };
    if (code === "guard-refused" && typeof remedy === "string")
      return giveUp(code, messageOf(thrown)).advise(remedy, thrown);
    // An end of the run by a signal.
    if (thrown instanceof Error && thrown.name === "AbortError") return thrown;
    return this.#failed("own-action-failed", `failed in its ${name}: ${messageOf(thrown)}`, thrown);
  }

  #failed(code: ErrorCode, how: string, thrown: unknown): RecoverError {
    return giveUp(code, `the own action ${quoted(this.#action.id)} ${how}`).advise(
      `Correct it in ${quoted(`${this.#file}${this.#lineOf(thrown)}`)}, or tell its author.`,
      thrown,
    );
  }

  /** `:LINE` of the module where it threw or called what threw; "" if its stack does not tell. */
  #lineOf(thrown: unknown): string {
    const place = placesOf(thrown).find((each) => each.startsWith(this.#file)) ?? "";
    return /:\d+$/u.exec(place)?.[0] ?? "";
  }
}

/** The places of an error's stack as PATH:LINE, the innermost first. */
export const placesOf = (thrown: unknown): readonly string[] =>
  [...stackOf(thrown).matchAll(/^ +at .*?(?:file:\/\/)?(\/[^()\n]*:\d+):\d+\)?$/gmu)].map(([, place = ""]) => place);

export const stackOf = (thrown: unknown): string => (thrown instanceof Error ? (thrown.stack ?? "") : "");

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
