/** Bad weather between the tool and a foundation in a box: which calls of which system it strikes, and how. */

/** Whose calls can be struck. */
export const SYSTEMS = [
  "cf",
  "uaa",
  "director",
  "s3",
  "log-store",
  "gateway",
  "ssh",
  "etcd",
  "patroni",
  "broker",
] as const;
export type System = (typeof SYSTEMS)[number];

/** The fates of a call. If nothing else is said, the call has not taken effect. */
export const KINDS = {
  timeout: "no answer for a minute, then the connection is gone",
  reset: "the connection is gone at once",
  "403": "it is refused",
  "500": "the system fails",
  "502": "something in between fails",
  "503": "the system is overloaded",
  slow: "the answer takes ten seconds, and is right",
  half: "it takes effect, and the answer is cut in its middle",
  garbage: "it takes effect, and the answer is something else's",
  duplicate: "it takes effect, and the answer comes twice",
  twice: "it reaches the system twice, and the second answer comes",
} as const;
export type Kind = keyof typeof KINDS;

/** Kinds that may strike after the call took effect as well, written `after-KIND`. */
export const AFTER: readonly Kind[] = ["timeout", "reset", "500", "502", "503"];

export interface Blow {
  readonly system: System | "any";
  /** Of the operation; `*` stands for any text. */
  readonly operation: string;
  /** The first matching call that is struck, from 1, and the last one; Infinity is not JSON: absent means for ever. */
  readonly first: number;
  readonly last?: number;
  readonly kind: Kind;
  /** The call takes effect first. */
  readonly after: boolean;
  /** From the first one on nothing of the system answers for so long. Milliseconds of the box. */
  readonly awayMs?: number;
}

/** The trouble that strikes one call. */
export type Stroke = Pick<Blow, "kind" | "after">;

/** A blow and its calls so far. */
export interface Front {
  readonly blow: Blow;
  readonly met: number;
  /** World time until which nothing answers. */
  readonly until?: number;
}

export interface Meeting {
  readonly system: System;
  readonly operation: string;
  readonly now: number;
}

export const frontsOf = (blows: readonly Blow[]): readonly Front[] => blows.map((blow) => ({ blow, met: 0 }));

/** Takes one call through the weather: the trouble that strikes it, and the weather that is left. */
export function strike(
  fronts: readonly Front[],
  call: Meeting,
): { readonly stroke: Stroke | undefined; readonly fronts: readonly Front[] } {
  const met = fronts.map((front) => meet(front, call));
  return { stroke: met.find(({ stroke }) => stroke !== undefined)?.stroke, fronts: met.map(({ front }) => front) };
}

interface Met {
  readonly front: Front;
  readonly stroke?: Stroke;
}

function meet(front: Front, { system, operation, now }: Meeting): Met {
  const { blow } = front;
  if (blow.system !== "any" && blow.system !== system) return { front };
  if (front.until !== undefined && now < front.until) return { front, stroke: GONE };
  if (!matches(blow.operation, operation)) return { front };
  const met = { ...front, met: front.met + 1 };
  if (met.met < blow.first || met.met > (blow.last ?? Infinity)) return { front: met };
  if (blow.awayMs !== undefined) return { front: { ...met, until: now + blow.awayMs }, stroke: GONE };
  return { front: met, stroke: blow };
}

const GONE: Stroke = { kind: "reset", after: false };

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}
