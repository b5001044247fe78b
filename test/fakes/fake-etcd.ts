/** etcd's v2 keys with compare-and-swap. Keys with a time to live go when the clock passes it. */
import { RecoverError } from "../../src/errors.ts";
import type { Etcd, EtcdNode } from "../../src/ports/cells.ts";

export class FakeEtcd implements Etcd {
  readonly keys = new Map<string, string>();
  readonly #expires = new Map<string, number>();
  readonly changes: string[] = [];
  /** Happens between a look and the change that follows it. */
  interlude: () => void = () => undefined;
  #now = 0;

  async get(key: string): Promise<EtcdNode | undefined> {
    const value = this.keys.get(key);
    return value === undefined ? undefined : { key, value, modifiedIndex: 1 };
  }

  async list(directory: string): Promise<readonly EtcdNode[]> {
    return [...this.keys]
      .filter(([key]) => key.startsWith(`${directory}/`))
      .map(([key, value]) => ({ key, value, modifiedIndex: 1 }));
  }

  async put(key: string, value: string, options: { readonly prevValue?: string } = {}): Promise<void> {
    this.interlude();
    this.#compare(key, options.prevValue);
    this.keys.set(key, value);
    this.changes.push(`set ${key}`);
  }

  async remove(key: string, prevValue: string): Promise<boolean> {
    this.interlude();
    if (!this.keys.has(key)) return false;
    this.#compare(key, prevValue);
    this.keys.delete(key);
    this.changes.push(`delete ${key}`);
    return true;
  }

  /** A key that expires after so many milliseconds of the clock. */
  lease(key: string, value: string, ttlMs: number): void {
    this.keys.set(key, value);
    this.#expires.set(key, this.#now + ttlMs);
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const [key, at] of this.#expires) if (at <= this.#now) this.keys.delete(key);
  }

  #compare(key: string, prevValue: string | undefined): void {
    if (prevValue === undefined || this.keys.get(key) === prevValue) return;
    throw new RecoverError("guard-refused", `"${key}" is not what it was`, { remedy: "Look.", effect: "none" });
  }
}
