/** The events that a far side tells, in their order: kept, and waited for. */
export class Feed<T> {
  private readonly items: T[] = [];
  private waiting: { readonly match: (item: T) => boolean; readonly found: (item: T) => void }[] = [];

  get all(): readonly T[] {
    return this.items;
  }

  push(item: T): void {
    this.items.push(item);
    this.waiting = this.waiting.filter(({ match, found }) => {
      if (!match(item)) return true;
      found(item);
      return false;
    });
  }

  /** The first item that matches, of those that came already or will come. Each item is shown to `match` once. */
  first(match: (item: T) => boolean): Promise<T> {
    const came = this.items.find((item) => match(item));
    if (came !== undefined) return Promise.resolve(came);
    return new Promise((found) => this.waiting.push({ match, found }));
  }
}
