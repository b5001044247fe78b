import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CellsOptions, createCells, type OpenCells } from "../../../../src/foundation/adapters/cells/cells.ts";
import { directDialer } from "../../../../src/kit/network/dialer.ts";
import { RecoverError } from "../../../../src/errors.ts";
import type { BoshInstance, Director, SshGrant } from "../../../../src/ports/director.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";
import { ResourceLog } from "../../../contract/resource-log.ts";
import { ed25519KeyPair, HOST_KEY, ShellServer } from "../../../kit/ssh/shell-server.ts";

const INSTANCE: BoshInstance = {
  deployment: "dingo",
  group: "cell_z1",
  id: "8a2c",
  index: 0,
  ips: ["127.0.0.1"],
  agentId: "14ddd22e",
  jobState: "running",
  processes: ["docker"],
};
const OTHER: BoshInstance = { ...INSTANCE, id: "9b3d", index: 1 };

/** A director whose agents make accounts on the SSH server, and whose answers can be spoilt. */
class AccountDirector implements Director {
  readonly calls: string[] = [];
  hostPublicKey = HOST_KEY.public;
  setupError: RecoverError | undefined;
  cleanupError: RecoverError | undefined;
  readonly #server: ShellServer;

  constructor(server: ShellServer) {
    this.#server = server;
  }

  async setupSsh(instance: BoshInstance, user: string, publicKey: string): Promise<SshGrant> {
    this.calls.push(`setup ${instance.group}/${instance.index} ${user}`);
    if (this.setupError !== undefined) throw this.setupError;
    this.#server.accounts.set(user, { publicKeys: [publicKey] });
    return { address: "127.0.0.1", user, hostPublicKey: this.hostPublicKey };
  }

  async cleanupSsh(instance: BoshInstance, user: string): Promise<void> {
    this.calls.push(`cleanup ${instance.group}/${instance.index} ${user}`);
    if (this.cleanupError !== undefined) throw this.cleanupError;
    this.#server.accounts.delete(user);
  }

  info = unasked;
  deployments = unasked;
  instances = unasked;
  locks = unasked;
  runningTasks = unasked;
}

async function unasked(): Promise<never> {
  throw new Error("the cells ask for SSH users and nothing else");
}

function offline(): RecoverError {
  return new RecoverError("unreachable", "the director is away", { remedy: "Wait." });
}

let server: ShellServer;
let director: AccountDirector;
let recorder: ResourceLog;
let cells: OpenCells;

beforeEach(async () => {
  server = await ShellServer.start({ accounts: {} });
  director = new AccountDirector(server);
  recorder = new ResourceLog();
  cells = open();
});

afterEach(async () => {
  director.cleanupError = undefined;
  await cells.close();
  await server.stop();
});

function open(more: Partial<CellsOptions> = {}): OpenCells {
  const dialer = directDialer();
  return createCells({
    director,
    dialer,
    recorder,
    secrets: new Secrets(),
    sshPort: server.port,
    knownHostsFiles: [],
    ...more,
  });
}

const userOf = (call: string | undefined): string => call?.split(" ").at(-1) ?? "";

describe("the cells", () => {
  it("journal the ephemeral user before the director hears of it", async () => {
    director.setupError = offline();
    await expect(cells.open(INSTANCE)).rejects.toMatchObject({ code: "unreachable" });
    expect(recorder.log).toEqual([`opened ssh-user ${userOf(director.calls[0])}`]);
  });

  it("make one user and one connection per cell, however many open it at once", async () => {
    const [a, b] = await Promise.all([cells.open(INSTANCE), cells.open(INSTANCE), cells.open(OTHER)]);
    await Promise.all([a.exec({ argv: ["true"] }), b.exec({ argv: ["true"] })]);
    expect(server.logins).toHaveLength(2);
    expect(director.calls.filter((call) => call.startsWith("setup cell_z1/0"))).toHaveLength(1);
    expect(new Set(director.calls.map(userOf)).size).toBe(2);
    expect(a.label).toBe("cell_z1/0 (127.0.0.1)");
  });

  it("come back with the same user after the connection was cut", async () => {
    const cell = await cells.open(INSTANCE);
    const cutting = cell.exec({ argv: ["sh", "-c", "kill -STOP $$; true"] });
    const failed = expect(cutting).rejects.toMatchObject({ code: "unreachable", effect: "unknown" });
    while (server.atOnce < 1) await new Promise((resolve) => setImmediate(resolve));
    server.cut();
    await failed;
    expect((await cell.exec({ argv: ["echo", "back"] })).stdout).toBe("back\n");
    expect(director.calls.filter((call) => call.startsWith("setup"))).toHaveLength(1);
    expect(new Set(server.logins).size).toBe(1);
  });

  it("are found again without the director only while their connection lives", async () => {
    expect(cells.living(INSTANCE)).toBeUndefined();
    await cells.open(INSTANCE);
    expect(cells.living(OTHER)).toBeUndefined();
    const { stdout } = (await cells.living(INSTANCE)?.exec({ argv: ["echo", "here"] })) ?? {};
    expect(stdout).toBe("here\n");
    server.cut();
    while (cells.living(INSTANCE) !== undefined) await new Promise((resolve) => setImmediate(resolve));
    await cells.open(INSTANCE);
    await cells.close();
    expect(cells.living(INSTANCE)).toBeUndefined();
  });

  it("remove every user at the end, also one that could not be connected", async () => {
    await cells.open(INSTANCE);
    director.hostPublicKey = "";
    await expect(cells.open(OTHER)).rejects.toMatchObject({ code: "host-key-unknown" });
    await cells.close();
    expect(server.accounts.size).toBe(0);
    expect(recorder.leftOpen()).toEqual([]);
    expect(director.calls.filter((call) => call.startsWith("cleanup"))).toHaveLength(2);
  });

  it("make no user any more once they are closed, whoever still asks", async () => {
    const cell = await cells.open(INSTANCE);
    const opening = cells.open(OTHER);
    const closing = cells.close();
    await Promise.allSettled([opening, closing]);
    await expect(cell.exec({ argv: ["true"] })).rejects.toMatchObject({ code: "interrupted" });
    await expect(cells.open(INSTANCE)).rejects.toMatchObject({ code: "interrupted" });
    expect(server.accounts.size).toBe(0);
    expect(recorder.leftOpen()).toEqual([]);
  });

  it("leave a user in the journal that could not be removed, and try again", async () => {
    await cells.open(INSTANCE);
    director.cleanupError = offline();
    await expect(cells.close()).rejects.toMatchObject({ code: "unreachable" });
    expect(recorder.leftOpen()).toHaveLength(1);
    director.cleanupError = undefined;
    await cells.close();
    expect(recorder.leftOpen()).toEqual([]);
  });

  it("remove at the end the users of an earlier process too, which could not be removed when this one began", async () => {
    const killed = open();
    await killed.open(INSTANCE);
    director.cleanupError = offline();
    expect(await cells.cleanLeftOvers()).toMatchObject([{ error: { code: "unreachable" } }]);
    director.cleanupError = undefined;
    await cells.close();
    expect([server.accounts.size, recorder.leftOpen()]).toEqual([0, []]);
    // Its own user is gone already, and it does not know.
    await killed.close().catch(() => undefined);
  });

  it("refuse a cell with another key than the director's, before anything is run there", async () => {
    const other = ed25519KeyPair().public;
    director.hostPublicKey = other;
    await expect(cells.open(INSTANCE)).rejects.toMatchObject({ code: "host-key-mismatch", exitCode: 16 });
    expect(server.logins).toEqual([]);
  });

  it("refuse a cell whose key nobody knows, and take the line that the remedy names", async () => {
    director.hostPublicKey = "";
    const refused = await cells.open(INSTANCE).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "host-key-unknown", exitCode: 16 });
    const remedy = refused instanceof RecoverError ? refused.remedy : "";
    const file = join(mkdtempSync(join(tmpdir(), "known-")), "known_hosts");
    writeFileSync(file, `${/add "([^"]+)"/.exec(remedy)?.[1] ?? ""}\n`);
    const informed = open({ knownHostsFiles: [file] });
    expect((await (await informed.open(INSTANCE)).exec({ argv: ["echo", "in"] })).stdout).toBe("in\n");
    await informed.close();
  });

  it("do not take a torn key for no key", async () => {
    director.hostPublicKey = "ssh-rsa AAAAB3";
    await expect(cells.open(INSTANCE)).rejects.toMatchObject({ code: "answer-malformed" });
  });

  it("say which cell is out of reach", async () => {
    const away = open({ sshPort: 1 });
    await expect(away.open(INSTANCE)).rejects.toMatchObject({
      code: "unreachable",
      place: "127.0.0.1:1",
      effect: "none",
    });
    await away.close();
  });
});

describe("what a killed process left on cells", () => {
  it("is removed by the next one, which keeps its own", async () => {
    const killed = open();
    await killed.open(INSTANCE);
    await killed.open(OTHER);
    await cells.open(INSTANCE);
    const cleaned = await cells.cleanLeftOvers();
    expect(cleaned.map(({ label, error }) => [label, error])).toEqual([
      ["cell_z1/0 (127.0.0.1)", undefined],
      ["cell_z1/1 (127.0.0.1)", undefined],
    ]);
    expect([...server.accounts.keys()]).toEqual([userOf(director.calls[2])]);
    expect(recorder.leftOpen()).toHaveLength(1);
  });

  it("stays in the journal if it cannot be removed now", async () => {
    await open().open(INSTANCE);
    director.cleanupError = offline();
    const [cleaned] = await cells.cleanLeftOvers();
    expect(cleaned).toMatchObject({ label: "cell_z1/0 (127.0.0.1)", error: { code: "unreachable" } });
    expect(recorder.leftOpen()).toHaveLength(1);
  });

  it("is told from other resources and from entries that make no sense", async () => {
    const foreign = { kind: "cf-home", data: { path: "/tmp/x" } };
    const torn = { kind: "ssh-user", data: { user: "root; rm -rf /" } };
    const careful = open({ recorder: new ResourceLog([foreign, torn]) });
    expect(await careful.cleanLeftOvers()).toEqual([]);
    expect(director.calls).toEqual([]);
  });
});
