/** Everything that a box is made of, as one value that is written to one file: worlds of all stand-ins, keys, accounts. */
import { readFileSync } from "node:fs";
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

export function saveBox(path: string, state: BoxState): void {
  replaceFile(path, JSON.stringify(state));
}

export function loadBox(path: string): BoxState {
  return JSON.parse(readFileSync(path, "utf8")) as BoxState;
}
