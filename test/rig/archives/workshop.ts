/**
 * The place where archives are made and restored: a MinIO on a separate loopback address, and copies of the real
 * programs where a user without rights can run them (PostgreSQL refuses root, and the cache may lie in a home that only
 * its owner enters). There is no cell, no etcd and no Cloud Foundry.
 */
import { randomBytes, randomInt } from "node:crypto";
import { access, chmod, chown, cp, mkdir, mkdtemp, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { cacheDirectory } from "../cache.ts";
import { Ledger } from "../ledger.ts";
import { ObjectStore } from "../object-store.ts";

/** PostgreSQL by its version, as install.sh names them. */
export const POSTGRESQL = { era: "9.6.24", newer: "13.14" } as const;
export type PostgresqlVersion = (typeof POSTGRESQL)[keyof typeof POSTGRESQL];

const NOBODY = 65_534;
const LIMIT_MS = 300_000;
/** Some ten data directories at a time, each with its WAL. */
const ROOM_BYTES = 4 * 1024 ** 3;
/** psql of the distribution talks to every server that is older; it is found behind the wrapper that Debian puts first. */
const CLIENT_PATH = "/usr/lib/postgresql/15/bin:/usr/bin:/bin";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Run {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export class Workshop {
  private folders = 0;

  readonly ledger: Ledger;
  readonly objects: ObjectStore;
  private readonly programs: string;
  /** Of data directories; everybody may enter it. */
  readonly directory: string;

  private constructor(ledger: Ledger, objects: ObjectStore, programs: string, directory: string) {
    this.ledger = ledger;
    this.objects = objects;
    this.programs = programs;
    this.directory = directory;
  }

  static async open(): Promise<Workshop> {
    await installed();
    await Ledger.sweep();
    const ledger = await Ledger.open(randomBytes(3).toString("hex"));
    try {
      const programs = await enterable(ledger, tmpdir());
      await copyPrograms(programs);
      const directory = await enterable(ledger, await scratch());
      const address = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
      const objects = await ObjectStore.start(ledger, address, "archives");
      return new Workshop(ledger, objects, programs, directory);
    } catch (error) {
      await ledger.removeAll();
      throw error;
    }
  }

  program(...path: readonly string[]): string {
    return join(this.programs, ...path);
  }

  /** A new folder of the unprivileged user. */
  async folder(): Promise<string> {
    const path = await this.toolsFolder();
    await this.own(path);
    return path;
  }

  /** A new folder of the tool's own account: as root, the tool writes into no directory of another user. */
  async toolsFolder(): Promise<string> {
    this.folders += 1;
    const path = join(this.directory, String(this.folders));
    await mkdir(path, { mode: 0o700 });
    return path;
  }

  async own(path: string): Promise<void> {
    if (isRoot()) await chown(path, NOBODY, NOBODY);
  }

  /** With everything below it. */
  async ownAll(path: string): Promise<void> {
    if (isRoot()) await execa("chown", ["-R", `${NOBODY}:${NOBODY}`, path]);
  }

  /** The command line by which the unprivileged user runs a program that ends with this process. */
  unprivileged(argv: readonly string[]): readonly [string, ...string[]] {
    const user = isRoot() ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : [];
    return ["setpriv", ...user, "--pdeathsig", "KILL", "--", ...argv];
  }

  /** Runs a program to its end, with any exit code. One that hangs is killed and counts as code 124. */
  async run(argv: readonly string[], { env = {}, input = "" }: Run = {}): Promise<Ended> {
    const [program, ...args] = this.unprivileged(argv);
    const result = await execa(program, args, {
      cwd: this.directory,
      env: { PATH: CLIENT_PATH, HOME: this.directory, LANG: "C.UTF-8", ...env },
      extendEnv: false,
      input,
      reject: false,
      timeout: LIMIT_MS,
    });
    const code = result.timedOut ? 124 : (result.exitCode ?? 1);
    return { code, stdout: result.stdout, stderr: result.stderr };
  }

  async must(argv: readonly string[], run: Run = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(argv, run);
    if (code !== 0) throw new Error(`${argv.slice(0, 4).join(" ")} ended with ${code}: ${stderr || stdout}`);
    return stdout;
  }

  async close(): Promise<void> {
    await this.objects.close();
    await this.ledger.removeAll();
  }
}

/** The archivers sync each file that they write; in memory that takes no time. A small one would not hold the clusters. */
async function scratch(): Promise<string> {
  const memory = "/dev/shm";
  const free = await statfs(memory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return free > ROOM_BYTES ? memory : tmpdir();
}

async function enterable(ledger: Ledger, parent: string): Promise<string> {
  const path = await mkdtemp(join(parent, "rig-archives-"));
  await ledger.hostDirectory(path);
  await chmod(path, 0o711);
  return path;
}

const isRoot = (): boolean => process.getuid?.() === 0;

const PROGRAMS = ["wal-e", ...Object.values(POSTGRESQL).map((version) => `pgsql-${version}`)] as const;
const WAL_G = join("bin", "wal-g");

async function installed(): Promise<void> {
  for (const name of [...PROGRAMS, WAL_G]) {
    await access(join(cacheDirectory, name)).catch(() => {
      throw new Error(`the rig has no ${name}: run test/rig/install.sh first (as root)`);
    });
  }
}

async function copyPrograms(target: string): Promise<void> {
  for (const name of PROGRAMS) {
    await cp(join(cacheDirectory, name), join(target, name), {
      recursive: true,
      dereference: true,
      preserveTimestamps: true,
    });
  }
  await cp(join(cacheDirectory, WAL_G), join(target, "wal-g"), { dereference: true });
}
