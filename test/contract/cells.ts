/**
 * The behaviour of every cell, a stand-in or a real one: sshd, sudo, Docker, etcd, files, psql. The unkind answers
 * count as much as the kind ones: only the far side itself may call a thing absent.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenCells } from "../../src/foundation/adapters/cells/cells.ts";
import type { Cell } from "../../src/ports/cells.ts";
import type { BoshInstance } from "../../src/ports/director.ts";
import type { Secrets } from "../../src/kit/secrets/secrets.ts";
import type { ResourceLog } from "./resource-log.ts";

export interface CellsWorld {
  readonly cells: OpenCells;
  readonly instance: BoshInstance;
  readonly recorder: ResourceLog;
  readonly secrets: Secrets;
  /** Ephemeral users that exist on the cell now, by the cell's own word. */
  users(): Promise<readonly string[]>;
  /** A running container with PostgreSQL that the suite may stop and start. */
  readonly database: {
    readonly container: string;
    /** Some of its plain variables. */
    readonly env: Readonly<Record<string, string>>;
    readonly secret: { readonly name: string; readonly value: string };
    readonly dataDirectory: string;
    readonly login: { host: string; port: number; user: string; password: string; database: string };
    /** A statement with more than one row and column, and its result. */
    readonly query: { readonly sql: string; readonly rows: readonly (readonly string[])[] };
    readonly brokenSql: string;
    /** An archive of pg_dump with a table `brought_along` of three rows, which is nowhere yet. */
    readonly archive: Uint8Array;
    /** Part of a line of its log since it was started. */
    readonly logged: string;
    /** After a start: until the log-in works. */
    ready(): Promise<void>;
  };
  /** At `nothing` no server listens; below `directory` the suite may write. */
  readonly etcd: { readonly hostPort: string; readonly nothing: string; readonly directory: string };
  /** An empty directory to work in, and beside it a file with a text. */
  readonly files: { readonly directory: string; readonly file: string; readonly text: string };
  /** A URL that answers with a JSON object that has this key. */
  readonly json: { readonly url: string; readonly key: string };
  stop(): Promise<void>;
}

const HOSTILE = [
  "it's",
  'say "no"',
  "$(touch /tmp/pwned) `id`",
  "a\nb\tc",
  "%41&x=1+2",
  "-n",
  "数据 🐘",
  "@/etc/passwd",
];
const ABSENT = "cf-00000000-0000-4000-8000-000000000000";

export interface CellsAbilities {
  /** Whether any program may be run; a stand-in knows only those of the adapters. */
  readonly anyProgram: boolean;
}

export function cellsContract(name: string, abilities: CellsAbilities, makeWorld: () => Promise<CellsWorld>): void {
  describe(`cells: ${name}`, () => {
    let world: CellsWorld;
    let cell: Cell;

    beforeAll(async () => {
      world = await makeWorld();
      cell = await world.cells.open(world.instance);
    }, 600_000);

    afterAll(async () => {
      await world.stop();
    }, 600_000);

    describe("the ephemeral user", () => {
      it("is one for all commands, and journaled", async () => {
        await world.cells.open(world.instance);
        const users = await world.users();
        expect(users).toHaveLength(1);
        expect(world.recorder.log).toEqual([`opened ssh-user ${users[0]}`]);
        expect(users[0]).toMatch(/^bosh_[0-9a-f]{15}$/);
      });
    });

    const execSuite = (): void => {
      it("brings words, stdin, stdout, stderr and exit code as they are", async () => {
        const script = 'printf "%s|" "$@"; cat; echo err >&2; exit 3';
        const result = await cell.exec({ argv: ["sh", "-c", script, "sh", ...HOSTILE], stdin: "in" });
        expect(result).toEqual({ code: 3, stdout: `${HOSTILE.join("|")}|in`, stderr: "err\n" });
      });

      it("says which signal ended the command", async () => {
        expect(await cell.exec({ argv: ["sh", "-c", "kill -TERM $$"] })).toMatchObject({ code: 143 });
      });

      it("becomes root only if asked", async () => {
        expect((await cell.exec({ argv: ["id", "-u"], sudo: true })).stdout).toBe("0\n");
        expect((await cell.exec({ argv: ["id", "-u"] })).stdout).not.toBe("0\n");
      });

      it("brings megabytes whole and refuses to give a part of more", async () => {
        const megabytes = await cell.exec({ argv: ["head", "-c", "4000000", "/dev/zero"] });
        expect(megabytes.stdout.length).toBe(4_000_000);
        const endless = cell.exec({ argv: ["cat", "/dev/zero"] });
        await expect(endless).rejects.toMatchObject({ code: "answer-incomplete" });
      });

      it("ends at its time-out with an unknown effect", async () => {
        const late = cell.exec({ argv: ["sleep", "30"], timeoutMs: 300 });
        await expect(late).rejects.toMatchObject({ code: "unreachable", effect: "unknown" });
      });
    };
    if (abilities.anyProgram) describe("exec", execSuite);

    describe("docker", () => {
      it("has a version", async () => {
        expect(await cell.docker.version()).toMatch(/^\d+\.\d+/);
      });

      it("lists the container with what identifies it, and without its secrets", async () => {
        const { database } = world;
        const found = (await cell.docker.list()).find(({ name: it }) => it === database.container);
        expect(found).toMatchObject({ running: true, status: "running", dataDirectory: database.dataDirectory });
        expect(found?.env).toMatchObject(database.env);
        expect(JSON.stringify(found)).not.toContain(database.secret.value);
        expect(found).toEqual(await cell.docker.inspect(database.container));
      });

      it("calls a container absent only by its exact name", async () => {
        const found = await cell.docker.inspect(world.database.container);
        expect(await cell.docker.inspect(ABSENT)).toBeUndefined();
        expect(await cell.docker.inspect(found?.id.slice(0, 12) ?? "")).toBeUndefined();
        expect((await cell.docker.inspect(found?.id ?? ""))?.name).toBe(world.database.container);
      });

      it.each([["--help"], ["a b"], [""], ["$(id)"], ["x\ny"]])(
        "refuses the name %j before anything is sent",
        async (name) => {
          await expect(cell.docker.inspect(name)).rejects.toMatchObject({ code: "guard-refused", effect: "none" });
        },
      );

      it("says no if the container to stop, start or change is absent", async () => {
        for (const call of [
          () => cell.docker.stop(ABSENT, 1),
          () => cell.docker.start(ABSENT),
          () => cell.docker.setRestartPolicy(ABSENT, "no"),
          () => cell.docker.logs(ABSENT, "2020-01-01T00:00:00Z"),
          () => cell.containerSecret(ABSENT, "X"),
        ])
          await expect(call(), String(call)).rejects.toMatchObject({ code: "command-failed" });
      });

      it("changes the restart policy and back", async () => {
        const { container } = world.database;
        await cell.docker.setRestartPolicy(container, "no");
        expect((await cell.docker.inspect(container))?.restartPolicy).toBe("no");
        await cell.docker.setRestartPolicy(container, "always");
        expect((await cell.docker.inspect(container))?.restartPolicy).toBe("always");
      });

      it("stops and starts the container, which stays listed with its ports", async () => {
        const { container } = world.database;
        const before = await cell.docker.inspect(container);
        await cell.docker.stop(container, 10);
        const stopped = await cell.docker.inspect(container);
        expect(stopped).toMatchObject({ running: false, status: "exited", ports: before?.ports });
        expect((await cell.docker.list()).map(({ id }) => id)).toContain(before?.id);
        await cell.docker.start(container);
        const started = await cell.docker.inspect(container);
        expect(started).toMatchObject({ running: true, id: before?.id });
        expect(Date.parse(started?.startedAt ?? "")).toBeGreaterThan(Date.parse(before?.startedAt ?? ""));
        await world.database.ready();
      });

      it("gives the log since a time, and nothing from before it", async () => {
        const { container, logged } = world.database;
        const started = (await cell.docker.inspect(container))?.startedAt ?? "";
        // A container's line is in its log a moment later: nobody may take a line that is not there yet for one that
        // never came.
        const said = expect.poll(() => cell.docker.logs(container, started), { timeout: 60_000 });
        await said.toContainEqual(expect.stringContaining(logged));
        const lines = await cell.docker.logs(container, started);
        expect(lines.every((line) => !line.startsWith(started.slice(0, 4)) || !line.includes("Z "))).toBe(true);
        expect(await cell.docker.logs(container, "2099-01-01T00:00:00Z")).toEqual([]);
      });

      it("hands out a variable's value only to be masked", async () => {
        const { container, secret } = world.database;
        expect(await cell.containerSecret(container, secret.name)).toBe(secret.value);
        expect(world.secrets.mask(`it is ${secret.value}`)).not.toContain(secret.value);
        expect(await cell.containerSecret(container, "NO_SUCH_VARIABLE")).toBeUndefined();
      });
    });

    describe("etcd", () => {
      const key = (leaf: string): string => `${world.etcd.directory}/${leaf}`;
      let etcd: ReturnType<Cell["etcd"]>;
      beforeAll(() => {
        etcd = cell.etcd(world.etcd.hostPort);
      });

      it("calls only a missing key absent", async () => {
        expect(await etcd.get(key("none"))).toBeUndefined();
        expect(await etcd.list(key("nowhere"))).toEqual([]);
        expect(await etcd.remove(key("none"), "x")).toBe(false);
      });

      it("is unreachable if nothing listens, never empty", async () => {
        const nobody = cell.etcd(world.etcd.nothing);
        await expect(nobody.get(key("any"))).rejects.toMatchObject({ code: "unreachable" });
        await expect(nobody.list(key("any"))).rejects.toMatchObject({ code: "unreachable" });
        await expect(nobody.put(key("any"), "x")).rejects.toMatchObject({ code: "unreachable", effect: "none" });
        await expect(nobody.remove(key("any"), "x")).rejects.toMatchObject({ code: "unreachable", effect: "none" });
      });

      it("writes and reads values as they are", async () => {
        for (const value of ["7710593864283767006", "", '{"a":"b c"}', ...HOSTILE]) {
          await etcd.put(key("value"), value);
          expect((await etcd.get(key("value")))?.value).toBe(value);
        }
      });

      it.each(["cell:cf-1:5432", "a b", "q?x=1", "per%41cent", "a[1]{2}", "数"])(
        "takes %j for one key",
        async (leaf) => {
          await etcd.put(key(`hostile/${leaf}`), "here");
          expect(await etcd.get(key(`hostile/${leaf}`))).toMatchObject({ key: key(`hostile/${leaf}`), value: "here" });
        },
      );

      it.each(["/service/../other", "/service//x", "relative", "/x/."])("refuses the key %j", async (bad) => {
        await expect(etcd.get(bad)).rejects.toMatchObject({ code: "guard-refused", effect: "none" });
      });

      it("lists the direct children of a directory", async () => {
        await etcd.put(key("tree/leader"), "node-1");
        await etcd.put(key("tree/optime/leader"), "83886336");
        const children = [...(await etcd.list(key("tree")))].sort((a, b) => a.key.localeCompare(b.key));
        expect(children).toMatchObject([
          { key: key("tree/leader"), value: "node-1" },
          { key: key("tree/optime"), value: "", directory: true },
        ]);
        await expect(etcd.get(key("tree"))).rejects.toMatchObject({ code: "answer-malformed" });
        await expect(etcd.list(key("tree/leader"))).rejects.toMatchObject({ code: "answer-malformed" });
      });

      it("changes and removes nothing if the value is another than the one compared with", async () => {
        await etcd.put(key("cas"), "one");
        const put = etcd.put(key("cas"), "two", { prevValue: "other" });
        await expect(put).rejects.toMatchObject({ code: "guard-refused", effect: "none" });
        await expect(etcd.remove(key("cas"), "other")).rejects.toMatchObject({ code: "guard-refused", effect: "none" });
        const absent = etcd.put(key("cas-absent"), "x", { prevValue: "one" });
        await expect(absent).rejects.toMatchObject({ code: "guard-refused", effect: "none" });
        expect((await etcd.get(key("cas")))?.value).toBe("one");
      });

      it("changes and removes if the value is the one compared with", async () => {
        await etcd.put(key("cas"), "one");
        await etcd.put(key("cas"), "two", { prevValue: "one" });
        expect(await etcd.remove(key("cas"), "two")).toBe(true);
        expect(await etcd.get(key("cas"))).toBeUndefined();
      });
    });

    describe("files", () => {
      const path = (leaf: string): string => `${world.files.directory}/${leaf}`;

      it("tells directories, files and nothing apart", async () => {
        const { directory, file } = world.files;
        expect(await cell.files.kind(directory)).toBe("directory");
        expect(await cell.files.kind(file)).toBe("file");
        expect(await cell.files.kind(path("none"))).toBe("absent");
        expect(await cell.files.kind(path("none/below"))).toBe("absent");
      });

      it("does not take a directory that is absent for an empty one", async () => {
        await expect(cell.files.entries(path("none"))).rejects.toMatchObject({ code: "command-failed" });
        await expect(cell.files.entries(world.files.file)).rejects.toMatchObject({ code: "command-failed" });
      });

      it("reads a file, and says no if there is none", async () => {
        const { directory, file, text } = world.files;
        expect(await cell.files.read(file)).toBe(text);
        await expect(cell.files.read(path("none"))).rejects.toMatchObject({ code: "command-failed" });
        await expect(cell.files.read(directory)).rejects.toMatchObject({ code: "command-failed" });
      });

      it("makes, lists and renames directories whatever their names", async () => {
        const { directory } = world.files;
        const names = ["plain", ...HOSTILE.filter((name) => !name.includes("/"))];
        await cell.files.makeDirectory(path("names"), directory);
        for (const name of names) await cell.files.makeDirectory(path(`names/${name}`), directory);
        expect(await cell.files.entries(path("names"))).toEqual([...names].sort());
        for (const name of names) await cell.files.rename(path(`names/${name}`), path(`names/${name} aside`));
        expect(await cell.files.entries(path("names"))).toEqual(names.map((name) => `${name} aside`).sort());
      });

      it("never renames over or into what exists", async () => {
        const { directory, file } = world.files;
        await cell.files.makeDirectory(path("from"), directory);
        await cell.files.makeDirectory(path("to"), directory);
        const refused = { code: "guard-refused", effect: "none" };
        await expect(cell.files.rename(path("from"), path("to"))).rejects.toMatchObject(refused);
        await expect(cell.files.rename(path("from"), file)).rejects.toMatchObject(refused);
        expect(await cell.files.kind(path("from"))).toBe("directory");
        expect(await cell.files.entries(path("to"))).toEqual([]);
      });

      it("copies a directory with all that is below it, and never over what exists", async () => {
        const { directory } = world.files;
        await cell.files.makeDirectory(path("whole"), directory);
        await cell.files.makeDirectory(path("whole/inner"), directory);
        await cell.files.copyTree(path("whole"), path("copy"));
        expect(await cell.files.entries(path("copy"))).toEqual(["inner"]);
        expect(await cell.files.entries(path("whole"))).toEqual(["inner"]);
        await expect(cell.files.copyTree(path("whole"), path("copy"))).rejects.toMatchObject({
          code: "guard-refused",
          effect: "none",
        });
        expect(await cell.files.entries(path("copy"))).toEqual(["inner"]);
        await expect(cell.files.copyTree(path("none"), path("other"))).rejects.toMatchObject({
          code: "command-failed",
        });
      });

      it("deletes nothing that no run moved aside", async () => {
        await cell.files.makeDirectory(path("kept"), world.files.directory);
        for (const name of [path("kept"), world.files.file, "/", ""])
          await expect(cell.files.removeTree(name)).rejects.toMatchObject({ code: "guard-refused", effect: "none" });
        expect(await cell.files.kind(path("kept"))).toBe("directory");
      });

      it("says no if there is nothing to rename or no place for it", async () => {
        await expect(cell.files.rename(path("none"), path("other"))).rejects.toMatchObject({ code: "command-failed" });
        const { directory } = world.files;
        const orphan = cell.files.makeDirectory(path("no/parent"), directory);
        await expect(orphan).rejects.toMatchObject({ code: "command-failed" });
      });

      it("takes an empty directory for one that it had begun to make, and refuses a full one", async () => {
        const { directory, file } = world.files;
        await cell.files.makeDirectory(path("twice"), directory);
        await cell.files.makeDirectory(path("twice"), directory);
        await cell.files.makeDirectory(path("twice/full"), directory);
        await expect(cell.files.makeDirectory(path("twice"), directory)).rejects.toMatchObject({
          code: "guard-refused",
        });
        await expect(cell.files.makeDirectory(file, directory)).rejects.toMatchObject({ code: "guard-refused" });
      });

      it.each(["relative", "/a/../b", "/a//b", "", "/"])("refuses the path %j before anything is sent", async (bad) => {
        await expect(cell.files.kind(bad)).rejects.toMatchObject({ code: "guard-refused", effect: "none" });
      });

      it("knows the free space", async () => {
        expect(await cell.files.freeBytes(world.files.directory)).toBeGreaterThan(0);
        await expect(cell.files.freeBytes(path("none"))).rejects.toMatchObject({ code: "command-failed" });
      });
    });

    describe("sql", () => {
      it("gives rows and columns over the socket", async () => {
        const { container, query } = world.database;
        expect(await cell.sql.socket(container, query.sql)).toEqual(query.rows);
      });

      it("says no if a statement fails or the container is absent", async () => {
        const { container, query, brokenSql } = world.database;
        await expect(cell.sql.socket(container, brokenSql)).rejects.toMatchObject({ code: "command-failed" });
        await expect(cell.sql.socket(ABSENT, query.sql)).rejects.toMatchObject({ code: "command-failed" });
      });

      it("logs in with the right password only, and tells a wrong one from a dead port", async () => {
        const { container, login, query } = world.database;
        expect(await cell.sql.login(container, login, query.sql)).toEqual({ ok: true, rows: query.rows });
        const wrong = await cell.sql.login(container, { ...login, password: "not the password" }, query.sql);
        expect(wrong).toMatchObject({ ok: false, why: "password" });
        const dead = await cell.sql.login(container, { ...login, port: 1 }, query.sql);
        expect(dead).toMatchObject({ ok: false, why: "other" });
        await expect(cell.sql.login(ABSENT, login, query.sql)).rejects.toMatchObject({ code: "command-failed" });
      });

      it("restores an archive as whoever logs in: all of it, or nothing", async () => {
        const { container, login, archive } = world.database;
        expect(await cell.sql.restores(container)).toMatch(/^\d+\.\d+/u);
        const to = { ...login, application: "dingo-recover contract", timeoutMs: 60_000 };
        const counted = () => cell.sql.login(container, login, "SELECT count(*) FROM public.brought_along;");
        const torn = await cell.sql.restore(container, to, archive.subarray(0, -1));
        expect(torn).toMatchObject({
          ok: false,
          why: "other",
          message: expect.stringContaining("end of file") as string,
        });
        const text = Buffer.from("--\n-- PostgreSQL database dump\n--\n\n\\! touch /tmp/obeyed\n".padEnd(1000));
        const refused = { ok: false, message: expect.stringContaining("text format dump") as string };
        expect(await cell.sql.restore(container, to, text)).toMatchObject(refused);
        const wrong = await cell.sql.restore(container, { ...to, password: "not the password" }, archive);
        expect(wrong).toMatchObject({ ok: false, why: "password" });
        expect(await cell.sql.restore(container, { ...to, port: 1 }, archive)).toMatchObject({
          ok: false,
          why: "other",
        });
        expect(await counted()).toMatchObject({ ok: false });
        expect(await cell.sql.restore(container, to, archive)).toEqual({ ok: true });
        expect(await counted()).toEqual({ ok: true, rows: [["3"]] });
        expect(await cell.sql.restore(container, to, archive)).toMatchObject({
          message: expect.stringContaining("already exists") as string,
        });
        expect(await counted()).toEqual({ ok: true, rows: [["3"]] });
        await expect(cell.sql.restore(ABSENT, to, archive)).rejects.toMatchObject({ code: "command-failed" });
        await expect(cell.sql.restores(ABSENT)).rejects.toMatchObject({ code: "command-failed" });
        const evil = cell.sql.restore(container, { ...to, database: "host=evil" }, archive);
        await expect(evil).rejects.toMatchObject({ code: "guard-refused", effect: "none" });
      });

      it("refuses what psql would read as something else", async () => {
        const { container, login, query } = world.database;
        for (const bad of [{ database: "host=evil" }, { user: "--help" }, { password: "two\nlines" }])
          await expect(cell.sql.login(container, { ...login, ...bad }, query.sql)).rejects.toMatchObject({
            code: "guard-refused",
            effect: "none",
          });
      });
    });

    describe("getJson", () => {
      it("gives a document, and undefined only if nothing listens", async () => {
        expect(await cell.getJson(world.json.url)).toHaveProperty(world.json.key);
        expect(await cell.getJson(`http://${world.etcd.nothing}/patroni`)).toBeUndefined();
      });
    });

    describe("the end", () => {
      it("removes the ephemeral user and lets nothing be opened again", async () => {
        await world.cells.close();
        expect(await world.users()).toEqual([]);
        expect(world.recorder.leftOpen()).toEqual([]);
        await expect(world.cells.open(world.instance)).rejects.toMatchObject({ code: "interrupted", effect: "none" });
        expect(await world.users()).toEqual([]);
      });
    });
  });
}
