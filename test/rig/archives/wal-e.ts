/** WAL-E 1.1.1 from its wheel, with the distribution's lzop and pv. */
import type { Archiver, Commands } from "./archiver.ts";
import { quote, script, scriptPath } from "./scripts.ts";
import type { Seal } from "./seal.ts";
import type { Ended, Workshop } from "./workshop.ts";

const MAIN = "from wal_e.cmd import main; main()";

export class WalE implements Archiver {
  readonly reader = "wal-e";

  private readonly workshop: Workshop;
  readonly prefix: string;
  readonly seal?: Seal | undefined;

  constructor(workshop: Workshop, prefix: string, seal?: Seal) {
    this.workshop = workshop;
    this.prefix = prefix;
    this.seal = seal;
  }

  on(prefix: string): Archiver {
    return new WalE(this.workshop, prefix, this.seal);
  }

  async commands(home: string): Promise<Commands> {
    const env = { PATH: "/usr/bin:/bin", ...this.environment() };
    const command = `/usr/bin/python3 -c ${quote(MAIN)}`;
    const push = await script(this.workshop, {
      path: scriptPath(home, "push"),
      env,
      command: `${command} wal-push "$@"`,
    });
    // Without fetching ahead: each fetch is one answer to one question.
    const fetch = await script(this.workshop, {
      path: scriptPath(home, "fetch"),
      env,
      command: `${command} wal-fetch -p 0 "$@"`,
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
    return this.workshop.run(["/usr/bin/python3", "-c", MAIN, ...args], { env: { ...this.environment(), ...env } });
  }

  private environment(): Readonly<Record<string, string>> {
    const { objects } = this.workshop;
    return {
      PYTHONPATH: this.workshop.program("wal-e"),
      PYTHONDONTWRITEBYTECODE: "1",
      WALE_S3_PREFIX: `s3://${objects.bucket}/${this.prefix}`,
      WALE_S3_ENDPOINT: `http+path://${objects.hostPort}`,
      WALE_LOG_DESTINATION: "stderr",
      WALE_RETRIES: "2",
      AWS_ACCESS_KEY_ID: objects.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: objects.credentials.secretAccessKey,
      ...(this.seal === undefined ? {} : { WALE_GPG_KEY_ID: this.seal.id, GNUPGHOME: this.seal.home }),
    };
  }
}
