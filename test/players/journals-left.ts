/** The journals' bytes as a dead process left them. */
import type { CrashPoint } from "./point.ts";
import type { RunFiles, Snapshot } from "./snapshot.ts";

export function journalsLeft(point: CrashPoint, { appends }: Snapshot, files: RunFiles): ReadonlyMap<string, Buffer> {
  if (point.is === "change") return journalsAt(files, appends);
  if (point.is === "lost-block") return journalsAt(files, point.append, { lost: point.bytes });
  if (point.is === "clock-back" || (point.is === "append" && point.when === "after"))
    return journalsAt(files, point.append);
  const torn = point.is === "append" && point.when === "torn";
  return journalsAt(files, point.append - (torn ? 0 : 1), { torn });
}

interface Damage {
  /** Half of the last line is missing. */
  readonly torn?: boolean;
  /** Bytes that the last journal has lost at its end. */
  readonly lost?: number;
}

/** After so many appends; the damaged journal is the one that had the last of them. */
export function journalsAt({ runs }: RunFiles, count: number, damage: Damage = {}): ReadonlyMap<string, Buffer> {
  const journals = new Map<string, Buffer>();
  let left = count;
  for (const { run, lines } of runs) {
    const own = lines.slice(0, left);
    const isLast = left > 0 && left <= lines.length;
    const whole = Buffer.from(own.map((line) => `${line}\n`).join(""));
    journals.set(run, isLast ? damaged(whole, own.at(-1) ?? "", damage) : whole);
    left = Math.max(0, left - lines.length);
  }
  return journals;
}

function damaged(journal: Buffer, last: string, { torn = false, lost = 0 }: Damage): Buffer {
  const size = Buffer.byteLength(last) + 1;
  const missing = torn ? size - Math.floor(size / 2) : lost;
  return journal.subarray(0, Math.max(0, journal.length - missing));
}
