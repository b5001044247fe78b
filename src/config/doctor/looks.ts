/** Looks at one system, one thing after the other. All things behind a failed one are unknown, and say why. */
import { refuse } from "../../errors.ts";
import { type Check, refusal, type Verdict } from "./check.ts";

/** Real milliseconds for one look: agents of a director that do not answer take 45 s each (cf-bosh.md §3.3). */
const PATIENCE_MS = 90_000;

export interface LookOptions {
  /** The consequence of a failure: which step stops. */
  readonly means: string | undefined;
  /** Why nothing of it can be looked at. */
  readonly barred?: string | undefined;
  readonly patienceMs?: number;
}

export type Id = string | ((thrown: unknown) => string);

export class Looks {
  readonly #options: LookOptions;
  readonly #checks: Check[] = [];
  #barred: string | undefined;

  constructor(options: LookOptions) {
    this.#options = options;
    this.#barred = options.barred;
  }

  get checks(): readonly Check[] {
    return this.#checks;
  }

  say(id: string, verdict: Verdict): void {
    this.#checks.push({ id, ...verdict });
  }

  /** Nothing further can be looked at. */
  bar(why: string): void {
    this.#barred ??= why;
  }

  /**
   * Returns what `work` finds. If it fails, the check says so, and no later look is made: it returns undefined.
   * `what` names the thing in the text of a look that is not made. `id` can depend on the error.
   */
  async look<T>(id: Id, what: string, work: () => Promise<T>): Promise<T | undefined> {
    const before = this.#checks.length;
    const found = await this.aside(id, what, work);
    const failed = this.#checks[before];
    if (failed !== undefined) this.bar(failed.text);
    return found;
  }

  /** Looks at something on which no later look depends: those are made even if this one fails. */
  async aside<T>(id: Id, what: string, work: () => Promise<T>): Promise<T | undefined> {
    const idOf = (thrown: unknown): string => (typeof id === "string" ? id : id(thrown));
    if (this.#barred !== undefined) {
      this.say(idOf(undefined), { state: "unknown", text: `${what}: not looked at (${this.#barred})` });
      return undefined;
    }
    try {
      return await within(this.#options.patienceMs ?? PATIENCE_MS, what, work());
    } catch (thrown) {
      this.say(idOf(thrown), refusal(thrown, this.#options.means));
      return undefined;
    }
  }
}

async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          refuse("unreachable", `${what}: no answer within ${ms / 1000} s`).advise(
            "Look at the system and at the network between here and there, and run doctor again.",
          ),
        ),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
