import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directDialer } from "../../../src/kit/network/dialer.ts";
import type { Credentials } from "../../../src/kit/ssh/authentication.ts";
import { SshConnection } from "../../../src/kit/ssh/connection.ts";
import { parseHostKey, type TrustedKeys } from "../../../src/kit/ssh/host-key.ts";
import { generateKeyPair } from "../../../src/kit/ssh/key-pair.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { ed25519KeyPair, HOST_KEY, ShellServer } from "./shell-server.ts";

const KEY = await generateKeyPair();
const STRANGER = await generateKeyPair();

let server: ShellServer;
const opened: SshConnection[] = [];

beforeEach(async () => {
  server = await ShellServer.start({
    accounts: { bosh_1: { publicKeys: [KEY.publicKey] }, ops: { password: "s3cret-word" }, otp: { code: "123456" } },
    forwarding: true,
  });
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((connection) => connection.close()));
  await server.stop();
});

function pinned(text: string): TrustedKeys {
  const key = parseHostKey(text);
  if (key === undefined) throw new Error("not a key");
  return { kind: "pinned", keys: [key], source: "the test" };
}

async function open(
  credentials: Credentials = { user: "bosh_1", privateKey: KEY.privateKey },
  trusted: TrustedKeys = pinned(HOST_KEY.public),
): Promise<SshConnection> {
  const target = { host: "127.0.0.1", port: server.port, label: "cell/0", credentials, trusted };
  const dialer = directDialer();
  const connection = await SshConnection.open(target, (host, port) => dialer.connect(host, port), new Secrets());
  opened.push(connection);
  return connection;
}

function command(line: string, more: { stdin?: string; timeoutMs?: number; maxOutputBytes?: number } = {}) {
  return { line, timeoutMs: 60_000, maxOutputBytes: 1024 * 1024, ...more };
}

describe("a command over SSH", () => {
  it("has stdout, stderr and the true exit code apart", async () => {
    const connection = await open();
    const result = await connection.run(command("echo out; echo err >&2; exit 3"));
    expect(result).toEqual({ code: 3, stdout: "out\n", stderr: "err\n" });
  });

  it("says which signal ended it", async () => {
    const result = await (await open()).run(command("kill -KILL $$"));
    expect(result).toMatchObject({ code: 137, signal: "SIGKILL" });
  });

  it("gets its stdin, and an empty one if there is none", async () => {
    const connection = await open();
    expect((await connection.run(command("cat", { stdin: "secret\nSQL" }))).stdout).toBe("secret\nSQL");
    expect((await connection.run(command("cat"))).stdout).toBe("");
  });

  it("brings large outputs of both streams whole", async () => {
    const line = "head -c 300000 /dev/zero | tr '\\0' o; head -c 300000 /dev/zero | tr '\\0' e >&2";
    const result = await (await open()).run(command(line));
    expect(result.stdout).toBe("o".repeat(300_000));
    expect(result.stderr).toBe("e".repeat(300_000));
  });

  it("does not tear characters at the border of packets", async () => {
    const text = "ä数🐘".repeat(20_000);
    expect((await (await open()).run(command("cat", { stdin: text }))).stdout).toBe(text);
  });

  it("is never given in part when it writes too much", async () => {
    const run = (await open()).run(command("yes", { maxOutputBytes: 100_000 }));
    await expect(run).rejects.toMatchObject({ code: "answer-incomplete", effect: "unknown" });
  });

  it("ends at its time-out with an unknown effect, and the connection still serves", async () => {
    const connection = await open();
    const run = connection.run(command("sleep 600", { timeoutMs: 200 }));
    await expect(run).rejects.toMatchObject({ code: "unreachable", effect: "unknown" });
    expect((await connection.run(command("echo on"))).stdout).toBe("on\n");
  });

  it("has an unknown effect when the connection is cut in the midst of it", async () => {
    const connection = await open();
    const run = connection.run(command("sleep 600"));
    const failed = expect(run).rejects.toMatchObject({ code: "unreachable", effect: "unknown" });
    await connectionsCarry(1);
    server.cut();
    await failed;
    expect(connection.alive).toBe(false);
  });

  it("has no effect when the connection was gone before", async () => {
    const connection = await open();
    await connection.close();
    await expect(connection.run(command("true"))).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });

  it("did not succeed if the server closes without an exit status", async () => {
    const run = (await open()).run(command("close without status"));
    await expect(run).rejects.toMatchObject({ code: "unreachable", effect: "unknown" });
  });

  it("is refused without effect if the server runs no commands", async () => {
    const run = (await open()).run(command("refuse me"));
    await expect(run).rejects.toMatchObject({ code: "access-denied", effect: "none" });
  });

  it("shares its connection with others, never more at once than sshd allows", async () => {
    const connection = await open();
    const runs = Array.from({ length: 30 }, (_, index) => connection.run(command(`sleep 0.05; echo ${index}`)));
    const results = await Promise.all(runs);
    expect(results.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 30 }, (_, index) => `${index}\n`));
    expect(server.logins).toEqual(["bosh_1"]);
    expect(server.mostAtOnce).toBeLessThanOrEqual(5);
  });
});

describe("the log-in over SSH", () => {
  it("works with a password", async () => {
    const connection = await open({ user: "ops", password: "s3cret-word" });
    expect((await connection.run(command("echo in"))).stdout).toBe("in\n");
  });

  it("works with an answer to the server's prompt", async () => {
    const connection = await open({ user: "otp", ask: () => Promise.resolve("123456") });
    expect((await connection.run(command("echo in"))).stdout).toBe("in\n");
  });

  it.each([
    ["a key", { user: "bosh_1", privateKey: STRANGER.privateKey }],
    ["a password", { user: "ops", password: "wrong-word" }],
  ])("is denied with %s that is not the right one", async (_, credentials) => {
    await expect(open(credentials)).rejects.toMatchObject({ code: "access-denied", effect: "none" });
  });

  it("names a key that cannot be read instead of trying", async () => {
    const broken = open({ user: "bosh_1", privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n" });
    await expect(broken).rejects.toMatchObject({ code: "access-denied", effect: "none" });
    expect(server.connections).toBe(0);
  });

  it("needs at least one way", async () => {
    await expect(open({ user: "bosh_1" })).rejects.toMatchObject({ code: "not-logged-in" });
  });

  it("goes on to the next way if the agent does not answer", async () => {
    const connection = await open({ user: "ops", agent: "/nowhere/agent.sock", password: "s3cret-word" });
    expect(connection.alive).toBe(true);
  });

  it("stops before any log-in at another host key than the pinned one, and names both", async () => {
    const other = ed25519KeyPair().public;
    const refused = open(undefined, pinned(other));
    await expect(refused).rejects.toMatchObject({ code: "host-key-mismatch", effect: "none" });
    await expect(refused).rejects.toThrow(/showed the ssh-ed25519 key SHA256:\S+, not SHA256:\S+/);
    expect(server.logins).toEqual([]);
  });

  it("takes a host without the pinned type of key for another host", async () => {
    await expect(open(undefined, pinned(KEY.publicKey))).rejects.toMatchObject({ code: "host-key-mismatch" });
  });

  it("stops at a key that nobody has named, and says how to pin it", async () => {
    const unknown: TrustedKeys = { kind: "unknown", remedy: ({ type }) => `Pin the ${type} key.` };
    const refused = open(undefined, unknown);
    await expect(refused).rejects.toMatchObject({ code: "host-key-unknown", remedy: "Pin the ssh-ed25519 key." });
  });

  it("is unreachable if nobody listens", async () => {
    const port = server.port;
    await server.stop();
    server = await ShellServer.start({ accounts: {} });
    const target = {
      host: "127.0.0.1",
      port,
      label: "cell/0",
      credentials: { user: "x", password: "long-password" },
      trusted: pinned(HOST_KEY.public),
    };
    const dialer = directDialer();
    const dialled = SshConnection.open(target, (host, at) => dialer.connect(host, at), new Secrets());
    await expect(dialled).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });

  it("registers what it logs in with, so that no output shows it", async () => {
    const secrets = new Secrets();
    const target = {
      host: "127.0.0.1",
      port: server.port,
      label: "cell/0",
      credentials: { user: "ops", password: "s3cret-word" },
      trusted: pinned(HOST_KEY.public),
    };
    const dialer = directDialer();
    opened.push(await SshConnection.open(target, (host, port) => dialer.connect(host, port), secrets));
    expect(secrets.mask("it is s3cret-word")).toBe("it is ********");
  });
});

/** Waits until the server has begun to run that many commands. */
async function connectionsCarry(commands: number): Promise<void> {
  while (server.atOnce < commands) await new Promise((resolve) => setImmediate(resolve));
}
