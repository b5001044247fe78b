/** Yields each item that the callback is given, in that order; ends, or throws, as the work does. */
export async function* streamed<T>(work: (give: (item: T) => void) => Promise<void>): AsyncGenerator<T> {
  const items = new Items<T>();
  const working = work((item) => items.give(item)).finally(() => items.end());
  // A reader that reaches the end meets the error there.
  working.catch(() => undefined);
  for (let item = await items.next(); item !== undefined; item = await items.next()) yield item.value;
  await working;
}

class Items<T> {
  readonly #ready: { readonly value: T }[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  give(value: T): void {
    this.#ready.push({ value });
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Undefined behind the last. */
  async next(): Promise<{ readonly value: T } | undefined> {
    while (this.#ready.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.#ready.shift();
  }
}
