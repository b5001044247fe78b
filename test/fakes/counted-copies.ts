/** The production adapter on the simulated engine, with every change that was asked of it. */
import type { OpenDockerHosts } from "../../src/docker/adapters/docker-hosts.ts";
import type { ProgramCall, ProgramResult } from "../../src/kit/spawn/spawn.ts";
import { RecoverError } from "../../src/errors.ts";
import type { DatabaseCopies } from "../../src/ports/database-copy.ts";
import { DockerEngine } from "../../src/rehearsal/docker-engine/engine.ts";
import type { DockerEngineState } from "../../src/rehearsal/docker-engine/state.ts";
import { hostsBy } from "../rig/engine/engine-hosts.ts";

const NOW = Date.UTC(2026, 10, 22);
const CHANGES = new Set<string>([
  ...["makeVolume", "removeVolume", "fill", "start", "startFresh", "end", "dump", "load", "loadRoles"],
]);

export class SalvageHost {
  engine: DockerEngine;
  readonly changed: string[] = [];
  /** The call after so many changes is cut before it. */
  dieAfter = Number.POSITIVE_INFINITY;
  readonly hosts: OpenDockerHosts;

  constructor(state: DockerEngineState) {
    this.engine = new DockerEngine(state, () => NOW);
    this.hosts = hostsBy({}, { run: (call) => Promise.resolve(this.#run(call)) });
  }

  alter(change: (state: DockerEngineState) => DockerEngineState): void {
    this.engine = new DockerEngine(change(this.engine.state), () => NOW);
  }

  /** With a note of each call that changes something. */
  async copies(): Promise<DatabaseCopies & { readonly changed: readonly string[] }> {
    const real = await this.hosts.copies({ host: "", sudo: false });
    return new Proxy(real, { get: (target, name) => this.#method(target, String(name)) }) as DatabaseCopies & {
      readonly changed: readonly string[];
    };
  }

  #method(target: DatabaseCopies, name: string): unknown {
    if (name === "changed") return this.changed;
    const found: unknown = Reflect.get(target, name);
    if (typeof found !== "function") return found;
    return (...args: readonly unknown[]): unknown => {
      const isChange = CHANGES.has(name) || (name === "sql" && String(args[2]).includes("CREATE DATABASE"));
      if (isChange) this.#note(name);
      return found.apply(target, args);
    };
  }

  #note(name: string): void {
    if (this.changed.length >= this.dieAfter)
      throw new RecoverError("unreachable", "cut", { remedy: "Go on.", effect: "unknown" });
    this.changed.push(name);
  }

  #run({ program, args: words, stdin = "" }: ProgramCall): ProgramResult {
    return this.engine.call({ program, words, stdin, endpoint: "tcp://127.0.0.1:1" });
  }
}
