/** WAL-G v0.2.19, built with brotli and with lzop's reader. */
import type { Archiver, Commands } from "./archiver.ts";
import { script, scriptPath } from "./scripts.ts";
import type { Ended, Workshop } from "./workshop.ts";

export interface WalGOptions {
  readonly compression: "lz4" | "lzma" | "brotli";
  /** Delta backups on top of a whole one; none without. */
  readonly deltas?: number;
}

export class WalG implements Archiver {
  readonly reader = "wal-g";

  private readonly workshop: Workshop;
  readonly prefix: string;
  private readonly options: WalGOptions;

  constructor(workshop: Workshop, prefix: string, options: WalGOptions) {
    this.workshop = workshop;
    this.prefix = prefix;
    this.options = options;
  }

  on(prefix: string): Archiver {
    return new WalG(this.workshop, prefix, this.options);
  }

  async commands(home: string): Promise<Commands> {
    const env = this.environment();
    const program = this.workshop.program("wal-g");
    const push = await script(this.workshop, {
      path: scriptPath(home, "push"),
      env,
      command: `${program} wal-push "$@"`,
    });
    const fetch = await script(this.workshop, {
      path: scriptPath(home, "fetch"),
      env,
      command: `${program} wal-fetch "$@"`,
    });
    return { push, fetch };
  }

  backUp({ home, data }: { readonly home: string; readonly data: string }): Promise<Ended> {
    return this.call(["backup-push", data], { PGHOST: home, PGUSER: "postgres", PGDATABASE: "postgres" });
  }

  fetchBase(name: string, data: string): Promise<Ended> {
    return this.call(["backup-fetch", data, name]);
  }

  private call(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.workshop.run([this.workshop.program("wal-g"), ...args], { env: { ...this.environment(), ...env } });
  }

  private environment(): Readonly<Record<string, string>> {
    const { objects } = this.workshop;
    const { compression, deltas = 0 } = this.options;
    return {
      HOME: this.workshop.directory,
      WALG_S3_PREFIX: `s3://${objects.bucket}/${this.prefix}`,
      AWS_ENDPOINT: objects.endpoint,
      AWS_S3_FORCE_PATH_STYLE: "true",
      AWS_REGION: objects.region,
      AWS_ACCESS_KEY_ID: objects.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: objects.credentials.secretAccessKey,
      WALG_COMPRESSION_METHOD: compression,
      WALG_DELTA_MAX_STEPS: String(deltas),
      WALG_UPLOAD_CONCURRENCY: "2",
      // With one at a time it fetches no segment ahead, in processes that outlive the server.
      WALG_DOWNLOAD_CONCURRENCY: "1",
      // Several parts even of a small cluster.
      WALG_TAR_SIZE_THRESHOLD: String(8 * 1024 * 1024),
    };
  }
}
