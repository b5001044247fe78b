/** Bad weather as part of a stand-in's state: which requests it strikes, how, and how often. */
export interface Fault {
  /** `METHOD /path`; `*` stands for any method, or at the end of the path for any rest. Longer queries do not matter. */
  readonly match: string;
  readonly kind: "hold" | "status" | "cut" | "delay";
  /** Whether the request takes effect first. `status` and `cut` may come after the effect: the answer is lost, the deed done. */
  readonly when: "before" | "after";
  /** Requests that it still strikes; absent: for ever. */
  readonly times?: number;
  /** Matching requests that pass first. */
  readonly skip?: number;
  /** Of `status`. */
  readonly status?: number;
  readonly body?: string;
  /** Of `delay`. */
  readonly delayMs?: number;
}

/** Takes one request against the faults: the one that strikes, and the faults that are left. */
export function strike(
  faults: readonly Fault[],
  method: string,
  path: string,
): { readonly fault: Fault | undefined; readonly faults: readonly Fault[] } {
  const at = faults.findIndex((fault) => matches(fault.match, method, path));
  const found = faults[at];
  if (found === undefined) return { fault: undefined, faults };
  const skipping = (found.skip ?? 0) > 0;
  const left = skipping ? [{ ...found, skip: (found.skip ?? 0) - 1 }] : worn(found);
  return { fault: skipping ? undefined : found, faults: [...faults.slice(0, at), ...left, ...faults.slice(at + 1)] };
}

function worn(fault: Fault): Fault[] {
  if (fault.times === undefined) return [fault];
  return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
}

function matches(pattern: string, method: string, path: string): boolean {
  const [verb = "*", wanted = "*"] = pattern.split(" ", 2);
  if (verb !== "*" && verb !== method) return false;
  return wanted.endsWith("*") ? path.startsWith(wanted.slice(0, -1)) : path === wanted;
}
