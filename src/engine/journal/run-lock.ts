/** The run lock: which process carries a run (L3), and the fence that every append passes (J4). */
import { giveUp, type RecoverError, refuse } from "../../errors.ts";
import { describeHolder, LockFile, type LockHolder, type LockWatch } from "./locks.ts";
import { livenessOf, thisProcess } from "../../kit/process/process-identity.ts";

export interface RunLockRequest {
  readonly stateDirectory: string;
  readonly run: string;
  /** Epoch of the run's last entry; 0 for a new run. */
  readonly epoch: number;
  readonly takeOver: boolean;
  readonly now: Date;
}

export class RunLock {
  readonly #file: LockFile;
  readonly #holder: LockHolder;
  #watch: LockWatch | undefined;

  private constructor(file: LockFile, holder: LockHolder) {
    this.#file = file;
    this.#holder = holder;
  }

  get epoch(): number {
    return this.#holder.epoch;
  }

  /** Errors: `locked` with the holder, `state-dir-unusable`. A take-over of a lock that is held counts the epoch up. */
  static acquire(request: RunLockRequest): RunLock {
    const key = `run ${request.run}`;
    const file = new LockFile(request.stateDirectory, key);
    const epoch = Math.max(1, request.epoch + (request.takeOver ? 1 : 0));
    const startedAt = request.now.toISOString();
    const holder: LockHolder = { key, run: request.run, epoch, ...thisProcess(), startedAt };
    if (file.create(holder)) return new RunLock(file, holder);
    const held = file.read();
    const free = held === undefined || request.takeOver || livenessOf(held) === "dead";
    const mine: LockHolder = { ...holder, epoch: request.takeOver ? Math.max(epoch, (held?.epoch ?? 0) + 1) : epoch };
    if (held !== undefined && free && file.replace(held, mine)) return new RunLock(file, mine);
    throw locked(request.run, held);
  }

  /** Throws `fenced` unless this process still holds the run. Costs one fstat if the lock is unchanged. */
  check(): void {
    if (this.#watch?.unchanged() === true) return;
    this.#unwatch();
    // Opened before it is read: what is put in its place in between is seen the next time.
    this.#watch = this.#file.watch();
    const held = this.#watch === undefined ? undefined : this.#file.read();
    if (held !== undefined && JSON.stringify(held) === JSON.stringify(this.#holder)) return;
    this.#unwatch();
    const by = held === undefined ? "another process, which has let it go since" : describeHolder(held);
    throw giveUp("fenced", `this run was taken over by ${by}`)
      .at(this.#file.path)
      .advise(`Go on there; "dingo-recover status ${this.#holder.run}" shows where it stands.`);
  }

  release(): void {
    this.#unwatch();
    this.#file.remove(this.#holder);
  }

  #unwatch(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }
}

function locked(run: string, held: LockHolder | undefined): RecoverError {
  const holder = held === undefined ? "another process" : `process ${held.pid} on ${held.host}`;
  const since = held === undefined ? "" : ` since ${held.startedAt}`;
  return refuse("locked", `${holder} is at work on run ${run}${since}`).advise(
    `Look at it with "dingo-recover status ${run}", or, if that process is surely gone, continue with "dingo-recover resume ${run} --take-over".`,
  );
}
