/** The cell and the gateway: containers with a real sshd, the cell's beside the docker engine and its data. */
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { CellAgent } from "./foundation/agent.ts";
import { images } from "./cache.ts";
import { containerAddress, docker } from "./docker.ts";
import type { Ledger } from "./ledger.ts";
import { until } from "./until.ts";

export interface Cell {
  readonly container: string;
  readonly address: string;
  readonly agent: CellAgent;
}

export interface Gateway {
  readonly container: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Path of the user's private key. */
  readonly privateKey: string;
  readonly hostPublicKey: string;
}

const engineSocket = "/var/run/docker.sock";
const sshdOptions = ["UsePAM=no", "PasswordAuthentication=no", "PermitRootLogin=no", "HostKey=/etc/ssh/rig_host_key"];

/**
 * The cell shares the machine's network and listens on the rig's own address, port 22, so that the address of the VM,
 * of its published database ports and of the containers' DOCKER_HOSTNAME is one, as on a real cell.
 */
export async function startCell(
  ledger: Ledger,
  address: string,
  store: string,
  onlyFrom: string | undefined,
): Promise<Cell> {
  const container = `rig-${ledger.id}-cell`;
  const key = await keyPair(ledger, "cell-host-key");
  await ledger.container(container);
  await docker([
    ...["run", "--detach", "--name", container, "--network", "host"],
    ...["--volume", `${engineSocket}:/var/vcap/sys/run/docker/docker.sock`, "--volume", `${store}:${store}`],
    ...["--volume", `${key.path}:/etc/ssh/rig_host_key:ro`],
    ...sshd(`ListenAddress=${address}:22`),
  ]);
  // vcap may use the socket on a cell; here the socket belongs to the group that the machine gave it.
  const { gid } = await stat(engineSocket);
  if (gid !== 0) await docker(["exec", container, "groupmod", "--non-unique", "--gid", String(gid), "vcap"]);
  await sshdListens(container, address);
  const access = { address, hostPublicKey: key.publicKey };
  return { container, address, agent: new CellAgent(container, access, onlyFrom) };
}

export async function startGateway(ledger: Ledger, network: string): Promise<Gateway> {
  const container = `rig-${ledger.id}-gateway`;
  const hostKey = await keyPair(ledger, "gateway-host-key");
  const userKey = await keyPair(ledger, "gateway-user-key");
  const user = "jumpbox";
  await ledger.container(container);
  await docker([
    ...["run", "--detach", "--name", container, "--network", network, "--hostname", "jumpbox"],
    ...["--volume", `${hostKey.path}:/etc/ssh/rig_host_key:ro`, ...sshd("ListenAddress=0.0.0.0:22")],
  ]);
  await docker(["exec", container, "useradd", "-m", "-s", "/bin/bash", "-p", "*", user]);
  await docker(
    [
      ...["exec", "-i", container, "sh", "-c"],
      'install -d -m 700 -o "$1" "/home/$1/.ssh" && cat > "/home/$1/.ssh/authorized_keys"',
      ...["sh", user],
    ],
    `${userKey.publicKey}\n`,
  );
  const host = await containerAddress(container, network);
  await sshdListens(container, host);
  return { container, host, port: 22, user, privateKey: userKey.path, hostPublicKey: hostKey.publicKey };
}

function sshd(listen: string): readonly string[] {
  return [images.cell, "/usr/sbin/sshd", "-D", "-e", ...[...sshdOptions, listen].flatMap((option) => ["-o", option])];
}

async function sshdListens(container: string, address: string): Promise<void> {
  const scan = async (): Promise<boolean> => (await execa("ssh-keyscan", ["-T", "2", address])).stdout !== "";
  await until(`sshd of ${container} on ${address}:22 (is that port taken?)`, 120_000, scan);
}

async function keyPair(ledger: Ledger, name: string): Promise<{ readonly path: string; readonly publicKey: string }> {
  const directory = join(ledger.directory, "keys");
  const path = join(directory, name);
  await mkdir(directory, { recursive: true });
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path]);
  await chmod(path, 0o600);
  const [type, blob] = (await readFile(`${path}.pub`, "utf8")).split(" ");
  await writeFile(`${path}.pub`, `${type} ${blob}\n`);
  return { path, publicKey: `${type} ${blob}` };
}
