/** The contract of Docker hosts on a real engine: as root by path, and as somebody who may only use the socket. */
import { chmod, mkdir, mkdtemp, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { runProgram } from "../../../src/kit/spawn/spawn.ts";
import { findData } from "../../../src/docker/data-directory/find.ts";
import type { DockerHost } from "../../../src/ports/docker-host.ts";
import { describeDockerHost, type DockerFixture, type SeedFiles } from "../../contract/docker-host.ts";
import { ed25519KeyPair, HOST_KEY, ShellServer } from "../../kit/ssh/shell-server.ts";
import { cacheDirectory } from "../../rig/cache.ts";
import { hostsBy, hostsOf } from "../../rig/engine/engine-hosts.ts";
import { OwnEngine } from "../../rig/engine/own-engine.ts";

const NOBODY = { uid: 65_534, gid: 65_534 };
const IMAGE = "contract/plain:1";
const WITH_VOLUME = "contract/with-volume:1";

interface Access {
  /** Root looks by path; anybody else in a container. */
  readonly as?: { readonly uid: number; readonly gid: number };
  readonly overSsh?: true;
}

/** An SSH server in this process, whose shells have the engine's address in their environment. */
async function hostOverSsh(engine: OwnEngine): Promise<{ readonly host: DockerHost; close(): Promise<void> }> {
  const key = ed25519KeyPair();
  process.env["DOCKER_HOST"] = engine.endpoint;
  const server = await ShellServer.start({ accounts: { ops: { publicKeys: [key.public] } } });
  const knownHosts = join(engine.directory, "known_hosts");
  await writeFile(knownHosts, `[127.0.0.1]:${server.port} ${HOST_KEY.public}\n`);
  const hosts = hostsBy({}, { knownHostsFiles: [knownHosts], privateKey: key.private });
  return {
    host: await hosts.open({ host: `ops@127.0.0.1:${server.port}`, sudo: false }),
    close: async () => {
      await hosts.close();
      await server.stop();
      delete process.env["DOCKER_HOST"];
    },
  };
}

async function hostOf(engine: OwnEngine, { as }: Access): Promise<DockerHost> {
  const hosts = hostsOf(engine, (call) => runProgram(as === undefined ? call : { ...call, as }));
  return await hosts.open({ host: "", sudo: false });
}

class RealDocker implements DockerFixture {
  readonly image = IMAGE;
  readonly imageWithVolume = WITH_VOLUME;
  readonly host: DockerHost;
  readonly #engine: OwnEngine;

  readonly #letGo: () => Promise<void>;

  private constructor(engine: OwnEngine, host: DockerHost, letGo: () => Promise<void>) {
    this.#engine = engine;
    this.host = host;
    this.#letGo = letGo;
  }

  static async open(access: Access): Promise<RealDocker> {
    const engine = await OwnEngine.start();
    try {
      await engine.image(IMAGE, ['CMD ["sleep", "100000"]']);
      // Files that a named mount would copy into an empty volume.
      await engine.image(WITH_VOLUME, ["VOLUME /data", 'CMD ["sleep", "100000"]'], {
        "data/from-the-image": "x",
        "srv/pg/too": "x",
      });
      await chmod(engine.socket, 0o666);
      const remote = access.overSsh === true ? await hostOverSsh(engine) : undefined;
      const letGo = async (): Promise<void> => await remote?.close();
      return new RealDocker(engine, remote?.host ?? (await hostOf(engine, access)), letGo);
    } catch (error) {
      await engine.stop();
      throw error;
    }
  }

  async volume(name: string, { labels = {}, files = {} }: Parameters<DockerFixture["volume"]>[1] = {}): Promise<void> {
    const words = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
    await this.#engine.docker("volume", "create", ...words, name);
    await this.#write(this.#mountpoint(name), files);
  }

  async snapshot(name: string): Promise<string> {
    const path = this.#mountpoint(name);
    const { stdout: nodes } = await execa("find", [path, "-printf", "%P %y %s %T@ %C@ %U:%G %m %l\\n"]);
    const { stdout: sums } = await execa("find", [path, "-type", "f", "-exec", "sha256sum", "{}", "+"]);
    return [...nodes.split("\n"), ...sums.split("\n")].sort().join("\n");
  }

  async removeVolume(name: string): Promise<void> {
    await this.#engine.docker("volume", "rm", name);
  }

  async container(seed: Parameters<DockerFixture["container"]>[0]): Promise<void> {
    const { name, image, volumes = {}, binds = {}, labels = {}, env = {}, layer = {} } = seed;
    const words = [
      ...Object.entries(volumes).flatMap(([from, to]) => ["-v", `${from}:${to}`]),
      ...Object.entries(binds).flatMap(([to, { path, readOnly }]) => [
        "-v",
        `${path}:${to}${readOnly === true ? ":ro" : ""}`,
      ]),
      ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
      ...Object.entries(env).flatMap(([key, value]) => ["-e", `${key}=${value}`]),
    ];
    await this.#engine.docker("run", "-d", "--network", "none", "--name", name, ...words, image);
    const files = await mkdtemp(join(this.#engine.directory, "layer-"));
    await this.#write(files, layer);
    await this.#engine.docker("cp", `${files}/.`, `${name}:/`);
  }

  async directory(files: SeedFiles): Promise<string> {
    const path = await mkdtemp(join(this.#engine.directory, "bind-"));
    await this.#write(path, files);
    return path;
  }

  async localFile(content: string): Promise<string> {
    const path = join(this.#engine.directory, "compose.yml");
    await writeFile(path, content);
    await chmod(path, 0o644);
    return path;
  }

  async close(): Promise<void> {
    await this.#letGo();
    await this.#engine.stop();
  }

  #mountpoint(name: string): string {
    return join(this.#engine.directory, "data", "volumes", name, "_data");
  }

  async #write(directory: string, files: SeedFiles): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const path = join(directory, name);
      await mkdir(dirname(path), { recursive: true });
      if (typeof content === "string" || content instanceof Uint8Array) {
        await writeFile(path, content);
        await utimes(path, 1_790_000_000, 1_790_000_000);
      } else if ("link" in content) await symlink(content.link, path);
      else await execa("mkfifo", [path]);
    }
  }
}

describeDockerHost("a real engine, as root", () => RealDocker.open({}));
describeDockerHost("a real engine, as nobody with the right to its socket", () => RealDocker.open({ as: NOBODY }));
describeDockerHost("a real engine, as root behind SSH", () => RealDocker.open({ overSsh: true }));

describe("a real engine", () => {
  it("is refused, missing or silent in words that say which", async () => {
    const engine = await OwnEngine.start();
    try {
      await chmod(engine.socket, 0o600);
      await expect((await hostOf(engine, { as: NOBODY })).engine()).rejects.toMatchObject({ code: "docker-denied" });
      const open = (env: Readonly<Record<string, string>>) =>
        hostsBy({ HOME: "/nonexistent", ...env }).open({ host: "", sudo: false });
      const PATH = process.env["PATH"] ?? "";
      await expect((await open({ PATH: "/nonexistent" })).engine()).rejects.toMatchObject({ code: "docker-missing" });
      await expect((await open({ PATH, DOCKER_CONTEXT: "elsewhere" })).engine()).rejects.toMatchObject({
        code: "docker-context",
      });
      const gone = { PATH, DOCKER_HOST: `unix://${engine.directory}/nobody.sock` };
      await expect((await open(gone)).engine()).rejects.toMatchObject({ code: "docker-unreachable" });
    } finally {
      await engine.stop();
    }
  });

  it.each(["9.6.24", "13.14"])(
    "shows what PostgreSQL %s left in a volume: release, state and system identifier",
    async (release) => {
      const engine = await OwnEngine.start();
      try {
        await engine.docker("volume", "create", "pg");
        const data = join(engine.directory, "data", "volumes", "pg", "_data");
        const made = await mkdtemp("/var/tmp/dingo-recover-initdb-");
        // The cache may lie where nobody else may enter.
        await execa("cp", ["-a", join(cacheDirectory, `pgsql-${release}`), join(made, "pgsql")]);
        await execa("chown", ["nobody", made]);
        const initdb = join(made, "pgsql", "bin", "initdb");
        await execa(
          "setpriv",
          [
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            initdb,
            "-D",
            join(made, "pg"),
            "-N",
            "-U",
            "postgres",
            "--locale=C",
          ],
          { cwd: "/" },
        );
        await execa("cp", ["-a", `${join(made, "pg")}/.`, data]);
        await execa("rm", ["-rf", made]);
        const host = await hostOf(engine, {});
        const [found] = await findData(host, [{ key: "pg", path: data }]);
        expect(found?.contents).toMatchObject({
          kind: "data",
          system: "postgresql",
          version: release
            .split(".")
            .slice(0, release.startsWith("9") ? 2 : 1)
            .join("."),
          postgres: {
            condition: "whole",
            pidFile: false,
            control: { known: true, state: "shut down", timeline: 1, systemId: expect.stringMatching(/^\d{19}$/) },
          },
        });
      } finally {
        await engine.stop();
      }
    },
  );
});
