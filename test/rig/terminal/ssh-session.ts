/** An operator's way to the cell: an ephemeral user of the agent, through the gateway, with the plain ssh client. */
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Output } from "../docker.ts";
import type { Rig } from "../rig.ts";

export class SshSession {
  private readonly rig: Rig;
  readonly user: string;
  private readonly directory: string;
  private readonly target: string;

  private constructor(rig: Rig, user: string, directory: string, target: string) {
    this.rig = rig;
    this.user = user;
    this.directory = directory;
    this.target = target;
  }

  /** For the plain ssh client; the cell is the host "cell". */
  get configFile(): string {
    return join(this.directory, "config");
  }

  static async open(rig: Rig): Promise<SshSession> {
    const directory = await mkdtemp(join(rig.directory, "ssh-"));
    const key = join(directory, "key");
    await execa("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", key]);
    const user = `bosh_${randomBytes(5).toString("hex")}`;
    const { address, hostPublicKey } = await rig.cell.agent.setupSshUser(user, await readFile(`${key}.pub`, "utf8"));
    const { gateway } = rig;
    const knownHosts = join(directory, "known_hosts");
    await writeFile(knownHosts, `${address} ${hostPublicKey}\n${gateway.host} ${gateway.hostPublicKey}\n`);
    const strict = ["  StrictHostKeyChecking yes", "  IdentitiesOnly yes", "  BatchMode yes"];
    const common = [`  UserKnownHostsFile ${knownHosts}`, ...strict];
    const config = [
      ...["Host gateway", `  HostName ${gateway.host}`, `  Port ${gateway.port}`, `  User ${gateway.user}`],
      ...[`  IdentityFile ${gateway.privateKey}`, ...common],
      ...["Host cell", `  HostName ${address}`, `  User ${user}`, `  IdentityFile ${key}`, "  ProxyJump gateway"],
      ...common,
    ];
    await writeFile(join(directory, "config"), `${config.join("\n")}\n`);
    return new SshSession(rig, user, directory, "cell");
  }

  /** Types the lines on the cell: the user's shell reads them. */
  async type(lines: string, input = ""): Promise<Output> {
    const result = await execa("ssh", ["-F", this.configFile, "-T", this.target, lines], { reject: false, input });
    return { code: result.exitCode ?? 255, stdout: result.stdout, stderr: result.stderr };
  }

  /** Runs one command on the cell; the words reach it as they are. */
  async run(argv: readonly string[], input = ""): Promise<Output> {
    return await this.type(argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" "), input);
  }

  /** Like run, and an exit code other than 0 is an error. */
  async must(argv: readonly string[], input = ""): Promise<string> {
    const { code, stdout, stderr } = await this.run(argv, input);
    if (code !== 0) throw new Error(`on the cell: ${argv.join(" ")}: exit code ${code}: ${stderr}`);
    return stdout;
  }

  async close(): Promise<void> {
    await this.rig.cell.agent.cleanupSshUser(`^${this.user}$`);
    await rm(this.directory, { recursive: true, force: true });
  }
}
