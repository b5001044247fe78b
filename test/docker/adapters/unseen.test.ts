/** An absent file is told from one that cannot be seen: in the words of each program, and by real shells (law 5). */
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DockerCliWork } from "../../../src/docker/adapters/cli-work.ts";
import { DockerDatabaseCopies } from "../../../src/docker/adapters/database-copies.ts";
import { readLooks, readSearches, readSizes } from "../../../src/docker/adapters/look-answer.ts";
import {
  insideDirectly,
  lookCall,
  measureCall,
  searchCall,
  textFile,
} from "../../../src/kit/commands/docker-commands.ts";
import { fingerprintOf } from "../../../src/kit/commands/docker-work-commands.ts";
import type { CommandResult } from "../../../src/ports/cells.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";

const RUN = "20261122-0000-aaaa";
const PROGRAMS = { image: "x", volumes: [], directory: "", major: "15" } as const;
const MALFORMED = { code: "answer-malformed" };

const shellOf = (answer: Partial<CommandResult>) => ({
  label: "here",
  secrets: new Secrets(),
  run: () => Promise.resolve({ code: 0, stdout: "", stderr: "", ...answer }),
});
const workOf = (answer: Partial<CommandResult>) =>
  new DockerCliWork(shellOf(answer), ["docker"], () => Promise.resolve("unix:///var/run/docker.sock"));
const copiesOf = (answer: Partial<CommandResult>) => new DockerDatabaseCopies(shellOf(answer), ["docker"], "/var/tmp");

describe("a path", () => {
  it.each([
    ["stat: cannot statx '/srv/db': No such file or directory\n"],
    ['stat: cannot statx "/srv/it\'s": No such file or directory\n'],
    ["stat: can't stat '/srv/db': No such file or directory\n"],
    [
      "sudo: unable to resolve host db1: Name or service not known\nstat: cannot stat '/a': No such file or directory\n",
    ],
  ])("is absent if stat says so: %s", async (stderr) => {
    expect(await workOf({ code: 1, stderr }).kind("/srv/db")).toBe("absent");
  });

  it.each<[string, Partial<CommandResult>]>([
    ["the program is not there", { code: 127, stderr: "env: 'stat': No such file or directory\n" }],
    [
      "the shell has lost its own directory",
      {
        code: 1,
        stderr:
          "shell-init: error retrieving current directory: getcwd: No such file or directory\nstat: cannot statx '/srv/db': Permission denied\n",
      },
    ],
    [
      "a name says so",
      { code: 1, stderr: "stat: cannot statx '/srv/x: No such file or directory': Input/output error\n" },
    ],
  ])("is not taken for absent if %s", async (_, answer) => {
    await expect(workOf(answer).kind("/srv/db")).rejects.toThrow();
  });

  it("has the sum that is one", async () => {
    expect(await workOf({ stdout: `\\${"a".repeat(64)}  /srv/a\\nb\n` }).hashOf("/srv/a\nb")).toBe("a".repeat(64));
    await expect(workOf({ stdout: "regular file\n" }).hashOf("/srv/a")).rejects.toMatchObject(MALFORMED);
  });
});

describe("a copy that is made if no link leads out", () => {
  const part = `/srv/app/db.dingo-recover-${RUN}-part`;
  const aligned = (answer: Partial<CommandResult>) => {
    const answers = [{ stdout: "directory\n" }, {}, answer];
    const shell = { ...shellOf({}), run: async () => ({ code: 0, stdout: "", stderr: "", ...answers.shift() }) };
    const work = new DockerCliWork(shell, ["docker"], () => Promise.resolve(""));
    return work.alignTree("/var/lib/docker/volumes/v/_data", part, { isLive: false });
  };

  it("names what failed as it is called outside", async () => {
    const stderr = "cp: cannot copy '/from/base' to '/to/db.part/base': No space left on device\n";
    await expect(aligned({ code: 1, stderr })).rejects.toMatchObject({
      code: "command-failed",
      message: expect.stringContaining("'/var/lib/docker/volumes/v/_data/base' to '/srv/app/db.part/base'") as string,
      remedy: expect.stringContaining("unshare --mount sh -c … sh /var/lib/docker/volumes/v/_data") as string,
    });
  });

  it("is refused by its code if a link of another account lies on the way, and says what program is lacking", async () => {
    await expect(aligned({ code: 5, stderr: "/srv/app: a link" })).rejects.toMatchObject({
      code: "foreign-directory",
      effect: "none",
    });
    await expect(aligned({ code: 127, stderr: "env: 'unshare': No such file\n" })).rejects.toMatchObject({
      code: "program-missing",
    });
  });
});

describe("a container or copy of the run's own", () => {
  it("is gone if nothing is listed, and not if the answer is something else", async () => {
    await workOf({}).endProof("db-proof", RUN);
    await copiesOf({}).end("db-copy", RUN);
    const two = { stdout: `${"a".repeat(64)}\n${"b".repeat(64)}\n` };
    await expect(workOf(two).endProof("db-proof", RUN)).rejects.toMatchObject(MALFORMED);
    await expect(copiesOf(two).end("db-copy", RUN)).rejects.toMatchObject(MALFORMED);
  });

  it("is not filled if nobody says with what", async () => {
    const order = { run: RUN, path: "/v", inside: "", to: "copy", isForServer: true };
    await expect(copiesOf({}).fill(order)).rejects.toMatchObject(MALFORMED);
  });
});

describe("a dump that is loaded", () => {
  const server = { run: RUN, programs: PROGRAMS, volume: "copy", uid: 70, role: "shop" };
  const load = async (answer: Partial<CommandResult>) =>
    await copiesOf(answer).load(server, { database: "shop", file: "/var/tmp/shop.dump" });
  const loadRoles = async (answer: Partial<CommandResult>) =>
    await copiesOf(answer).loadRoles(server, "/var/tmp/roles.sql");
  const complaint = 'pg_restore: error: could not execute query: ERROR:  role "shop" already exists';
  const older = 'pg_restore: [archiver (db)] could not execute query: ERROR:  role "shop" already exists';
  const ofPsql = 'ERROR:  role "shop" already exists';

  it.each([
    ["of a client that was killed", 137, ""],
    [
      "of a server that was lost",
      1,
      "pg_restore: error: could not execute query: server closed the connection unexpectedly\n",
    ],
    ["of an engine that was lost", 125, "error during connect: EOF\n"],
  ])("is not whole by the complaints %s", async (_, code, more) => {
    await expect(load({ code, stderr: `${complaint}\n${more}` })).rejects.toMatchObject({ effect: "unknown" });
  });

  it.each([
    'pg_restore: error: connection to server on socket "/tmp/.s.PGSQL.5432" failed: FATAL:  database "shop" does not exist',
    'pg_restore: [archiver (db)] connection to database "shop" failed: FATAL:  the database system is shutting down',
    "Error response from daemon: Container is not running",
  ])("is nothing that is said of it if the server is not reached: %s", async (stderr) => {
    await expect(load({ code: 1, stderr: `${stderr}\n` })).rejects.toMatchObject({ code: "command-failed" });
  });

  it("is cut by a full disk if its server was ended so that room is kept", async () => {
    const stderr = `${complaint}\nError response from daemon: Container copy is not running\nthe server was ended, so that the disk keeps room\n`;
    for (const each of [load({ code: 137, stderr }), loadRoles({ code: 1, stderr })])
      await expect(each).rejects.toMatchObject({ code: "does-not-fit" });
  });

  it("is complained of where pg_restore stopped, in the words of each release", async () => {
    expect(await load({ code: 1, stderr: `${complaint}\nCommand was: CREATE ROLE shop;\n` })).toEqual([complaint]);
    const title = "pg_restore: [archiver (db)] Error while PROCESSING TOC:";
    expect(await load({ code: 1, stderr: `${title}\n${older}\n` })).toEqual([older]);
    const torn = "pg_restore: error: could not read from input file: end of file";
    expect(await load({ code: 1, stderr: `${torn}\n` })).toEqual([torn]);
    await expect(load({ code: 1 })).rejects.toMatchObject({ code: "command-failed" });
  });

  it("is complained of where psql stopped at the roles", async () => {
    expect(await loadRoles({ code: 3, stderr: `${ofPsql}\n` })).toEqual([ofPsql]);
    await expect(loadRoles({ code: 3 })).rejects.toMatchObject({ code: "command-failed" });
    await expect(loadRoles({ code: 2, stderr: `${ofPsql}\n` })).rejects.toMatchObject({ code: "command-failed" });
  });
});

describe("on a real machine", () => {
  let directory = "";
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "dingo-recover-unseen-"));
    await symlink("loop", join(directory, "loop"));
    await symlink("nowhere", join(directory, "dangling"));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const said = async (
    [program, ...words]: readonly [string, ...string[]],
    env: Readonly<Record<string, string>> = {},
  ) => await execa(program, words, { reject: false, env, timeout: 60_000 });

  it("what the system cannot reach is unknown, and what is not there is absent", async () => {
    const names = ["loop", "dangling", "none"];
    const places = [
      ...names.map((name) => ({ path: join(directory, name), inside: "" })),
      { path: directory, inside: "none/below" },
    ];
    const keys = [...names, "below"];
    const looked = await said(insideDirectly(false, lookCall({ nameBytes: 1000, files: [] }, places)));
    expect(readLooks(looked.stdout, keys, { nameBytes: 1000, entries: 9 }).map(({ state }) => state)).toEqual([
      ...["unknown", "absent", "absent", "absent"],
    ]);
    const searched = await said(insideDirectly(false, searchCall({ pathBytes: 1000, ends: ["PG_VERSION"] }, places)));
    expect(readSearches(searched.stdout, keys, 1000).map(({ state }) => state)).toEqual([
      ...["unknown", "absent", "absent", "seen"],
    ]);
    for (const [name, answer] of [...names.map((each, at) => [each, at === 0 ? "denied" : "absent"] as const)])
      expect((await said(textFile(false, join(directory, name), 100))).stdout, name).toBe(answer);
  });

  it.each(["sh", "busybox"])("a search of %s takes patterns, and says that it was not deep enough", async (shell) => {
    await mkdir(join(directory, "a", "b", "c"), { recursive: true });
    for (const path of ["x.db", "a/y.db", "a/b/z.db", "a/PG_VERSION"]) await writeFile(join(directory, path), "");
    const places = [1, 2, 3, undefined].map((depth) => ({
      path: directory,
      ...(depth === undefined ? {} : { depth }),
    }));
    const call = insideDirectly(false, searchCall({ pathBytes: 1000, ends: ["PG_VERSION", "*.db"] }, places));
    const { stdout } = await said(shell === "sh" ? call : ["busybox", ...call]);
    expect(
      readSearches(stdout, ["1", "2", "3", "all"], 1000).map((each) =>
        each.state === "seen" ? [[...each.paths].sort().join(" "), each.deeper] : each.state,
      ),
    ).toEqual([
      ["x.db", true],
      ["a/PG_VERSION a/y.db x.db", true],
      ["a/PG_VERSION a/b/z.db a/y.db x.db", true],
      ["a/PG_VERSION a/b/z.db a/y.db x.db", undefined],
    ]);
  });

  it("each place has the size that is its own, though another one is gone", async () => {
    await mkdir(join(directory, "data"));
    const places = ["gone", "data"].map((inside) => ({ path: directory, inside }));
    const { stdout } = await said(insideDirectly(false, measureCall(places)));
    expect(stdout).toMatch(/^-1\n\d+$/u);
    expect(readSizes(stdout.replace(/\d+$/u, "7"), ["gone", "data"])).toMatchObject([
      { state: "unknown" },
      { state: "seen", key: "data", bytes: 7 * 1024 },
    ]);
  });

  /** The script alone, without the file system that confines it. */
  const fingerprint = async (data: string, programs: Readonly<Record<string, string>> = {}) => {
    const own = join(directory, "programs");
    await mkdir(own, { recursive: true });
    for (const [name, text] of Object.entries(programs)) await writeFile(join(own, name), text, { mode: 0o755 });
    const script = fingerprintOf(["docker"], data).at(-1) ?? "";
    return await said(["sh", "-c", script, "sh", "", data], { PATH: `${own}:${process.env["PATH"] ?? ""}` });
  };

  it("a directory of which a file cannot be read has no fingerprint", async () => {
    const data = join(directory, "data");
    await mkdir(data);
    await writeFile(join(data, "1"), "x");
    expect((await fingerprint(data)).stdout).toMatch(/^1 1 [0-9a-f]{64} /u);
    const cut = await fingerprint(data, { tar: "#!/bin/sh\nexit 2\n" });
    expect(cut.exitCode).toBe(1);
    expect(cut.stdout).not.toMatch(/[0-9a-f]{64}/u);
  });

  it("waits for no pipe that has taken the place of a file while a directory is read", async () => {
    const data = join(directory, "data");
    await mkdir(data);
    await execa("mkfifo", [join(data, "1")]);
    const find = "#!/bin/sh\ncase $* in *print0) printf './1\\0' ;; *) exec /usr/bin/find \"$@\" ;; esac\n";
    expect((await fingerprint(data, { find })).exitCode).toBe(0);
  });

  it("reads no file whose holes nobody could read to their end", async () => {
    const data = join(directory, "data");
    await mkdir(data);
    await execa("truncate", ["-s", "2T", join(data, "1")]);
    const { exitCode, stderr } = await fingerprint(data);
    expect([exitCode, stderr]).toEqual([1, "its files have more than 1 TiB of holes, which nobody reads"]);
  });

  it("the names, links, modes and bytes of a directory make its fingerprint, and no time", async () => {
    const [data, copy] = [join(directory, "data"), join(directory, "copy")];
    await mkdir(join(data, "-empty"), { recursive: true });
    await writeFile(join(data, "it's\n1"), "x");
    await execa("ln", [join(data, "it's\n1"), join(data, "-twice")]);
    await symlink("nowhere", join(data, "link"));
    await execa("cp", ["-r", "-P", data, copy]);
    const print = (await fingerprint(data)).stdout;
    expect(print).toMatch(/^2 2 [0-9a-f]{64} /u);
    expect((await fingerprint(copy)).stdout).toBe(print);
    await writeFile(join(copy, "it's\n1"), "y");
    expect((await fingerprint(copy)).stdout).not.toBe(print);
  });
});
