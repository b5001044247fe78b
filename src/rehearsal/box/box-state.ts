/** All parts of a box as one value; on disk each part has a separate file, replaced when the part changes. */
import type { CloudControllerState } from "../cloud-controller/state.ts";
import type { DirectorState } from "../director/state.ts";
import type { DockerEngineState } from "../docker-engine/state.ts";
import type { Certificate } from "../http/certificate.ts";
import type { KeyPair } from "../ssh/keys.ts";
import type { World } from "../world/world.ts";
import { VersionedFile } from "./versioned-file.ts";

/** Log-ins that the box hands to the tool; they are worth nothing outside of it. */
export interface BoxAccounts {
  readonly cf: { readonly username: string; readonly password: string };
  readonly bosh: { readonly client: string; readonly clientSecret: string };
  readonly gatewayUser: string;
}

export interface BoxKeys {
  readonly gateway: KeyPair;
  /** The operator's key for the gateway. */
  readonly operator: KeyPair;
  /** Host keys of the cells, by address. */
  readonly cells: Readonly<Record<string, KeyPair>>;
  readonly director: Certificate;
}

export interface BoxState {
  readonly version: 1;
  readonly scenario: string;
  readonly world: World;
  readonly cloudController: CloudControllerState;
  readonly director: DirectorState;
  /** A Docker host beside the foundation, if the scenario has one. */
  readonly docker?: DockerEngineState;
  readonly accounts: BoxAccounts;
  readonly keys: BoxKeys;
}

type Part = "world" | "cloudController" | "director" | "docker";
type Kept = NonNullable<BoxState[Part]>;

const SOON_MS = 100;

/** The files of a box, in its directory. */
export class BoxFiles {
  readonly #parts: Readonly<Record<Part | "fixed", VersionedFile>>;
  readonly #waiting = new Map<Part, Kept>();
  #timer: NodeJS.Timeout | undefined;

  constructor(directory: string) {
    const file = (name: string): VersionedFile => new VersionedFile(directory, name);
    this.#parts = {
      world: file("world"),
      cloudController: file("cloud-controller"),
      director: file("director"),
      docker: file("docker"),
      fixed: file("box"),
    };
  }

  /** At once, with every part that waits. */
  savePart(part: Part, value: Kept): void {
    this.#waiting.set(part, value);
    this.#flush();
  }

  /**
   * Saves the part with the next one that is saved at once, or after a moment: for parts that every question changes.
   * Their decisions take effect in the world, which is saved at once.
   */
  saveSoon(part: Part, value: Kept): void {
    this.#waiting.set(part, value);
    this.#timer ??= setTimeout(() => this.#flush(), SOON_MS).unref();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [part, value] of this.#waiting) this.#parts[part].write(JSON.stringify(value));
    this.#waiting.clear();
  }

  save({ world, cloudController, director, docker, ...fixed }: BoxState): void {
    this.savePart("world", world);
    this.savePart("cloudController", cloudController);
    this.savePart("director", director);
    if (docker !== undefined) this.savePart("docker", docker);
    this.#parts.fixed.write(JSON.stringify(fixed));
  }

  load(): BoxState {
    const read = (part: Part | "fixed"): unknown => JSON.parse(this.#parts[part].read());
    return {
      ...(read("fixed") as Omit<BoxState, Part>),
      world: read("world") as World,
      cloudController: read("cloudController") as CloudControllerState,
      director: read("director") as DirectorState,
      ...(this.#parts.docker.isThere ? { docker: read("docker") as DockerEngineState } : {}),
    };
  }
}
