/**
 * The memory that the threads of a search share: the next job, the bytes read, and how much each has sent that still
 * waits.
 */
const NEXT = 0;
const STOPPED = 1;
const WAITING = 2;
/** Sent by one thread and not yet taken: more is not sent. Bytes. */
const MOST_WAITING = 1024 * 1024;

export class Shared {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #read: BigInt64Array;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#read = new BigInt64Array(memory, 0, 1);
    this.#words = new Int32Array(memory, 8);
  }

  static create(threads: number): Shared {
    return new Shared(new SharedArrayBuffer(8 + 4 * (WAITING + threads)));
  }

  /** The index of a job that nobody else has; past the last one there is nothing more to do. */
  nextJob(): number {
    return this.stopped ? Number.MAX_SAFE_INTEGER : Atomics.add(this.#words, NEXT, 1);
  }

  get stopped(): boolean {
    return Atomics.load(this.#words, STOPPED) === 1;
  }

  /** Nobody begins another job, and nobody waits. */
  stop(threads: number): void {
    Atomics.store(this.#words, STOPPED, 1);
    for (let thread = 0; thread < threads; thread += 1) Atomics.notify(this.#words, WAITING + thread);
  }

  addRead(bytes: number): void {
    Atomics.add(this.#read, 0, BigInt(bytes));
  }

  get read(): number {
    return Number(Atomics.load(this.#read, 0));
  }

  /** In the thread: says that it has sent so much. */
  sent(thread: number, bytes: number): void {
    Atomics.add(this.#words, WAITING + thread, bytes);
  }

  isFull(thread: number): boolean {
    return !this.stopped && Atomics.load(this.#words, WAITING + thread) > MOST_WAITING;
  }

  /** In a worker: blocks while too much of its output waits. */
  waitForRoom(thread: number): void {
    while (this.isFull(thread))
      Atomics.wait(this.#words, WAITING + thread, Atomics.load(this.#words, WAITING + thread));
  }

  taken(thread: number, bytes: number): void {
    Atomics.sub(this.#words, WAITING + thread, bytes);
    Atomics.notify(this.#words, WAITING + thread);
  }
}
