/**
 * One module of users' own actions. It exports `actions`, a function that gets the contract's means and returns the
 * actions that it made with them: so the module needs no package beside it. They run with all rights of the tool.
 */
import { Module } from "node:module";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { type ActionMeans, type AnyAction, defineAction, EFFECTS, refuse as refuseStep } from "../../action.ts";
import { REGISTRY } from "../../wiring/registry.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import { optional } from "../../kit/optional.ts";
import { quoted } from "../../kit/text/printable.ts";
import { answeringFor } from "./own-action.ts";
import { turnConsole } from "./own-console.ts";
import { watchOwnFaults } from "./own-faults.ts";

export async function actionsOf(file: string): Promise<readonly AnyAction[]> {
  turnConsole();
  watchOwnFaults();
  const made = await madeBy(file);
  if (!Array.isArray(made)) throw invalid(file, 'its "actions" is no function that returns a list');
  return made.map((each: unknown) => checked(file, each));
}

/**
 * Imports by a module made on the spot. V8 forgets the importer of a script from a code cache, and the program is such
 * a script in a package and in the single executable. `Module.prototype._compile` is Node's way to give a module its
 * text.
 */
async function imported(file: string): Promise<unknown> {
  const host = new Module(file) as unknown as Compiled;
  host._compile("module.exports = (specifier) => import(specifier);", file);
  return await host.exports(pathToFileURL(file).href);
}

interface Compiled {
  _compile(text: string, file: string): void;
  readonly exports: (specifier: string) => Promise<unknown>;
}

async function madeBy(file: string): Promise<unknown> {
  try {
    const { actions } = (await imported(file)) as { readonly actions?: unknown };
    return typeof actions === "function"
      ? (actions as (means: ActionMeans) => unknown)({ defineAction, refuse: refuseStep, z })
      : undefined;
  } catch (cause) {
    throw invalid(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

const ID = /^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/;

function checked(file: string, given: unknown): AnyAction {
  const { id, effect, input, output, describe, run, probe, verify, guard } = given as Partial<Record<string, unknown>>;
  if (typeof id !== "string" || !ID.test(id)) throw invalid(file, "an action has no id of the form SYSTEM.VERB");
  if (REGISTRY.has(id)) throw invalid(file, `the action ${quoted(id)} is one of the tool's own`);
  if (!EFFECTS.some((each) => each === effect)) throw invalid(file, `${id} has no effect: ${EFFECTS.join(", ")}`);
  const functions = { describe, run, ...(effect === "read" ? {} : { probe, ...optional("verify", verify) }) };
  const needed = { ...functions, ...(effect === "disrupt" || effect === "destroy" ? { guard } : {}) };
  for (const [name, value] of Object.entries(needed))
    if (typeof value !== "function") throw invalid(file, `${id} has no ${name}`);
  if (!(input instanceof z.ZodType) || !(output instanceof z.ZodType))
    throw invalid(file, `${id} has no input or output made with "z"`);
  return answeringFor(file, given as AnyAction);
}

function invalid(file: string, why: string, cause?: unknown): RecoverError {
  return refuse("config-invalid", `${quoted(file)} gives no actions: ${why}`)
    .at(file)
    .advise("Mend the file, or take it out of `actions:` in the configuration.", cause);
}
