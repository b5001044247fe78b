/** `$CF_HOME/.cf/config.json`, with the names that cf 8 gives its fields. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export interface Place {
  readonly GUID: string;
  readonly Name: string;
}

export interface CfConfig {
  readonly Target: string;
  readonly APIVersion: string;
  readonly UaaEndpoint: string;
  readonly AccessToken: string;
  readonly RefreshToken: string;
  readonly UAAGrantType: string;
  readonly UAAOAuthClient: string;
  readonly OrganizationFields: Place;
  readonly SpaceFields: Place;
}

const NOWHERE: Place = { GUID: "", Name: "" };

const EMPTY: CfConfig = {
  Target: "",
  APIVersion: "",
  UaaEndpoint: "",
  AccessToken: "",
  RefreshToken: "",
  UAAGrantType: "",
  UAAOAuthClient: "cf",
  OrganizationFields: NOWHERE,
  SpaceFields: NOWHERE,
};

/** Keeps the fields that this program does not know: the file may be a copy of the real CLI's. */
export class ConfigFile {
  readonly #directory: string;
  #config: CfConfig;

  constructor(home = process.env["CF_HOME"] ?? homedir()) {
    this.#directory = join(home, ".cf");
    this.#config = { ...EMPTY, ...this.#read() };
  }

  get config(): CfConfig {
    return this.#config;
  }

  change(change: Partial<CfConfig>): void {
    this.#config = { ...this.#config, ...change };
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.#directory, "config.json"), JSON.stringify(this.#config, null, 2), { mode: 0o600 });
  }

  untarget(): void {
    this.change({ OrganizationFields: NOWHERE, SpaceFields: NOWHERE });
  }

  #read(): Partial<CfConfig> {
    try {
      return JSON.parse(readFileSync(join(this.#directory, "config.json"), "utf8")) as Partial<CfConfig>;
    } catch {
      return {};
    }
  }
}
