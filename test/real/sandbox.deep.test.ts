/** A restored database that means harm, in its sandbox: the tries of its owner's code, and their results. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, statfs, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalScratch } from "../../src/archive/adapters/scratch/scratch-databases.ts";
import { socketDirectory } from "../../src/archive/adapters/scratch/programs.ts";
import type { Standing } from "../../src/ports/scratch-database.ts";
import { scratchDatabaseContract } from "../contract/scratch-database.ts";
import { withRealClients } from "../contract/scratch-on-archive.ts";
import { hostileCluster } from "../rig/hostile/cluster.ts";
import { KINDS, sandboxOfKind } from "../rig/hostile/sandboxes.ts";
import { until } from "../rig/until.ts";

const path = "/usr/bin:/bin";
const { signal } = new AbortController();
const RUN = "20261121-120000-evil";
const KEY = "KEY-CANARY-5d1f";
const SECRET = "SECRET-CANARY-77aa";
/** The account of the server, and of every other backup test that runs at the time. */
const ACCOUNT = 65_533;
const mark = `mark-${randomBytes(8).toString("hex")}`;

const REFUSED = [
  ...["key", "add_key", "bpf", "userfaultfd", "unshare", "clone"].map((call) => `${call}: EPERM`),
  ...["clone3: ENOSYS", "unix: done", "inet: done"],
  ...["/tmp/full: bounded", "/dev/shm/full: bounded", "/dev: closed", "oom: 1000", "processes: bounded"],
];
/** Docker's own filter lets these through, release by release; its bound of memory is not one of each process. */
const BY_OUR_FILTER = ["io_uring: ENOSYS", "vsock: EAFNOSUPPORT", "alg: EAFNOSUPPORT", "memory: ENOMEM"];

describe.each(KINDS)("in %s", (kind) => {
  const open = sandboxOfKind(kind);
  scratchDatabaseContract(`this machine, with a real PostgreSQL in ${kind}`, () => withRealClients(open));

  let root: string;
  let place: string;
  let programs: string;
  let cluster: string;
  let heard: Server;
  let others: Server;
  let calls = 0;
  let neighbour: ReturnType<typeof spawn>;

  const scratch = (): LocalScratch =>
    new LocalScratch({
      ...{ path, signal, root, sandbox: open },
      restore: async ({ directory }) => {
        await cp(cluster, directory, { recursive: true, verbatimSymlinks: true });
        return { systemId: "42", version: "13", lastTransaction: "" };
      },
    });
  const server = () => ({ place, programs });
  const comesTo = (wanted: Standing) =>
    until(`the server is ${wanted}`, 120_000, async () => (await scratch().standing(server())) === wanted);

  /** The commands of processes that the cluster's owner left running, in any place. */
  async function leftRunning(): Promise<readonly string[]> {
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
    return commands.filter((command) => command.includes(mark));
  }

  const listening = (one: Server, at: { readonly port: number; readonly host: string } | { readonly path: string }) =>
    new Promise<void>((done) => void one.listen(at).once("listening", done));

  beforeAll(async () => {
    root = await mkdtemp("/var/tmp/dingo-recover-hostile-");
    await chmod(root, 0o755);
    place = join(root, "place");
    const counting = () => createServer((socket) => ((calls += 1), socket.destroy()));
    [heard, others] = [counting(), counting()];
    await listening(heard, { port: 0, host: "127.0.0.1" });
    const elsewhere = join(root, "elsewhere.sock");
    await listening(others, { path: elsewhere });
    await chmod(elsewhere, 0o777);
    const [key, victim] = [join(root, "key"), join(root, "victim")];
    await writeFile(key, KEY, { mode: 0o644 });
    await writeFile(victim, "precious", { mode: 0o600 });
    neighbour = spawn("sleep", ["3600"], { uid: ACCOUNT, gid: ACCOUNT, env: { SECRET }, stdio: "ignore" });
    const { port } = heard.address() as AddressInfo;
    ({ programs, data: cluster } = await hostileCluster(root, { port, key, victim, mark, elsewhere }));
  });

  afterAll(async () => {
    await scratch().remove(place, RUN);
    neighbour.kill();
    heard.close();
    others.close();
    await rm(root, { recursive: true, force: true });
  });

  describe("the code of a restored database", () => {
    it("runs at the first log-in and at a query, and reads, reaches and changes nothing of this machine", async () => {
      const copy = { run: RUN, archive: "s3://bucket/backups/x/wal", time: "", base: "base_1" };
      await scratch().restore({ ...copy, place, signal, progress: () => undefined });
      await scratch().start(server());
      await comesTo("accepting");
      expect(await scratch().sql(server(), "postgres", "SELECT * FROM registrations;")).toEqual([["1"]]);
      await until("its code is through", 60_000, async () => (await leftRunning()).length > 0);
      const tables = [{ schema: "public", table: "visits" }];
      expect((await scratch().dump(server(), { database: "postgres", tables })).bytes).toBeGreaterThan(100);
      const seen = await readFile(join(place, "data", "base", "seen"), "utf8");
      expect(seen).toMatch(/library ran, network not reached/);
      expect(seen).toMatch(/uid=65533/);
      expect(seen).not.toMatch(/REACHED|CANARY|passwd|shadow/);
      expect(calls).toBe(0);
      expect(await readFile(join(root, "victim"), "utf8")).toBe("precious");
      expect((await stat(join(root, "victim"))).uid).toBe(0);
    });

    it("leads no client to a socket of somebody else", async () => {
      await scratch().sql(server(), "postgres", "SELECT * FROM moved;");
      await expect(scratch().sql(server(), "postgres", "SELECT 1;")).rejects.toMatchObject({ code: "command-failed" });
      expect(calls).toBe(0);
    });

    it("is over when the server is stopped: a process that left its session as well", async () => {
      expect(await leftRunning()).not.toEqual([]);
      await scratch().stop(server(), "fast");
      await comesTo("down");
      expect(await leftRunning()).toEqual([]);
    });

    it("is over when the process is killed that started the server, which can be started again", async () => {
      const began = join(place, "data", "base", "began");
      await rm(began);
      const words = ["test/rig/hostile/start-server.ts", kind, place, programs];
      const tool = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
      await new Promise((told) => tool.stdout.once("data", told));
      await comesTo("accepting");
      await until("its code runs", 60_000, async () => (await leftRunning()).length > 0);
      tool.kill("SIGKILL");
      await until("nothing of it is left", 60_000, async () => (await leftRunning()).length === 0);
      await scratch().start(server());
      await comesTo("accepting");
      await scratch().stop(server(), "at-once");
      await comesTo("down");
    });

    it("is over before the copy is removed", async () => {
      await rm(join(place, "data", "base", "began"));
      await scratch().start(server());
      await comesTo("accepting");
      await until("its code runs", 60_000, async () => (await leftRunning()).length > 0);
      await scratch().remove(place, RUN);
      expect(await leftRunning()).toEqual([]);
      expect(await readdir(root)).not.toContain("place");
    });
  });

  describe("a copy of a run", () => {
    it("has nothing in it that the account of the server could have made, but the data", async () => {
      await mkdir(join(root, "other"), { mode: 0o711 });
      const copy = { run: RUN, archive: "s3://bucket/backups/x/wal", time: "", base: "base_1" };
      const other = join(root, "other", "place");
      await scratch().restore({ ...copy, place: other, signal, progress: () => undefined });
      const owners = await Promise.all(
        (await readdir(other)).map(async (name) => [name, (await stat(join(other, name))).uid] as const),
      );
      expect(owners.filter(([, uid]) => uid !== 0)).toEqual([["data", ACCOUNT]]);
      await scratch().remove(other, RUN);
    });
  });

  describe("a place", () => {
    const copy = { run: RUN, archive: "s3://bucket/backups/x/wal", time: "", base: "base_1" };

    it("below a directory that the server's account cannot pass is known before anything is restored", async () => {
      const closed = join(root, "closed");
      await mkdir(closed, { mode: 0o700 });
      expect(await scratch().closedAbove(join(closed, "not", "there"))).toBe(closed);
      expect(await scratch().closedAbove(place)).toBeUndefined();
    });

    it("with too long a name for a socket leaves nothing in /tmp", async () => {
      const long = join(root, "n".repeat(100));
      await scratch().restore({ ...copy, place: long, signal, progress: () => undefined });
      const socket = socketDirectory(long);
      await scratch().start({ place: long, programs });
      await until(
        "it accepts",
        60_000,
        async () => (await scratch().standing({ place: long, programs })) === "accepting",
      );
      expect((await stat(socket)).uid).toBe(ACCOUNT);
      await scratch().remove(long, RUN);
      await expect(stat(socket)).rejects.toMatchObject({ code: "ENOENT" });
    });

    it.each([
      ["bytes", "", "CREATE TABLE eats AS SELECT repeat(md5(n::text), 60) FROM generate_series(1, 400000) n;"],
      ["files", ",nr_inodes=120000", "COPY (SELECT 1) TO PROGRAM 'n=0; while : > f$n; do n=$((n+1)); done';"],
    ])(
      "that a stranger's code fills with %s loses its server before, and the log tells that it was the disk",
      async (_, option, eats) => {
        const disk = join(root, "disk");
        await mkdir(disk, { mode: 0o755, recursive: true });
        await execa("mount", ["-t", "tmpfs", "-o", `size=300m,mode=755${option}`, "tmpfs", disk]);
        try {
          const full = { place: join(disk, "place"), programs };
          await scratch().restore({ ...copy, place: full.place, signal, progress: () => undefined });
          await scratch().start(full);
          await until("it accepts", 60_000, async () => (await scratch().standing(full)) === "accepting");
          await expect(scratch().sql(full, "postgres", eats)).rejects.toMatchObject({ code: "command-failed" });
          await until("it is down", 60_000, async () => (await scratch().standing(full)) === "down");
          expect((await scratch().said(full.place)).at(-1)).toMatch(
            /^the server was ended, so that the disk keeps room: less than .* or \d+ files were left$/,
          );
          expect((await statfs(disk)).ffree).toBeGreaterThan(500);
          expect(await scratch().freeBytes(full.place)).toBeGreaterThan(20_000_000);
          await scratch().remove(full.place, RUN);
        } finally {
          await execa("umount", ["--lazy", disk]);
        }
      },
    );
  });

  describe("a program in the sandbox", () => {
    let calls: string;
    const canary = "KEYRING-CANARY-19c4";

    beforeAll(async () => {
      calls = join(root, "calls");
      await execa("gcc", ["-D_GNU_SOURCE", "-o", calls, "test/rig/hostile/calls.c"]);
    });

    it("has no key of the session, no way to the host's kernel or to another namespace, and a bounded part of the machine", async () => {
      const as = { uid: ACCOUNT, gid: ACCOUNT };
      const confined = { program: calls, args: [], env: {}, reads: [], writes: [], as };
      const { program, args, fed } = (await open(as)).command(confined);
      const filter = join(root, "filter");
      await writeFile(filter, fed ?? "");
      const inSession = (command: string) => execa(calls, ["with-key", canary, command]);
      // The session with the key is that of the process that begins the sandbox.
      const words = [program, ...args].map((word) => `'${word}'`).join(" ");
      // Docker's client asks the engine as the account of this process.
      const account = kind === "container" ? "" : `setpriv --reuid ${ACCOUNT} --regid ${ACCOUNT} --clear-groups`;
      const inside = await inSession(`exec ${account} ${words} 3<${filter}`);
      const said = inside.stdout.split("\n").filter((line) => !line.startsWith("descriptor"));
      expect(said).toEqual(expect.arrayContaining([...REFUSED, ...(kind === "bubblewrap" ? BY_OUR_FILTER : [])]));
      if (kind === "container") expect(args).toContain("--memory");
      // Without the sandbox the same program finds the key: the sandbox makes the refusals above.
      expect((await inSession(calls)).stdout).toMatch(
        new RegExp(`^key: ${canary}\nadd_key: done\n[^]*unshare: done\nclone: done\n[^]*memory: done\noom: 0$`, "m"),
      );
    });
  });
});
