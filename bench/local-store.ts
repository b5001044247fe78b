/** A MinIO of one's own for a bench, on loopback, its data in a directory that may be kept. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { builtProgram, cacheDirectory } from "../test/rig/cache.ts";

export const BUCKET = "bench-bucket";
const HOST = "127.0.0.42:9000";
const CREDENTIALS = { AWS_ACCESS_KEY_ID: "benchbench", AWS_SECRET_ACCESS_KEY: "benchbench-secret" };
export const S5CMD = join(cacheDirectory, "bin", "s5cmd");

// Reading more certificates costs Node itself far more than what is measured here.
const { NODE_EXTRA_CA_CERTS: _left, ...inherited } = process.env;

/** The environment of a program that speaks to the store, or to a proxy before it. */
export function storeEnvironment(at = HOST): NodeJS.ProcessEnv {
  const endpoint = `http://${at}`;
  return {
    ...inherited,
    ...CREDENTIALS,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ENDPOINT_URL: endpoint,
    S3_ENDPOINT_URL: endpoint,
    WALE_S3_ENDPOINT: `http+path://${at}`,
  };
}

export class LocalStore {
  readonly #minio: ChildProcess;
  readonly #directory: string;

  private constructor(minio: ChildProcess, directory: string) {
    this.#minio = minio;
    this.#directory = directory;
  }

  static async start(directory: string): Promise<LocalStore> {
    for (const program of [builtProgram("minio"), S5CMD])
      if (!existsSync(program)) throw new Error(`${program} is missing: run test/rig/install.sh`);
    mkdirSync(directory, { recursive: true });
    const env = {
      ...inherited,
      MINIO_ROOT_USER: CREDENTIALS.AWS_ACCESS_KEY_ID,
      MINIO_ROOT_PASSWORD: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
      MINIO_BROWSER: "off",
      MINIO_UPDATE: "off",
    };
    const words = ["server", "--quiet", "--address", HOST, join(directory, "minio")];
    const minio = spawn(builtProgram("minio"), words, { env, stdio: "ignore" });
    const store = new LocalStore(minio, directory);
    for (let tries = 0; store.#s5cmd("ls").status !== 0; tries += 1) {
      if (tries > 100 || minio.exitCode !== null) throw new Error("MinIO does not answer");
      await pause(200);
    }
    store.#s5cmd("mb", `s3://${BUCKET}`);
    return store;
  }

  async stop(): Promise<void> {
    this.#minio.kill();
    await once(this.#minio, "exit");
  }

  /** Writes the files below `prefix` once; if they are there from an earlier bench, nothing. */
  seed(prefix: string, files: () => Iterable<readonly [name: string, content: Uint8Array]>): void {
    const mark = join(this.#directory, `${prefix.replaceAll("/", "_")}.seeded`);
    if (existsSync(mark)) return;
    const folder = join(this.#directory, "seed", prefix);
    for (const [name, content] of files()) {
      const path = join(folder, name);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, content);
    }
    const { status } = this.#s5cmd("--log", "error", "cp", `${folder}/`, `s3://${BUCKET}/${prefix}/`);
    if (status !== 0) throw new Error(`${prefix} cannot be seeded`);
    spawnSync("rm", ["-rf", join(this.#directory, "seed")]);
    writeFileSync(mark, "");
  }

  remove(prefix: string): void {
    this.#s5cmd("--log", "error", "rm", `s3://${BUCKET}/${prefix}/*`);
  }

  #s5cmd(...words: readonly string[]): ReturnType<typeof spawnSync> {
    return spawnSync(S5CMD, words, { env: storeEnvironment(), stdio: "ignore" });
  }
}

/** A way to the store on which every answer comes later; it counts requests. */
export class Proxy {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly at: string;

  private constructor(child: ChildProcess, at: string) {
    this.#child = child;
    this.at = at;
    if (child.stdout === null) throw new Error("the proxy has no output");
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  static async start(milliseconds: number): Promise<Proxy> {
    const at = `127.0.0.42:${9100 + milliseconds}`;
    const words = ["bench/delay-proxy.ts", at, HOST, String(milliseconds)];
    const proxy = new Proxy(spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] }), at);
    await proxy.#lines.next();
    return proxy;
  }

  /** Requests since it was last asked. */
  async requests(): Promise<number> {
    this.#child.stdin?.write("\n");
    return Number((await this.#lines.next()).value);
  }

  stop(): void {
    this.#child.stdin?.end();
  }
}
