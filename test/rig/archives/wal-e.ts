/** WAL-E 1.1.1 from its wheel, with the distribution's lzop and pv. */
import { variablesOf } from "../sts.ts";
import { Archiver } from "./archiver.ts";

export class WalE extends Archiver {
  readonly reader = "wal-e";
  protected readonly program = ["/usr/bin/python3", "-c", "from wal_e.cmd import main; main()"];
  /** Without fetching ahead. */
  protected readonly fetching = "wal-fetch -p 0";

  on(prefix: string): Archiver {
    return new WalE(this.workshop, prefix, this.seal);
  }

  protected environment(): Readonly<Record<string, string>> {
    const { objects } = this.workshop;
    return {
      PYTHONPATH: this.workshop.program("wal-e"),
      PYTHONDONTWRITEBYTECODE: "1",
      WALE_S3_PREFIX: `s3://${objects.bucket}/${this.prefix}`,
      WALE_S3_ENDPOINT: `http+path://${objects.hostPort}`,
      WALE_LOG_DESTINATION: "stderr",
      WALE_RETRIES: "2",
      ...variablesOf(objects.credentials),
      ...(this.seal === undefined ? {} : { WALE_GPG_KEY_ID: this.seal.id, GNUPGHOME: this.seal.home }),
    };
  }
}
