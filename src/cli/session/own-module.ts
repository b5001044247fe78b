/**
 * One module of users' own actions. It exports `actions`, a function that gets the contract's means and returns the
 * actions that it made with them: so the module needs no package beside it. They run with all rights of the tool.
 */
import { readFileSync } from "node:fs";
import { Module, stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { type ActionMeans, type AnyAction, defineAction, EFFECTS, refuse as refuseStep } from "../../action.ts";
import { importsOf } from "../../config/trust/named-files.ts";
import { REGISTRY } from "../../wiring/registry.ts";
import { giveUp, type RecoverError, refuse } from "../../errors.ts";
import { shapeOf } from "../../engine/expression/shape.ts";
import { nearest } from "../../kit/text/nearest.ts";
import { quoted } from "../../kit/text/printable.ts";
import { answeringFor, placesOf, stackOf } from "./own-action.ts";
import { turnConsole } from "./own-console.ts";
import { inOwnCall, watchOwnFaults } from "./own-faults.ts";

/** Throws `config-invalid` with every mistake of the module. */
export async function actionsOf(file: string): Promise<readonly AnyAction[]> {
  turnConsole();
  watchOwnFaults();
  const places = new Map<unknown, string>();
  const made = await madeBy(file, places);
  if (made === undefined) throw invalid(file, 'it exports no function "actions" that returns a list');
  if (!Array.isArray(made)) throw invalid(file, 'its "actions" is no function that returns a list');
  const faults = made.flatMap((each: unknown) => faultsOf(each).map((fault) => ({ fault, place: places.get(each) })));
  const [first] = faults;
  if (first !== undefined) throw invalid(first.place ?? file, faults.map(({ fault }) => fault).join("; "));
  return made.map((each) => answeringFor(file, each as AnyAction));
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

/** Notes in `places` where each action was defined, as PATH:LINE. */
async function madeBy(file: string, places: Map<unknown, string>): Promise<unknown> {
  const defineHere: typeof defineAction = (action) => {
    const caller = placesOf(new Error("not thrown"))[1];
    if (caller !== undefined) places.set(action, caller);
    return defineAction(action);
  };
  try {
    const { actions } = (await inOwnCall(
      () => imported(file),
      (thrown, late) => (late ? strayed(file, thrown) : thrown),
    )) as { readonly actions?: unknown };
    return typeof actions === "function"
      ? (actions as (means: ActionMeans) => unknown)({ defineAction: defineHere, refuse: refuseStep, z })
      : undefined;
  } catch (cause) {
    throw invalid(placeOf(file, cause), messageOf(cause), cause);
  }
}

const strayed = (file: string, thrown: unknown): RecoverError =>
  giveUp("own-action-strayed", `an own module left work behind when it was loaded: ${messageOf(thrown)}`)
    .at(file)
    .advise(`Correct it in ${quoted(file)}, or tell its author.`, thrown);

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** With the line, as far as it is known. Node names none for JavaScript that it cannot read: its reader of types does. */
function placeOf(file: string, cause: unknown): string {
  const below = join(dirname(file), "/");
  const thrown = placesOf(cause).find((place) => place.startsWith(below));
  if (thrown !== undefined) return thrown;
  // An import may be at fault. Packages are left out: they are loaded by others as they are.
  const files = new Set([file]);
  for (const each of files) {
    const line = unreadLine(each);
    if (line !== undefined) return `${each}:${line}`;
    for (const other of importsOf(each)) if (OWN.test(other) && other.startsWith(below)) files.add(other);
  }
  return file;
}

/** JavaScript or TypeScript, and no package's. */
const OWN = /^(?!.*\/node_modules\/).*\.[cm]?[jt]s$/u;

/** The first line that Node's reader of types cannot read; undefined if it reads all, or no file is there. */
function unreadLine(file: string): string | undefined {
  const emitWarning: unknown = Reflect.get(process, "emitWarning");
  try {
    // It would warn on the screen that it is new.
    process.emitWarning = () => undefined;
    stripTypeScriptTypes(readFileSync(file, "utf8"), { sourceUrl: file });
  } catch (unread) {
    return /:(\d+)$/u.exec(stackOf(unread).split("\n")[0] ?? "")?.[1];
  } finally {
    Reflect.set(process, "emitWarning", emitWarning);
  }
  return undefined;
}

const ID = /^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/;

function faultsOf(given: unknown): readonly string[] {
  const action = Object(given) as Partial<Record<string, unknown>>;
  const { id, effect, input, output, title, undo } = action;
  if (typeof id !== "string" || !ID.test(id)) return ["an action has no id of the form SYSTEM.VERB"];
  if (REGISTRY.has(id)) return [`the action ${quoted(id)} is one of the tool's own`];
  const changes = effect !== "read" && EFFECTS.some((each) => each === effect);
  const needed = [
    "describe",
    "run",
    ...(changes ? ["probe"] : []),
    ...("verify" in action && changes ? ["verify"] : []),
  ];
  return [
    ...misspelt(action, KEYS),
    ...(changes ? strange(action, OF_READING, "reads") : []),
    ...(effect === "read" ? strange(action, OF_CHANGING, "changes something") : []),
    ...(typeof title === "string" && title.trim() !== "" ? [] : ["has no title"]),
    ...(EFFECTS.some((each) => each === effect) ? [] : [effectFault(effect)]),
    ...[...needed, ...(effect === "disrupt" || effect === "destroy" ? ["guard"] : [])].flatMap(noFunction(action)),
    ...(input instanceof z.ZodType && output instanceof z.ZodType ? [] : ['has no input or output made with "z"']),
    ...noObject("input", input),
    ...noObject("output", output),
    ...(undo === undefined ? [] : faultsOfUndo(undo)),
  ].map((fault) => `${id} ${fault}`);
}

const effectFault = (effect: unknown): string =>
  `has ${typeof effect === "string" ? `the effect ${quoted(effect)}` : "no effect"}; the effects are ${EFFECTS.join(", ")}`;

/** Members that only the other kind of action has: nothing would read them. */
const strange = (action: object, members: readonly string[], kind: string): readonly string[] =>
  members
    .filter((member) => member in action)
    .map((member) => `has ${quoted(member)}, which belongs to an action that ${kind}`);

const OF_READING = ["review", "tell", "known", "finds"] as const;
const OF_CHANGING = ["guard", "probe", "probeByHand", "undo"] as const;

function noObject(name: "input" | "output", schema: unknown): readonly string[] {
  if (!(schema instanceof z.ZodType)) return [];
  const { kind, nullable } = shapeOf(schema, name);
  const fits = kind === "any" || (kind === "object" && nullable !== true);
  return fits ? [] : [`has an ${name} that is no object: use z.strictObject({ … })`];
}

/** Every key that the contract knows: its types hold the two tables. */
type Keys<T> = Readonly<Record<T extends unknown ? keyof T : never, true>>;
const KEYS: Keys<AnyAction> = {
  id: true,
  title: true,
  effect: true,
  review: true,
  input: true,
  output: true,
  describe: true,
  guard: true,
  run: true,
  probe: true,
  probeByHand: true,
  verify: true,
  undo: true,
  tell: true,
  known: true,
  finds: true,
};
const UNDO_KEYS: Keys<NonNullable<Extract<AnyAction, { undo?: unknown }>["undo"]>> = {
  effect: true,
  cost: true,
  describe: true,
  guard: true,
  probe: true,
  run: true,
  leaves: true,
  final: true,
};

function faultsOfUndo(given: unknown): readonly string[] {
  const undo = Object(given) as Partial<Record<string, unknown>>;
  const { effect, cost, leaves } = undo;
  if (typeof leaves === "string") return [];
  const faults = [
    ...misspelt(undo, UNDO_KEYS),
    ...(effect !== "read" && EFFECTS.some((each) => each === effect)
      ? []
      : ["has no effect: create, disrupt, destroy"]),
    ...(typeof cost === "string" ? [] : ["has no cost"]),
    ...["describe", "guard", "probe", "run"].flatMap(noFunction(undo)),
  ];
  return faults.map((fault) => `undo ${fault}`);
}

const noFunction =
  (of: Partial<Record<string, unknown>>) =>
  (name: string): readonly string[] =>
    typeof of[name] === "function" ? [] : [`has no ${name}`];

/** A class may have further fields, unless one looks like a key that is missing. */
function misspelt(of: Partial<Record<string, unknown>>, known: Readonly<Record<string, true>>): readonly string[] {
  const keys = Object.keys(known);
  const missing = keys.filter((key) => !(key in of));
  const isPlain = Object.getPrototypeOf(of) === Object.prototype;
  return Object.keys(of).flatMap((key) => {
    const meant = keys.includes(key) ? undefined : nearest(key, missing);
    if (meant !== undefined) return [`has ${quoted(key)}: did you mean "${meant}"?`];
    return isPlain && !keys.includes(key) ? [`has ${quoted(key)}, and nothing reads it`] : [];
  });
}

function invalid(file: string, why: string, cause?: unknown): RecoverError {
  return refuse("config-invalid", `${quoted(file)} gives no actions: ${why}`)
    .at(file)
    .advise("Correct the file, or take it out of `actions:` in the configuration.", cause);
}
