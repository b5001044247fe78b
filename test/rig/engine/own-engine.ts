/**
 * A Docker engine for one suite alone: its own data, socket and network, so that a look at everything sees nothing of
 * anybody else. Images are made on the spot from the distribution's static busybox: no registry is asked.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, open, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { end } from "../server.ts";
import { until } from "../until.ts";

const BUSYBOX = "/bin/busybox";
const UP_MS = 300_000;

export class OwnEngine {
  readonly directory: string;
  readonly #daemon: ChildProcess;

  private constructor(directory: string, daemon: ChildProcess) {
    this.directory = directory;
    this.#daemon = daemon;
  }

  static async start(): Promise<OwnEngine> {
    // A place at which others than root can reach its socket.
    const directory = await mkdtemp("/var/tmp/dingo-recover-engine-");
    await chmod(directory, 0o755);
    const log = await open(join(directory, "dockerd.log"), "w");
    const at = (name: string): string => join(directory, name);
    const flags = ["-H", `unix://${at("docker.sock")}`, "--data-root", at("data"), "--exec-root", at("exec")];
    // Its bridge, its rules of the firewall and its mounts end with it.
    const command = ["--net", "--mount", "sh", "-c", 'ip link set lo up; exec /usr/sbin/dockerd "$@"', "dockerd"];
    const daemon = spawn("unshare", [...command, ...flags, "--pidfile", at("docker.pid")], {
      stdio: ["ignore", log.fd, log.fd],
    });
    await log.close();
    const engine = new OwnEngine(directory, daemon);
    try {
      await until("the own engine answers", UP_MS, async () => {
        if (daemon.exitCode !== null)
          throw new Error(`it died: ${(await readFile(at("dockerd.log"), "utf8")).slice(-800)}`);
        return (await engine.try("version")).exitCode === 0;
      });
    } catch (error) {
      await engine.stop();
      throw error;
    }
    return engine;
  }

  get endpoint(): string {
    return `unix://${join(this.directory, "docker.sock")}`;
  }

  get socket(): string {
    return join(this.directory, "docker.sock");
  }

  async docker(...words: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.try(...words);
    if (exitCode !== 0) throw new Error(`docker ${words.join(" ")} failed: ${stderr}`);
    return stdout;
  }

  async try(...words: readonly string[]) {
    return await execa("docker", words, { reject: false, env: { DOCKER_HOST: this.endpoint } });
  }

  /** An image of a busybox and further lines in `dockerfile`, such as `VOLUME /data`; `files` by their paths. */
  async image(tag: string, changes: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<void> {
    const root = await mkdtemp(join(this.directory, "image-"));
    await mkdir(join(root, "bin"));
    await mkdir(join(root, "tmp"), { mode: 0o777 });
    await copyFile(BUSYBOX, join(root, "bin", "busybox"));
    const { stdout: applets } = await execa(BUSYBOX, ["--list"]);
    for (const name of applets.split("\n").filter((each) => each !== "busybox"))
      await symlink("busybox", join(root, "bin", name));
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(root, path, ".."), { recursive: true });
      await execa("sh", ["-c", 'printf %s "$1" > "$2"', "sh", content, join(root, path)]);
    }
    const archive = `${root}.tar`;
    await execa("tar", ["-C", root, "-cf", archive, "."]);
    await this.docker("import", ...changes.flatMap((change) => ["--change", change]), archive, tag);
    await rm(root, { recursive: true });
    await rm(archive);
  }

  /** Ends containers and engine, and removes everything of it. */
  async stop(): Promise<void> {
    const left = (await this.try("ps", "-aq")).stdout.split("\n").filter((id) => id !== "");
    if (left.length > 0) await this.try("rm", "-f", ...left);
    await end(this.#daemon, "SIGTERM");
    // Programs that the engine started end a moment after it, and may still write.
    await rm(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}
