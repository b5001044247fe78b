/** The key locks of one run: what it must not share with another open run (L2). */
import { type RecoverError, refuse } from "../../errors.ts";
import { describeHolder, LockFile, type LockHolder } from "./locks.ts";
import { thisProcess } from "../../kit/process/process-identity.ts";

/** The locks as the executor uses them. */
export interface Locks {
  /** Takes every key or throws `locked`, in which case none of the new ones is kept. Keys held by this run are renewed. */
  acquire(keys: readonly string[]): void | Promise<void>;
  /** Lets go of all keys of this run. */
  release(): void | Promise<void>;
}

export interface KeyLocksOptions {
  readonly stateDirectory: string;
  readonly run: string;
  readonly epoch: number;
  readonly now: () => Date;
  /** Whether that run is still open: locks of an ended run are stale. */
  readonly isOpen: (run: string) => boolean;
  /** Whether its journal can be read; one that cannot counts as open. */
  readonly isReadable: (run: string) => boolean;
}

export class KeyLocks implements Locks {
  readonly #options: KeyLocksOptions;
  readonly #held = new Map<string, LockHolder>();

  constructor(options: KeyLocksOptions) {
    this.#options = options;
  }

  acquire(keys: readonly string[]): void {
    const fresh: string[] = [];
    try {
      for (const key of keys) {
        if (this.#held.has(key)) continue;
        if (this.#take(key)) fresh.push(key);
      }
    } catch (thrown) {
      for (const key of fresh) this.#drop(key);
      throw thrown;
    }
  }

  release(): void {
    for (const key of [...this.#held.keys()]) this.#drop(key);
  }

  /** True if this run did not hold it before. */
  #take(key: string): boolean {
    const { stateDirectory, run, epoch, now, isOpen, isReadable } = this.#options;
    const file = new LockFile(stateDirectory, key);
    const holder: LockHolder = { key, run, epoch, ...thisProcess(), startedAt: now().toISOString() };
    const created = file.create(holder);
    const held = created ? undefined : file.read();
    const mine =
      created || (held !== undefined && (held.run === run || !isOpen(held.run)) && file.replace(held, holder));
    if (!mine)
      throw held !== undefined && !isReadable(held.run)
        ? refuse("locked", `"${key}" belongs to ${describeHolder(held)}, whose journal cannot be read`)
            .at(key)
            .advise(
              `See what is wrong with "dingo-recover journal verify ${held.run}", and look at the target by hand. When that run is surely over, remove "${file.path}", then try again.`,
            )
        : locked(key, held);
    this.#held.set(key, holder);
    return held?.run !== run;
  }

  #drop(key: string): void {
    const holder = this.#held.get(key);
    if (holder !== undefined) new LockFile(this.#options.stateDirectory, key).remove(holder);
    this.#held.delete(key);
  }
}

/** Locks of a dry run: none. */
export const NO_LOCKS: Locks = { acquire: () => undefined, release: () => undefined };

function locked(key: string, held: LockHolder | undefined): RecoverError {
  const other = held?.run ?? "RUN";
  const holder = held === undefined ? "another run" : describeHolder(held);
  return refuse("locked", `"${key}" belongs to ${holder}, which has not ended`)
    .at(key)
    .advise(
      `Finish that one with "dingo-recover resume ${other}"; "dingo-recover status ${other}" shows where it stands.`,
    );
}
