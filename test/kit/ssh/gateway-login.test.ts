import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { afterEach, describe, expect, it } from "vitest";
import type { Gateway } from "../../../src/kit/network/dial.ts";
import { directDialer } from "../../../src/kit/network/dialer.ts";
import { createGateway, type GatewaySettings } from "../../../src/kit/ssh/gateway.ts";
import { fingerprint, parseHostKey } from "../../../src/kit/ssh/host-key.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { ScriptedOperator } from "../../fakes/scripted-operator.ts";
import { serveAgent, type RunningAgent } from "./agent-server.ts";
import { IdleFirewall } from "./idle-firewall.ts";
import { type Account, ed25519KeyPair, HOST_KEY, ShellServer, type ShellServerOptions } from "./shell-server.ts";

const PASSPHRASE = "open-sesame-7";
const LOCKED = lockedKeyPair();
const OTHER_HOST = ed25519KeyPair();

let jump: ShellServer | undefined;
let agent: RunningAgent | undefined;
let firewall: IdleFirewall | undefined;
let gateway: Gateway | undefined;
let secrets = new Secrets();

afterEach(async () => {
  await gateway?.close();
  await jump?.stop();
  agent?.close();
  firewall?.close();
  [jump, agent, firewall, gateway, secrets] = [undefined, undefined, undefined, undefined, new Secrets()];
});

/** ssh2 1.17 makes one key in 256 that it cannot read again. */
function lockedKeyPair(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync("ed25519", { passphrase: PASSPHRASE, cipher: "aes256-ctr", rounds: 1 });
    const read: unknown = ssh2.utils.parseKey(pair.private, PASSPHRASE);
    if (!(read instanceof Error)) return pair;
  }
}

async function serve(account: Account, more: Partial<ShellServerOptions> = {}): Promise<ShellServer> {
  jump = await ShellServer.start({ accounts: { ops: account }, forwarding: true, ...more });
  return jump;
}

function reach(settings: Partial<GatewaySettings>): Gateway {
  const place = {
    host: "127.0.0.1",
    port: jump?.port ?? 0,
    user: "ops",
    knownHostsFiles: [],
    hostKey: HOST_KEY.public,
  };
  gateway = createGateway({ ...place, ...settings }, directDialer(), secrets);
  return gateway;
}

const FINGERPRINT = fingerprint(parseHostKey(HOST_KEY.public) ?? { type: "", blob: Buffer.alloc(0) });

describe("the log-in to the gateway", () => {
  it("asks for the passphrase of a locked key, again if it was mistyped, and once for all reconnects", async () => {
    const server = await serve({ publicKeys: [LOCKED.public] });
    const operator = new ScriptedOperator(["gateway.passphrase", "open-sesame"], ["gateway.passphrase", PASSPHRASE]);
    const way = reach({ privateKey: LOCKED.private, operator });
    const { gone } = await watched(way);
    server.cut();
    await gone;
    await way.ready();
    expect(server.logins).toEqual(["ops", "ops"]);
    expect(operator.ids).toEqual(["gateway.passphrase", "gateway.passphrase"]);
    expect(operator.asked[0]).toMatchObject({ kind: "text", secret: true });
    expect(secrets.mask(`it was ${PASSPHRASE}`)).toBe("it was ********");
  });

  it("takes the passphrase of the configuration and asks nobody", async () => {
    await serve({ publicKeys: [LOCKED.public] });
    const operator = new ScriptedOperator();
    await reach({ privateKey: LOCKED.private, passphrase: PASSPHRASE, operator }).ready();
    expect(operator.ids).toEqual([]);
  });

  it("has an agent sign, and asks nobody", async () => {
    const key = ed25519KeyPair();
    await serve({ publicKeys: [key.public] });
    agent = await serveAgent(key.private);
    const operator = new ScriptedOperator();
    await reach({ agent: agent.socket, operator }).ready();
    expect([agent.signatures > 0, operator.ids]).toEqual([true, []]);
  });

  it("asks for a password if the gateway takes one, again if it was wrong", async () => {
    const server = await serve({ password: "s3cret-word" }, { offers: ["password"] });
    const operator = new ScriptedOperator(["gateway.password", "wrong-word"], ["gateway.password", "s3cret-word"]);
    await reach({ operator }).ready();
    expect(operator.ids).toEqual(["gateway.password", "gateway.password"]);
    expect(server.logins).toEqual(["ops"]);
  });

  it("asks what the gateway asks, in its own words, after the key was not enough; a code is asked at every log-in", async () => {
    const key = ed25519KeyPair();
    const server = await serve({ publicKeys: [key.public], code: "123456", keyThenCode: true });
    const operator = new ScriptedOperator(["gateway.code", "123456"], ["gateway.code", "123456"]);
    const way = reach({ privateKey: key.private, operator });
    const { gone } = await watched(way);
    server.cut();
    await gone;
    await way.ready();
    expect(server.logins).toEqual(["ops", "ops"]);
    expect(operator.asked).toMatchObject([
      { id: "gateway.code", prompt: expect.stringMatching(/^gateway ops@127\.0\.0\.1:\d+: Code$/), secret: true },
      { id: "gateway.code" },
    ]);
  });

  it("stops without effect if nobody is there to answer, and says what to set", async () => {
    const server = await serve({ code: "123456" });
    const refused = reach({ operator: new ScriptedOperator() }).ready();
    await expect(refused).rejects.toMatchObject({ code: "question-unanswered", exitCode: 13, effect: "none" });
    await expect(refused).rejects.toThrow('asks for "Code"');
    expect(server.logins).toEqual([]);
  });

  it("gives up after three wrong answers", async () => {
    await serve({ code: "123456" }, { offers: ["keyboard-interactive"] });
    const wrong = ["gateway.code", "000000"] as [string, string];
    const operator = new ScriptedOperator(wrong, wrong, wrong, wrong);
    await expect(reach({ operator }).ready()).rejects.toMatchObject({ code: "access-denied" });
    expect(operator.ids).toHaveLength(3);
  });
});

describe("the gateway's host key", () => {
  const account = { password: "s3cret-word" };

  it("is accepted at first sight by a yes, written down, and not asked for again", async () => {
    await serve(account);
    const file = join(mkdtempSync(join(tmpdir(), "home-")), ".ssh", "known_hosts");
    const settings = { password: "s3cret-word", knownHostsFiles: [file] };
    const operator = new ScriptedOperator(["gateway.host-key", "yes"]);
    await firstSight({ ...settings, operator }).ready();
    expect(operator.asked[0]).toMatchObject({ kind: "confirm", prompt: expect.stringContaining(FINGERPRINT) });
    expect(readFileSync(file, "utf8")).toContain(HOST_KEY.public.split(" ")[1]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await gateway?.close();
    const nobody = new ScriptedOperator();
    await firstSight({ ...settings, operator: nobody }).ready();
    expect(nobody.ids).toEqual([]);
  });

  it.each([
    ["a no", [["gateway.host-key", "no"]]],
    ["no answer", []],
  ] as const)("is refused at first sight by %s, and nothing is sent or written", async (_, answers) => {
    const server = await serve(account);
    const file = join(mkdtempSync(join(tmpdir(), "home-")), "known_hosts");
    writeFileSync(file, "");
    const operator = new ScriptedOperator(...answers.map(([id, value]): [string, string] => [id, value]));
    const refused = firstSight({ password: "s3cret-word", knownHostsFiles: [file], operator }).ready();
    await expect(refused).rejects.toMatchObject({ code: "host-key-unknown", exitCode: 16, effect: "none" });
    expect([server.logins, readFileSync(file, "utf8")]).toEqual([[], ""]);
  });

  it("may be pinned by its fingerprint", async () => {
    await serve(account);
    await reach({ password: "s3cret-word", hostKey: FINGERPRINT }).ready();
    const other = reach({ password: "s3cret-word", hostKey: fingerprint(parseHostKey(OTHER_HOST.public) as never) });
    await expect(other.ready()).rejects.toMatchObject({ code: "host-key-mismatch", exitCode: 16 });
  });

  it("has to be the same after a reconnect, whatever known_hosts says by then", async () => {
    const server = await serve(account);
    const file = join(mkdtempSync(join(tmpdir(), "home-")), "known_hosts");
    const { port } = server;
    const line = (key: string): string => `[127.0.0.1]:${port} ${key}\n`;
    writeFileSync(file, line(HOST_KEY.public));
    const way = firstSight({ password: "s3cret-word", knownHostsFiles: [file] });
    const { gone } = await watched(way);
    await server.stop();
    await gone;
    writeFileSync(file, line(OTHER_HOST.public));
    const impostor = await serve(account, { hostKey: OTHER_HOST.private, port });
    await expect(way.ready()).rejects.toMatchObject({ code: "host-key-mismatch", effect: "none" });
    expect(impostor.logins).toEqual([]);
  });
});

describe("an idle gateway", () => {
  const login = { password: "s3cret-word" };

  it("stays open by keep-alives if silence would close it", async () => {
    const server = await serve(login);
    firewall = await IdleFirewall.before(server.port, { idleMs: 2_000 });
    const way = reach({ ...login, port: firewall.port, keepAliveMs: 400 });
    const { gone } = await watched(way);
    // Ten keep-alives are twice the silence that the firewall bears.
    const kept = firewall.heard(10).then(() => "kept");
    expect(await Promise.race([kept, gone.then(() => "dropped")])).toBe("kept");
    await way.ready();
    expect(server.logins).toEqual(["ops"]);
  });

  it("is logged in to again if it was closed all the same", async () => {
    const server = await serve(login);
    firewall = await IdleFirewall.before(server.port, { idleMs: 1_500 });
    const way = reach({ ...login, port: firewall.port, keepAliveMs: 0 });
    await (await watched(way)).gone;
    await way.ready();
    expect(server.logins).toEqual(["ops", "ops"]);
  });
});

function firstSight(settings: Partial<Omit<GatewaySettings, "hostKey">>): Gateway {
  const place = { host: "127.0.0.1", port: jump?.port ?? 0, user: "ops", knownHostsFiles: [] };
  gateway = createGateway({ ...place, ...settings }, directDialer(), secrets);
  return gateway;
}

/** `gone` once the client, too, knows that its connection is lost. */
async function watched(way: Gateway): Promise<{ readonly gone: Promise<unknown> }> {
  const stream = await way.forward("127.0.0.1", jump?.port ?? 0);
  return { gone: new Promise((resolve) => stream.resume().once("close", resolve)) };
}
