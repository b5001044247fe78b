/**
 * An operator's machine, with its own state directory, configuration and keys to the object store. The store, and the
 * gateway to everything else, are at the far end of ways that can be cut for this machine.
 */
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { type JournalReading, readJournal } from "../../src/engine/journal/reading.ts";
import { SeverableWay } from "../rehearsal/laptops/severable-way.ts";
import type { Foundation, ToolProcess } from "./foundation.ts";
import type { Ended } from "./recovery.ts";
import type { StoreWay } from "./store-way.ts";
import type { Scene } from "./scene.ts";
import { type S3Credentials, variablesOf } from "./sts.ts";

export interface LaptopOptions {
  readonly name: string;
  /** Its keys get a 403 for each write below this one's archive. */
  readonly scene: Scene;
  /** "s3://BUCKET/PREFIX" */
  readonly lease?: string;
  readonly store: StoreWay;
}

export class Laptop {
  readonly directory: string;
  readonly credentials: S3Credentials;
  readonly #foundation: Foundation;
  readonly #store: StoreWay;
  readonly #gateway: SeverableWay;
  #tool: ToolProcess | undefined;

  private constructor(parts: {
    readonly directory: string;
    readonly credentials: S3Credentials;
    readonly foundation: Foundation;
    readonly store: StoreWay;
    readonly gateway: SeverableWay;
  }) {
    this.directory = parts.directory;
    this.credentials = parts.credentials;
    this.#foundation = parts.foundation;
    this.#store = parts.store;
    this.#gateway = parts.gateway;
  }

  static async open(foundation: Foundation, { name, scene, lease, store }: LaptopOptions): Promise<Laptop> {
    const { rig, configuration } = foundation;
    const { cf, bosh, s3 } = configuration;
    const directory = join(foundation.directory, `laptop-${name}`);
    await mkdir(directory, { recursive: true });
    const gateway = await SeverableWay.to(rig.gateway.port, rig.gateway.host);
    const own = {
      cf: { ...cf, via_gateway: true },
      bosh: { ...bosh, gateway: { ...bosh.gateway, host: "127.0.0.1", port: gateway.port } },
      s3: { ...s3, endpoint: store.endpoint },
      ...(lease === undefined ? {} : { lease }),
    };
    await writeFile(join(directory, "dingo-recover.yml"), stringify(own));
    const credentials = await rig.restrictedCredentials(scene.archive);
    return new Laptop({ directory, credentials, foundation, store, gateway });
  }

  /** Starts the tool on this machine. */
  async call(args: readonly string[]): Promise<Ended> {
    const { directory, credentials } = this;
    this.#tool = this.#foundation.tool(args, {
      config: join(directory, "dingo-recover.yml"),
      env: {
        HOME: directory,
        DINGO_RECOVER_STATE: join(directory, "state"),
        ...variablesOf(credentials),
      },
    });
    const { exitCode, stdout, stderr } = await this.#tool;
    return { exitCode, stdout, stderr };
  }

  /** Cuts this machine off as it asks for the `count`-th copy of an object of `scene`, which does not arrive; resolves then. */
  cutAtCopy(scene: Scene, count: number): Promise<void> {
    return new Promise((resolve) => {
      let left = count;
      const before = this.#store.onRequest;
      this.#store.onRequest = (key, head) => {
        before(key, head);
        if (
          key !== this.credentials.accessKeyId ||
          !/^PUT [^\r\n]*\r\n/.test(head) ||
          !head.includes(`${scene.archive}/`)
        )
          return;
        if (!/x-amz-copy-source:/i.test(head)) return;
        left -= 1;
        if (left > 0) return;
        this.#store.cut(key);
        this.#gateway.cut();
        resolve();
      };
    });
  }

  /** The network is back: connections that hung break, new ones are let through. */
  mend(): void {
    this.#store.mend(this.credentials.accessKeyId);
    this.#gateway.mend();
  }

  kill(): void {
    this.#tool?.kill("SIGKILL");
  }

  journal(run: string): JournalReading & { readonly text: string } {
    const file = join(this.directory, "state", "runs", run, "journal.jsonl");
    const bytes = readFileSync(file);
    return { ...readJournal(bytes, file), text: bytes.toString("utf8") };
  }

  async close(): Promise<void> {
    this.kill();
    await this.#gateway.close();
  }
}
