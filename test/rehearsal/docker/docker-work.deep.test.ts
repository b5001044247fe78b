/** The contract of changes on a Docker host, on a real engine with both generations of Compose, as root. */
import { chown, chmod, mkdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { OpenDockerHosts } from "../../../src/docker/adapters/docker-hosts.ts";
import type { DockerHost } from "../../../src/ports/docker-host.ts";
import type { DockerWork } from "../../../src/ports/docker-work.ts";
import { describeDockerWork, type SeedOwner, type WorkFixture } from "../../contract/docker-work.ts";
import { cacheDirectory } from "../../rig/cache.ts";
import { hostsBy } from "../../rig/engine/engine-hosts.ts";
import { OwnEngine } from "../../rig/engine/own-engine.ts";

const HERE = { host: "", sudo: false };

class RealWork implements WorkFixture {
  readonly image = "contract/with-volume:1";
  readonly host: DockerHost;
  readonly work: DockerWork;
  readonly unreachable: DockerWork;
  readonly #engine: OwnEngine;

  private constructor(engine: OwnEngine, ports: Pick<WorkFixture, "host" | "work" | "unreachable">) {
    this.#engine = engine;
    ({ host: this.host, work: this.work, unreachable: this.unreachable } = ports);
  }

  static async open(): Promise<RealWork> {
    const engine = await OwnEngine.start();
    try {
      // As the first process, a plain `sleep` would hear no signal.
      const sleeps = `CMD ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.2; done"]`;
      await engine.image("contract/with-volume:1", ["VOLUME /data", sleeps]);
      const config = join(engine.directory, "config");
      await mkdir(join(config, "cli-plugins"), { recursive: true });
      await symlink(join(cacheDirectory, "bin", "compose"), join(config, "cli-plugins", "docker-compose"));
      const hosts = (endpoint: string): OpenDockerHosts =>
        hostsBy({ PATH: process.env["PATH"], HOME: "/nonexistent", DOCKER_HOST: endpoint, DOCKER_CONFIG: config });
      const own = hosts(engine.endpoint);
      const unreachable = await hosts(`unix://${engine.directory}/nobody.sock`).work(HERE);
      return new RealWork(engine, { host: await own.open(HERE), work: await own.work(HERE), unreachable });
    } catch (error) {
      await engine.stop();
      throw error;
    }
  }

  get directory(): string {
    return join(this.#engine.directory, "work");
  }

  async put(path: string, content: string, { uid, mode, modified }: SeedOwner = {}): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    await chown(path, uid ?? 0, uid ?? 0);
    await chmod(path, mode ?? 0o644);
    if (modified !== undefined) await utimes(path, modified / 1000, modified / 1000);
  }

  async text(path: string): Promise<string | undefined> {
    return await readFile(path, "utf8").catch(() => undefined);
  }

  async container({ name, layer = {}, port }: Parameters<WorkFixture["container"]>[0]): Promise<string> {
    const published = port === undefined ? ["--network", "none"] : ["-p", `${port}:80`];
    const id = await this.#engine.docker(
      "run",
      "-d",
      "--name",
      name,
      "--label",
      "kind=contract",
      ...published,
      this.image,
    );
    const files = join(this.#engine.directory, `layer-${name}`);
    await mkdir(files);
    for (const [path, content] of Object.entries(layer)) await this.put(join(files, path), content);
    await this.#engine.docker("cp", `${files}/.`, `${name}:/`);
    return id.trim();
  }

  async rename(container: string, name: string): Promise<void> {
    await this.#engine.docker("rename", container, name);
  }

  async withLittleSpace(bytes: number, work: (directory: string) => Promise<void>): Promise<void> {
    const small = join(this.directory, "small");
    await mkdir(small, { recursive: true });
    await execa("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", small]);
    try {
      await work(small);
    } finally {
      await execa("umount", [small]);
    }
  }

  async close(): Promise<void> {
    await this.#engine.stop();
  }
}

describeDockerWork("a real engine", () => RealWork.open());
