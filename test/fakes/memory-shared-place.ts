/** The place that machines share, in memory: one that honours conditions, or one that ignores them. */
import { createHash } from "node:crypto";
import { RecoverError } from "../../src/errors.ts";
import type { SharedObject, SharedPlace, WriteCondition, Written } from "../../src/ports/shared-place.ts";

export class SharedMemory {
  readonly objects = new Map<string, string>();
  honours = true;
  /** Whether a proxy answers this write, and says that it knows no conditions. */
  isUnsupported: (condition: WriteCondition) => boolean = () => false;
  /** Runs after a read was answered and before the reader goes on. */
  afterRead: (name: string) => void = () => undefined;
}

export class MemorySharedPlace implements SharedPlace {
  readonly location = "s3://bucket/leases";
  readonly #memory: SharedMemory;
  /** The network between this machine and the place. */
  isCut = false;
  /** The changes that this machine made there, in order; refused tries too. */
  readonly tries: string[] = [];

  constructor(memory: SharedMemory) {
    this.#memory = memory;
  }

  async read(name: string): Promise<SharedObject | undefined> {
    this.#assertReachable();
    const content = this.#memory.objects.get(name);
    this.#memory.afterRead(name);
    return content === undefined ? undefined : { content, version: versionOf(content) };
  }

  async list(prefix: string): Promise<readonly string[]> {
    this.#assertReachable();
    return [...this.#memory.objects.keys()].filter((name) => name.startsWith(prefix)).sort();
  }

  async write(name: string, content: string, condition: WriteCondition): Promise<Written> {
    this.#assertReachable();
    this.tries.push(name);
    if (this.#memory.isUnsupported(condition)) return { is: "unsupported" };
    const there = this.#memory.objects.get(name);
    const version = there === undefined ? undefined : versionOf(there);
    if (this.#memory.honours && condition === "absent" && there !== undefined) return { is: "refused" };
    if (this.#memory.honours && typeof condition === "object" && condition.version !== version)
      return { is: "refused" };
    this.#memory.objects.set(name, content);
    return { is: "written", version: versionOf(content) };
  }

  #assertReachable(): void {
    if (this.isCut)
      throw new RecoverError("unreachable", "no answer from the store", { remedy: "See to the network." });
  }
}

const versionOf = (content: string): string => createHash("md5").update(content).digest("hex");
