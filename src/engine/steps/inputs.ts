/** Inputs of a run: typed from text, defaults filled in, missing ones asked for before the first step. */
import type { Json, JsonObject } from "../../action.ts";
import { RecoverError, refusalOf, refuse, unreachable } from "../../errors.ts";
import { nearest } from "../../kit/text/nearest.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { InputSpec, Runbook } from "../runbook/runbook.ts";
import { ask } from "./questions.ts";
import { parseDuration, parseTime } from "../../kit/text/time.ts";
import { requireWhole } from "../state/secret-names.ts";
import type { Session } from "../state/session.ts";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The given inputs and the defaults, checked. Errors: `input-invalid`, for unknown names too. */
export function startingInputs(runbook: Runbook, given: JsonObject, now: Date): JsonObject {
  const names = new Set(runbook.inputs.map(({ name }) => name));
  const unknown = Object.keys(given).find((name) => !names.has(name));
  if (unknown !== undefined) throw unknownInput(unknown, runbook);
  const inputs: Record<string, Json> = {};
  for (const spec of runbook.inputs) {
    const value = given[spec.name] ?? spec.default;
    if (value === undefined) continue;
    // Empty if the runbook says that it may be.
    const empty = value === null || (value === "" && spec.default === "");
    inputs[spec.name] = empty ? value : parseInput(spec, value, now);
  }
  return inputs;
}

/** Errors: `secret-in-name`. */
export function requireWholeInputs(session: Session, inputs: JsonObject): void {
  for (const [name, value] of Object.entries(inputs))
    requireWhole(session.options.secrets, value, { what: `the input "${name}"`, place: `input ${name}` });
}

/** Errors: `input-missing`, which names all that are missing at once. For a run that nobody will be asked about. */
export function requireAllInputs(runbook: Runbook, inputs: JsonObject): void {
  const missing = runbook.inputs.filter(({ name }) => inputs[name] === undefined);
  const [first] = missing;
  if (first === undefined) return;
  const named = missing.map(({ name, prompt }) => `"${name}" (${prompt})`).join(", ");
  const flags = missing.map(({ name }) => `--input ${name}=VALUE`).join(" ");
  const message = `${missing.length === 1 ? "an input is" : `${missing.length} inputs are`} missing: ${named}`;
  throw refuse("input-missing", message)
    .at(`input ${first.name}`)
    .advise(
      `No run was begun. Give ${missing.length === 1 ? "it" : "them"} with ${flags}, or in a file with --inputs FILE.`,
    );
}

/**
 * Asks for what is still missing; an input with a default is missing when it is new in a runbook that was accepted since.
 * Errors: `input-missing` if nobody can answer.
 */
export async function askForInputs(session: Session): Promise<void> {
  const { runbook } = session.plan;
  const defaults = startingInputs(runbook, {}, session.options.clock.now());
  for (const spec of runbook.inputs) {
    if (session.state.inputs[spec.name] !== undefined) continue;
    const usual = defaults[spec.name];
    const { value, by } = usual === undefined ? await askFor(session, spec) : { value: usual, by: "default" };
    await session.ledger.append({ type: "input-given", name: spec.name, value, by });
  }
}

async function askFor(session: Session, spec: InputSpec): Promise<{ readonly value: Json; readonly by: string }> {
  const why = `The runbook needs it as its input "${spec.name}": ${EXAMPLES[spec.type]}. Nothing is changed before you have seen it.${session.options.carrier.rehearsal ? "" : ` Next time --input ${spec.name}=VALUE gives it at once.`}`;
  try {
    const question = { kind: "text", id: `input-${spec.name}`, prompt: spec.prompt, why } as const;
    const answer = await ask(session, question, {
      effect: "read",
      refusal: (text) => refusalOf(() => read(session, spec, text)),
    });
    return { value: read(session, spec, answer.value), by: answer.by };
  } catch (thrown) {
    if (!(thrown instanceof RecoverError) || thrown.code !== "question-unanswered") throw thrown;
    throw refuse("input-missing", `the input "${spec.name}" is missing (${spec.prompt})`)
      .at(`input ${spec.name}`)
      .advise(
        `Go on at a terminal with "${session.resumeCommand}", or begin anew with dingo-recover run --input ${spec.name}=VALUE.`,
        thrown,
      );
  }
}

/** Errors: `input-invalid`, `secret-in-name`. */
function read(session: Session, spec: InputSpec, text: string): Json {
  const value = parseInput(spec, text, session.options.clock.now());
  requireWholeInputs(session, { [spec.name]: value });
  return value;
}

/** One value as its type wants it; text is read, other types must fit already. Errors: `input-invalid`. */
export function parseInput(spec: InputSpec, value: Json, now: Date): Json {
  const parsed = typeof value === "string" ? fromText(spec, value, now) : fromJson(spec, value);
  if (parsed !== undefined) return parsed;
  const what = value === "" ? "is empty" : `cannot be ${JSON.stringify(value)}: that is no ${spec.type}`;
  throw refuse("input-invalid", `the input "${spec.name}" ${what}`)
    .at(`input ${spec.name}`)
    .advise(`Give it as ${EXAMPLES[spec.type]}.`);
}

const EXAMPLES: Readonly<Record<InputSpec["type"], string>> = {
  string: "text that is not empty",
  integer: "a whole number such as 3",
  boolean: "true or false",
  guid: "a GUID such as 0e1f7f4c-5c3b-4a57-9a3c-2f3e1d4b5a69",
  time: 'a time such as "40m ago" or 2026-11-21T02:20:00Z',
  duration: "a number with a unit, such as 40m, 24h or 2d",
  list: "names divided by commas",
};

function fromText(spec: InputSpec, text: string, now: Date): Json | undefined {
  switch (spec.type) {
    case "string":
      return text === "" ? undefined : text;
    case "integer":
      return /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
    case "boolean":
      return { true: true, yes: true, false: false, no: false }[text.trim().toLowerCase()];
    case "guid":
      return GUID.test(text.trim()) ? text.trim().toLowerCase() : undefined;
    case "time":
      return timeOf(text, now);
    case "duration":
      return durationOf(text);
    case "list":
      return text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "");
    default:
      return unreachable(spec.type);
  }
}

function fromJson({ type }: InputSpec, value: Json): Json | undefined {
  const isTextList = Array.isArray(value) && value.every((item) => typeof item === "string");
  const fits =
    (type === "integer" && Number.isSafeInteger(value)) ||
    (type === "boolean" && typeof value === "boolean") ||
    (type === "list" && isTextList);
  return fits ? value : undefined;
}

function unknownInput(name: string, runbook: Runbook): RecoverError {
  const known = runbook.inputs.map((spec) => spec.name);
  const near = nearest(name, known);
  const meant = near === undefined ? "" : `Did you mean "${near}"? `;
  return refuse("input-invalid", `the runbook "${runbook.name}" has no input ${quoted(name)}`)
    .at(`input ${name}`)
    .advise(known.length === 0 ? "It has no inputs at all." : `${meant}Its inputs are: ${known.join(", ")}.`);
}

const timeOf = (text: string, now: Date): string | undefined => whereRead(() => parseTime(text, now).at.toISOString());

/** As it was typed: what reads it reads the same. */
const durationOf = (text: string): string | undefined =>
  whereRead(() => {
    parseDuration(text);
    return text.trim();
  });

function whereRead<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof RecoverError) return undefined;
    throw thrown;
  }
}
