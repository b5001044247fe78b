/** Our adapter, a cf program and a Cloud Controller stand-in, put together for the contract's suites. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CfCloudFoundry, type CfOptions } from "../../src/foundation/adapters/cf/cloud-foundry.ts";
import type {
  CfSpace,
  CloudFoundry,
  KnownInstance,
  KnownSpace,
  ServiceInstance,
} from "../../src/ports/cloud-foundry.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { ADMIN, CloudFoundryWorld } from "./cloud-foundry-world.ts";
import { ResourceLog } from "./resource-log.ts";

export const IN = { org: "acme", space: "prod, eu-west" };
export const INSTANCES = "POST /v3/service_instances";
export const BINDINGS = "POST /v3/service_credential_bindings";

export class CloudFoundryFixture {
  readonly world = new CloudFoundryWorld();
  readonly directory = mkdtempSync(join(tmpdir(), "cf-contract-"));
  readonly secrets = new Secrets();
  readonly #opened: CfCloudFoundry[] = [];
  #program = "";
  #cf: CfCloudFoundry | undefined;

  async start(program: (directory: string) => Promise<string>): Promise<void> {
    this.#program = await program(this.directory);
    await this.world.start();
    this.#cf = this.open();
  }

  /** Logged in as an admin, shared by the tests of a suite. */
  get cf(): CfCloudFoundry {
    if (this.#cf === undefined) throw new Error("the fixture was not started");
    return this.#cf;
  }

  readonly open = (options: Partial<CfOptions> = {}): CfCloudFoundry => {
    const made = new CfCloudFoundry({
      program: this.#program,
      path: process.env["PATH"] ?? "",
      api: this.world.server.url,
      login: { kind: "password", username: ADMIN.name, password: ADMIN.password },
      secrets: this.secrets,
      recorder: new ResourceLog(),
      temporaryDirectory: this.directory,
      ...options,
    });
    this.#opened.push(made);
    return made;
  };

  readonly create = (asked: Partial<Parameters<CloudFoundry["createService"]>[0]> = {}, cf = this.cf): Promise<void> =>
    cf.createService({
      in: this.known(),
      offering: "dingo-postgresql95",
      plan: "solo",
      name: "important-db",
      tag: "dingo-recover-4f2a",
      parameters: { "node-count": 1 },
      ...asked,
    });

  readonly named = (name: string): Promise<ServiceInstance | undefined> =>
    this.cf.findInstance(this.world.seeded.spaceGuid, name);

  readonly guidOf = async (name: string): Promise<string> => (await this.named(name))?.guid ?? "";

  /** The instance that nobody deleted. */
  readonly living = (): KnownInstance => ({ in: IN, instance: "other-db", guid: this.world.seeded.livingGuid });

  readonly known = (): KnownSpace => ({ ...IN, guid: this.world.seeded.spaceGuid });

  readonly space = (): CfSpace => ({
    guid: this.world.seeded.spaceGuid,
    orgGuid: this.world.seeded.orgGuid,
    name: IN.space,
    orgName: IN.org,
  });

  /** Leaves an adapter as a SIGKILL would. */
  abandon(cf: CfCloudFoundry): void {
    this.#opened.splice(this.#opened.indexOf(cf), 1);
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((each) => each.close()));
    await this.world.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
