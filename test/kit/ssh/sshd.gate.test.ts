/** The SSH side against real OpenSSH servers, the strict ones and one as narrow as those of the first era. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { directDialer } from "../../../src/kit/network/dialer.ts";
import type { Gateway } from "../../../src/kit/network/dial.ts";
import { createGateway, type GatewaySettings } from "../../../src/kit/ssh/gateway.ts";
import { SshConnection } from "../../../src/kit/ssh/connection.ts";
import type { Credentials } from "../../../src/kit/ssh/authentication.ts";
import { parseHostKey } from "../../../src/kit/ssh/host-key.ts";
import { generateKeyPair } from "../../../src/kit/ssh/key-pair.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { images } from "../../rig/cache.ts";
import { containerAddress, docker } from "../../rig/docker.ts";
import { Ledger } from "../../rig/ledger.ts";
import { until } from "../../rig/until.ts";

const USER = "jumper";
const PASSWORD = "k33p-it-quiet";
const KEY = await generateKeyPair();
const HOST_KEYS = ["rsa", "ecdsa", "ed25519"].map((type) => `/etc/ssh/ssh_host_${type}_key`);

interface Sshd {
  readonly container: string;
  readonly address: string;
  /** By type: "ssh-rsa", "ssh-ed25519", … */
  readonly hostKeys: ReadonlyMap<string, string>;
}

let ledger: Ledger;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  ledger = await Ledger.open(randomBytes(3).toString("hex"));
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

afterAll(async () => {
  await ledger.removeAll();
});

/** A container with sshd, one user with a password and a key, and the given options. */
async function sshd(...options: readonly string[]): Promise<Sshd> {
  const container = `rig-${ledger.id}-sshd-${randomBytes(2).toString("hex")}`;
  await ledger.container(container);
  await docker(["run", "--detach", "--name", container, images.cell, "sleep", "infinity"]);
  const script = `
    ssh-keygen -q -A && useradd -m -s /bin/bash -p '*' ${USER} && echo '${USER}:${PASSWORD}' | chpasswd
    install -d -m 700 -o ${USER} /home/${USER}/.ssh && cat > /home/${USER}/.ssh/authorized_keys`;
  await docker(["exec", "-i", container, "sh", "-c", script], `${KEY.publicKey}\n`);
  const words = [...HOST_KEYS.map((path) => `HostKey=${path}`), ...options].flatMap((option) => ["-o", option]);
  await docker(["exec", "--detach", container, "/usr/sbin/sshd", "-D", "-e", ...words]);
  const address = await containerAddress(container, "bridge");
  const published = await docker(["exec", container, "sh", "-c", "cat /etc/ssh/ssh_host_*_key.pub"]);
  const hostKeys = new Map(published.split("\n").map((text) => [text.split(" ")[0] ?? "", text]));
  await until(`sshd at ${address}`, 120_000, () => answers(address));
  return { container, address, hostKeys };
}

/** Whether an SSH server greets there; which algorithms it speaks does not matter. */
async function answers(host: string): Promise<boolean> {
  const socket = await directDialer(2_000).connect(host, 22);
  const [greeting] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return greeting.toString("latin1").startsWith("SSH-2.0");
}

async function connect(server: Sshd, type: string, credentials: Credentials): Promise<SshConnection> {
  const key = parseHostKey(server.hostKeys.get(type) ?? "");
  if (key === undefined) throw new Error(`no ${type} key`);
  const trusted = { kind: "pinned", keys: [key], source: "the test" } as const;
  const target = { host: server.address, port: 22, label: "sshd", credentials, trusted };
  const dialer = directDialer();
  const connection = await SshConnection.open(target, (host, port) => dialer.connect(host, port), new Secrets());
  opened.push(connection);
  return connection;
}

function gateway(server: Sshd, more: Partial<GatewaySettings>): Gateway {
  const settings = { host: server.address, port: 22, user: USER, privateKey: KEY.privateKey, knownHostsFiles: [] };
  const made = createGateway({ ...settings, ...more }, directDialer(), new Secrets());
  opened.push(made);
  return made;
}

const line = (text: string) => ({ line: text, timeoutMs: 120_000, maxOutputBytes: 1_000_000 });
const byKey = { user: USER, privateKey: KEY.privateKey };

describe("a real sshd of today", () => {
  let server: Sshd;
  let agent: { kill(): boolean } | undefined;

  beforeAll(async () => {
    server = await sshd(
      "UsePAM=yes",
      "PasswordAuthentication=yes",
      "KbdInteractiveAuthentication=yes",
      "MaxAuthTries=3",
    );
  });

  afterAll(() => {
    agent?.kill();
  });

  it.each(["ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519"])(
    "shows the pinned %s key, whatever others it has",
    async (type) => {
      const connection = await connect(server, type, byKey);
      expect((await connection.run(line("whoami"))).stdout).toBe(`${USER}\n`);
    },
  );

  it("takes a password", async () => {
    const connection = await connect(server, "ssh-ed25519", { user: USER, password: PASSWORD });
    expect((await connection.run(line("whoami"))).stdout).toBe(`${USER}\n`);
  });

  it("takes an answer to its prompt", async () => {
    const prompts: string[] = [];
    const ask: Credentials["ask"] = ({ text, hidden }) => {
      prompts.push(`${text} ${hidden}`);
      return Promise.resolve(PASSWORD);
    };
    const connection = await connect(server, "ssh-ed25519", { user: USER, ask });
    expect((await connection.run(line("whoami"))).stdout).toBe(`${USER}\n`);
    expect(prompts).toEqual(["Password true"]);
  });

  it("takes a key from an agent", async () => {
    const directory = mkdtempSync(join(tmpdir(), "agent-"));
    const socket = join(directory, "socket");
    agent = execa("ssh-agent", ["-D", "-a", socket], { reject: false });
    writeFileSync(join(directory, "key"), KEY.privateKey, { mode: 0o600 });
    await until("ssh-agent", 120_000, async () => {
      const add = await execa("ssh-add", ["-q", join(directory, "key")], {
        env: { SSH_AUTH_SOCK: socket },
        reject: false,
      });
      return add.exitCode === 0;
    });
    const connection = await connect(server, "ssh-ed25519", { user: USER, agent: socket });
    expect((await connection.run(line("whoami"))).stdout).toBe(`${USER}\n`);
  });

  it("denies a wrong password and a user that does not exist", async () => {
    const wrong = connect(server, "ssh-ed25519", { user: USER, password: "not-this-one" });
    await expect(wrong).rejects.toMatchObject({ code: "access-denied", effect: "none" });
    const nobody = connect(server, "ssh-ed25519", { user: "nobody-here", privateKey: KEY.privateKey });
    await expect(nobody).rejects.toMatchObject({ code: "access-denied", effect: "none" });
  });

  it("serves thirty commands that come at once on one connection", async () => {
    const connection = await connect(server, "ssh-ed25519", byKey);
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, n) => connection.run(line(`sleep 0.2; echo ${n}`))),
    );
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  it("leaves the effect unknown when it is killed in the midst of a command", async () => {
    const doomed = await sshd("UsePAM=no");
    const connection = await connect(doomed, "ssh-ed25519", byKey);
    const run = connection.run(line("touch /tmp/begun; sleep 600"));
    const failed = expect(run).rejects.toMatchObject({ code: "unreachable", effect: "unknown" });
    await until("the command", 120_000, async () => {
      const { exitCode } = await execa("docker", ["exec", doomed.container, "test", "-e", "/tmp/begun"], {
        reject: false,
      });
      return exitCode === 0;
    });
    await docker(["kill", doomed.container]);
    await docker(["rm", "-f", doomed.container]);
    await failed;
    expect(connection.alive).toBe(false);
  });
});

/** Ciphers and MACs as the stemcell builder wrote them in 2016 (stages/base_ssh). */
describe("a real sshd of the first era's kind", () => {
  it("shows its RSA key with a SHA-1 signature, all that OpenSSH 6.6 knew for it", async () => {
    const old = await sshd(
      "UsePAM=no",
      "HostKeyAlgorithms=ssh-rsa",
      "KexAlgorithms=curve25519-sha256@libssh.org",
      "Ciphers=aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr",
      "MACs=hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512,hmac-sha2-256",
    );
    const connection = await connect(old, "ssh-rsa", byKey);
    expect((await connection.run(line("whoami"))).stdout).toBe(`${USER}\n`);
  });
});

describe("a real sshd as the gateway", () => {
  it("is known by the file that ssh itself wrote, hashed names and all", async () => {
    const server = await sshd("UsePAM=no");
    const file = join(mkdtempSync(join(tmpdir(), "known-")), "known_hosts");
    const scan = await execa("ssh-keyscan", ["-H", "-T", "60", server.address]);
    writeFileSync(file, `${scan.stdout}\n`);
    expect(readFileSync(file, "utf8")).not.toContain(server.address);
    await expect(gateway(server, { knownHostsFiles: [file] }).forward("127.0.0.1", 22)).resolves.toBeDefined();
  });

  it("says what it does not forward and what it cannot reach", async () => {
    const closed = await sshd("UsePAM=no", "AllowTcpForwarding=no");
    const hostKey = closed.hostKeys.get("ssh-ed25519") ?? "";
    const refused = gateway(closed, { hostKey }).forward("127.0.0.1", 22);
    await expect(refused).rejects.toMatchObject({ code: "access-denied", effect: "none" });
    const open = await sshd("UsePAM=no");
    const dead = gateway(open, { hostKey: open.hostKeys.get("ssh-ed25519") ?? "" }).forward("127.0.0.1", 1);
    await expect(dead).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });
});
