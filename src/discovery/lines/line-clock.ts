/** Tells when a line was written: by its own zone, or by the clock of its host as other lines of the file show it. */
import { mayCarryStamp } from "./inner-stamp.ts";
import { readLogLines } from "./log-line.ts";
import { SourceClock } from "./source-clock.ts";

/** Undefined if none of the lines tells. */
export function clockOf(lines: readonly string[]): ((line: string) => number | undefined) | undefined {
  const clock = new LineClock();
  for (const line of lines) clock.learn(line);
  const tells = lines.some((line) => clock.instantOf(line) !== undefined);
  return tells ? (line) => clock.instantOf(line) : undefined;
}

class LineClock {
  readonly #hosts = new Map<string, SourceClock>();

  learn(line: string): void {
    if (!mayCarryStamp(line)) return;
    for (const { envelope, inner } of readLogLines(line)) {
      if (inner === undefined || envelope.naked === undefined) continue;
      const { host = "" } = envelope;
      const clock = this.#hosts.get(host) ?? new SourceClock();
      this.#hosts.set(host, clock);
      clock.observe(envelope.naked, inner.ms);
    }
  }

  instantOf(line: string): number | undefined {
    const [read] = readLogLines(line);
    if (read === undefined) return undefined;
    const { envelope, inner } = read;
    const known = inner ?? envelope.stamp;
    if (known !== undefined || envelope.naked === undefined) return known?.ms;
    const clock = this.#hosts.get(envelope.host ?? "") ?? this.#only();
    // If the clock was changed on the way, as for summer time, nobody knows at which line: those that tell themselves
    // do.
    return clock === undefined || clock.offsets.length > 1 ? undefined : clock.resolve(envelope.naked);
  }

  /** For a host that shows no inner time, when all others run by the same zone. */
  #only(): SourceClock | undefined {
    const offsets = new Set([...this.#hosts.values()].flatMap((clock) => clock.offsets));
    return offsets.size === 1 ? [...this.#hosts.values()].find((clock) => clock.offsets.length > 0) : undefined;
  }
}
