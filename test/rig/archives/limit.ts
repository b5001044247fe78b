/** Lets a few through at a time, in their order. */
export class Limit {
  private readonly waiting: (() => void)[] = [];

  private free: number;

  constructor(free: number) {
    this.free = free;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}
