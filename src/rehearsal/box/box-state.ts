/** Everything that a box is made of as one value; on disk each part has a file of its own, replaced as it changes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CloudControllerState } from "../cloud-controller/state.js";
import type { DirectorState } from "../director/state.js";
import type { Certificate } from "../http/certificate.js";
import type { KeyPair } from "../ssh/keys.js";
import type { World } from "../world/world.js";
import { replaceFile } from "./world-host.js";

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
  readonly accounts: BoxAccounts;
  readonly keys: BoxKeys;
}

type Part = "world" | "cloudController" | "director";
type Fixed = Omit<BoxState, Part>;

const FILES: Readonly<Record<Part | "fixed", string>> = {
  world: "world.json",
  cloudController: "cloud-controller.json",
  director: "director.json",
  fixed: "box.json",
};

/** Replaces one part's file as a whole. */
export function savePart<K extends Part>(directory: string, part: K, value: BoxState[K]): void {
  replaceFile(join(directory, FILES[part]), JSON.stringify(value));
}

export function saveBox(directory: string, { world, cloudController, director, ...fixed }: BoxState): void {
  savePart(directory, "world", world);
  savePart(directory, "cloudController", cloudController);
  savePart(directory, "director", director);
  replaceFile(join(directory, FILES.fixed), JSON.stringify(fixed));
}

export function loadBox(directory: string): BoxState {
  const read = (part: keyof typeof FILES): unknown => JSON.parse(readFileSync(join(directory, FILES[part]), "utf8"));
  return {
    ...(read("fixed") as Fixed),
    world: read("world") as World,
    cloudController: read("cloudController") as CloudControllerState,
    director: read("director") as DirectorState,
  };
}
