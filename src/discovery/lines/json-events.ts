/**
 * The texts of a JSON document by event. Each element of an array is one event (`logEvents` of CloudWatch, `values` of
 * Loki, `hits` of a search), and the fields around it belong to it too.
 */
import { type Fields, jsonOf } from "../../kit/json.ts";
import { isLager, lagerOf, lagerText } from "./rewritten-lager.ts";

/** The bounds within which foreign JSON is read. */
export const DEEPEST = 16;
const MOST_VALUES = 200_000;

export interface Leaf {
  readonly name: string;
  readonly text: string;
  /** It was an object, not a text. */
  readonly rewritten?: true;
}

export interface JsonEvent {
  readonly root: unknown;
  readonly leaves: Leaf[];
  readonly outer?: JsonEvent;
}

export interface JsonEvents {
  readonly events: readonly JsonEvent[];
  /** Something worth reading was not looked at: it lies too deep, or after too many values. */
  readonly rest: boolean;
}

export function eventsOf(document: object, wanted: (text: string) => boolean): JsonEvents {
  const walk = new Walk(wanted);
  walk.value(document, { name: "", depth: 0, event: walk.begin(document) });
  return walk;
}

interface Spot {
  readonly name: string;
  readonly depth: number;
  readonly event: JsonEvent;
}

class Walk implements JsonEvents {
  readonly events: JsonEvent[] = [];
  rest = false;
  readonly #wanted: (text: string) => boolean;
  #visited = 0;

  constructor(wanted: (text: string) => boolean) {
    this.#wanted = wanted;
  }

  begin(root: unknown, outer?: JsonEvent): JsonEvent {
    const event = { root, leaves: [], ...(outer === undefined ? {} : { outer }) };
    this.events.push(event);
    return event;
  }

  value(value: unknown, spot: Spot): void {
    this.#visited += 1;
    if (this.#visited > MOST_VALUES || spot.depth > DEEPEST) this.#leaveOut(value);
    else if (typeof value === "string") this.#text(value, spot);
    else if (Array.isArray(value)) for (const inner of value) this.#element(inner, spot);
    else if (isObject(value)) this.#object(value, spot);
  }

  #object(value: Fields, { name, depth, event }: Spot): void {
    if (isLager(value)) event.leaves.push({ name, text: written(value, lagerText), rewritten: true });
    else for (const [key, inner] of Object.entries(value)) this.value(inner, { name: key, depth: depth + 1, event });
  }

  /** A text that says nothing by itself, such as the one host of a list, tells of the event around it. */
  #element(value: unknown, { name, depth, event }: Spot): void {
    const own = typeof value === "string" ? this.#wanted(value) : typeof value === "object" && value !== null;
    this.value(value, { name, depth: depth + 1, event: own ? this.begin(value, event) : event });
  }

  /** A text may be JSON again; then its fields stand beside it. */
  #text(text: string, { name, depth, event }: Spot): void {
    const inner = /^\s*[[{]/.test(text) ? parseJson(text) : undefined;
    if (inner !== undefined && !isLager(inner)) this.value(inner, { name, depth: depth + 1, event });
    else event.leaves.push({ name, text });
  }

  #leaveOut(value: unknown): void {
    if (this.rest) return;
    if (typeof value === "string") this.rest = this.#wanted(value);
    else if (typeof value === "object" && value !== null) this.rest = this.#wanted(written(value));
  }
}

/** The text of lager's record whose fields somebody has spread over an event. */
export function spreadLager({ root }: JsonEvent): string | undefined {
  const record = isObject(root) && !Array.isArray(root) ? lagerOf(root) : undefined;
  return record === undefined ? undefined : written(record, lagerText);
}

/** Deeper than it can be written again it is no broker's line. */
function written<T extends object>(value: T, write: (value: T) => string = JSON.stringify): string {
  try {
    return write(value);
  } catch {
    return "";
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

/** An object or an array; undefined for anything else. */
export function parseJson(text: string): object | undefined {
  const value = jsonOf(text);
  return isObject(value) ? value : undefined;
}
