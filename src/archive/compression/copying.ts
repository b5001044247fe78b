/** The two moves of bytes that every LZ77 format is made of. Short ones go by a loop: a call costs more than it saves. */

const SHORT = 24;

interface Literals {
  readonly at: number;
  readonly target: Uint8Array;
  readonly out: number;
  readonly count: number;
}

export function copyOver(source: Uint8Array, { at, target, out, count }: Literals): void {
  if (count > 2 * SHORT) target.set(source.subarray(at, at + count), out);
  else for (let i = 0; i < count; i += 1) target[out + i] = source[at + i] ?? 0;
}

/** A match may overlap itself: then it repeats the bytes that it has just written. */
export function copyWithin(
  target: Uint8Array,
  { out, distance, count }: { readonly out: number; readonly distance: number; readonly count: number },
): void {
  const from = out - distance;
  if (count <= SHORT) {
    for (let i = 0; i < count; i += 1) target[out + i] = target[from + i] ?? 0;
    return;
  }
  if (distance === 1) {
    target.fill(target[from] ?? 0, out, out + count);
    return;
  }
  // Each round doubles the bytes that can be copied at once.
  for (let done = 0; done < count; ) {
    const some = Math.min(distance + done, count - done);
    target.copyWithin(out + done, from, from + some);
    done += some;
  }
}
