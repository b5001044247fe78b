/** WAL-G v0.2.19, built with brotli and with lzop's reader. */
import { variablesOf } from "../sts.ts";
import { Archiver } from "./archiver.ts";
import type { Workshop } from "./workshop.ts";

export interface WalGOptions {
  readonly compression: "lz4" | "lzma" | "brotli";
  /** Delta backups on top of a whole one; none without. */
  readonly deltas?: number;
}

export class WalG extends Archiver {
  readonly reader = "wal-g";
  protected readonly program: readonly string[];
  protected readonly fetching = "wal-fetch";
  private readonly options: WalGOptions;

  constructor(workshop: Workshop, prefix: string, options: WalGOptions) {
    super(workshop, prefix);
    this.program = [workshop.program("wal-g")];
    this.options = options;
  }

  on(prefix: string): Archiver {
    return new WalG(this.workshop, prefix, this.options);
  }

  protected environment(): Readonly<Record<string, string>> {
    const { objects } = this.workshop;
    const { compression, deltas = 0 } = this.options;
    return {
      HOME: this.workshop.directory,
      WALG_S3_PREFIX: `s3://${objects.bucket}/${this.prefix}`,
      AWS_ENDPOINT: objects.endpoint,
      AWS_S3_FORCE_PATH_STYLE: "true",
      AWS_REGION: objects.region,
      ...variablesOf(objects.credentials),
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
