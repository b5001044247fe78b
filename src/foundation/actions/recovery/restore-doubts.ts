/** When a restore that does not come to its end counts as wrong: a log line or an end alone is not enough. */
import type { Clock } from "../../../ports/clock.ts";
import type { Container } from "../../../ports/cells.ts";
import type { DatabaseLook } from "./database-look.ts";

/** A `docker restart` of somebody's takes its ten seconds of grace, and a start after it. */
const ENDED_MS = 20_000;
/** A line that explains a failure; the database has had that long to come up in spite of it. */
const EXPLAINED_MS = 20_000;
/** Docker waits 0.1 s, 0.2 s, … between its restarts: a loop, and no restart by a person. */
const LOOP = 3;

/** Docker starts it again and again. */
export const loops = ({ restartCount }: Container): boolean => restartCount >= LOOP;

interface Signs {
  readonly database: DatabaseLook;
  readonly failure: string | undefined;
}

/** Remembers since when a doubt lasts, from look to look. */
export class Doubts {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #startedAt: string;
  readonly #since = new Map<"ended" | "explained", number>();

  constructor(clock: Pick<Clock, "monotonicMs">, startedAt: string) {
    this.#clock = clock;
    this.#startedAt = startedAt;
  }

  /** Why it counts as wrong; undefined while it may still come up. A database that answers is never in doubt here. */
  of(container: Container, { database, failure }: Signs): string | undefined {
    const silent = database.is === "silent";
    const explained = this.#lasts("explained", silent && failure !== undefined, EXPLAINED_MS);
    const ended = this.#lasts("ended", !container.running, ENDED_MS);
    if (!silent) return undefined;
    if (failure !== undefined && (explained || !container.running || loops(container))) return failure;
    if (ended || loops(container)) return this.#endText(container);
    return undefined;
  }

  #lasts(doubt: "ended" | "explained", is: boolean, ms: number): boolean {
    if (!is) this.#since.delete(doubt);
    const now = this.#clock.monotonicMs();
    const since = this.#since.get(doubt) ?? now;
    if (is) this.#since.set(doubt, since);
    return is && now - since >= ms;
  }

  #endText({ status, startedAt, exitCode, restartCount }: Container): string {
    const again = startedAt === this.#startedAt ? "" : `, started again at ${startedAt}`;
    const restarts = restartCount === 0 ? "" : `, restarted ${restartCount} times by Docker`;
    return `the container is ${status} (exit code ${exitCode})${again}${restarts}, and its database never answered`;
  }
}
