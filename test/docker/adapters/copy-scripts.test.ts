/** The scripts that make a copy and write a dump, by a real shell, on files that somebody hostile has left. */
import { chmod, lstat, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fill, type FillOrder, isReady } from "../../../src/kit/commands/database-copy-commands.ts";
import { dumpTo, loadRolesFrom } from "../../../src/kit/commands/database-dump-commands.ts";

const PROGRAMS = { image: "x", volumes: [], directory: "", major: "15" } as const;
const RUN = "20261122-0000-aaaa";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "dingo-recover-scripts-"));
  await mkdir(join(directory, "from", "pg_tblspc"), { recursive: true });
  await mkdir(join(directory, "copy"));
  // `date` says a minute later than now: no copy has to wait for the end of its second.
  await mkdir(join(directory, "later"));
  await writeFile(join(directory, "later", "date"), "#!/bin/sh\necho $(($(/bin/date +%s) + 60))\n", { mode: 0o755 });
  await writeFile(join(directory, "from", "PG_VERSION"), "15\n");
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const exists = async (...names: readonly string[]): Promise<boolean> =>
  await lstat(join(directory, ...names)).then(
    () => true,
    () => false,
  );

/** The script on a directory of ours in the place of the container's. */
async function filled(
  to: string,
  isForServer: boolean,
  { programs = join(directory, "later"), linked = [] }: { programs?: string; linked?: FillOrder["linked"] } = {},
) {
  const argv = fill(["docker"], { run: RUN, path: "/v", inside: "", to, isForServer, linked });
  const at = argv.indexOf("-c");
  const script = (argv[at + 1] ?? "")
    .replace("/dingo/from/", `${directory}/from/`)
    .replace('whole "/dingo/linked/', `whole "${directory}/linked/`);
  return await execa("sh", ["-c", script.replace("/dingo/copy", `${directory}/copy`), ...argv.slice(at + 2)], {
    reject: false,
    timeout: 60_000,
    env: { DINGO_BIN: programs },
  });
}

describe("whether a server takes connections", () => {
  it("is asked with a role, because the account that owns the data may have no name if the programs are", async () => {
    // libpq makes no attempt when it is told no role and finds no name for the account that it runs as.
    const program = '#!/bin/sh\ncase " $* " in *" -U shop "*) exit 0 ;; *) exit 3 ;; esac\n';
    await writeFile(join(directory, "pg_isready"), program, { mode: 0o755 });
    const argv = isReady(["docker"], { run: RUN, programs: PROGRAMS, volume: "copy", uid: 70, role: "shop" });
    const asked = await execa("sh", argv.slice(argv.indexOf("-c")), { reject: false, env: { DINGO_BIN: directory } });
    expect(asked.exitCode, asked.stderr).toBe(0);
  });
});

describe("a copy for a server", () => {
  it("says what is preloaded to the server of a proof too, which runs as another account", async () => {
    await writeFile(join(directory, "from", "postgresql.conf"), "shared_preload_libraries = 'x'\n", { mode: 0o600 });
    expect(await filled("copy", true)).toMatchObject({ exitCode: 0 });
    expect((await lstat(join(directory, "copy", "server.conf"))).mode & 0o777).toBe(0o644);
  });

  it("has a file that cannot be read to its end in a form that PostgreSQL stumbles over, and all others", async () => {
    const [from, data] = [join(directory, "from"), join(directory, "copy", "data")];
    await Promise.all(["base/5", "pg_xact"].map((each) => mkdir(join(from, each), { recursive: true })));
    for (const path of ["base/5/16384", "base/5/16384.1", "base/5/16385", "pg_xact/0000"])
      await writeFile(join(from, path), Buffer.alloc(3 * 8192, 1), { mode: 0o640 });
    const bad = "*/16384.1|*/0000|*/16385";
    const cp = `/bin/cp "$@"; cd ${data}; head -c 9000 ${from}/base/5/16384.1 > base/5/16384.1; head -c 5 ${from}/pg_xact/0000 > pg_xact/0000; rm base/5/16385; exit 1`;
    const stub = async (name: string, text: string) => {
      await writeFile(join(directory, "later", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    };
    await stub("cp", `case $1 in --help) exit;; esac; ${cp}`);
    // The disk is full, and all can be read.
    expect(await filled("copy", true)).toMatchObject({ exitCode: 1 });
    expect(await exists("copy", "complete")).toBe(false);
    await stub("cat", `case $2 in ${bad}) exit 1;; esac; exec /bin/cat "$@"`);
    const { exitCode, stdout, stderr } = await filled("copy", true);
    expect(exitCode, stderr).toBe(0);
    expect(
      stdout
        .split("\n")
        .filter((line) => line.startsWith("unread "))
        .sort(),
    ).toEqual(["base/5/16384.1", "base/5/16385", "pg_xact/0000"].map((path) => `unread ./${path}`));
    const noPage = (pages: number) => Buffer.alloc(pages * 8192, 0xff);
    expect(await readFile(join(data, "base/5/16384.1"))).toEqual(Buffer.concat([Buffer.alloc(8192, 1), noPage(2)]));
    expect(await readFile(join(data, "base/5/16385"))).toEqual(noPage(3));
    expect(await readFile(join(data, "base/5/16384"))).toEqual(Buffer.alloc(3 * 8192, 1));
    const modeOf = async (path: string): Promise<number> => (await lstat(join(data, path))).mode & 0o777;
    expect([await modeOf("base/5/16384.1"), await modeOf("pg_xact/0000")]).toEqual([0o640, 0]);
    // Files that are put back are the originals, or there are none.
    expect(await filled("/srv/db", false)).toMatchObject({ exitCode: 1 });
    expect(await exists("copy", "db")).toBe(false);
  });

  it("is whole if a pipe stands for the configuration, and has no pipe", async () => {
    await execa("mkfifo", [
      join(directory, "from", "postgresql.conf"),
      join(directory, "from", "postgresql.auto.conf"),
    ]);
    expect(await filled("copy", true)).toMatchObject({ exitCode: 0 });
    expect(await exists("copy", "complete")).toBe(true);
    expect(await exists("copy", "data", "postgresql.conf")).toBe(false);
    expect(await exists("from", "postgresql.conf")).toBe(true);
  });

  it("has no replication slots, for which a server may not start; the original keeps them", async () => {
    await mkdir(join(directory, "from", "pg_replslot", "cdc"), { recursive: true });
    await writeFile(join(directory, "from", "pg_replslot", "cdc", "state"), "x");
    expect(await filled("copy", true)).toMatchObject({ exitCode: 0 });
    expect(await exists("copy", "data", "pg_replslot")).toBe(true);
    expect(await exists("copy", "data", "pg_replslot", "cdc")).toBe(false);
    expect(await exists("from", "pg_replslot", "cdc", "state")).toBe(true);
    expect(await filled("/srv/db", false)).toMatchObject({ exitCode: 0 });
    expect(await exists("copy", "db", "pg_replslot", "cdc", "state")).toBe(true);
  });

  it("has its WAL and its tablespaces in the place of the links to them", async () => {
    const [wal, space] = [join(directory, "linked", "0", "wal"), join(directory, "linked", "1")];
    await Promise.all([wal, space].map((each) => mkdir(each, { recursive: true })));
    await writeFile(join(wal, "000000010000000000000003"), "wal");
    await writeFile(join(space, "16384"), "page");
    await symlink("/walvol/wal", join(directory, "from", "pg_wal"));
    for (const oid of ["16385", "16386"]) await symlink(`/space/${oid}`, join(directory, "from", "pg_tblspc", oid));
    const linked = [
      { at: "pg_wal", path: "/w", inside: "wal" },
      { at: "pg_tblspc/16385", path: "/s", inside: "" },
    ];
    expect(await filled("copy", true, { linked })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("tablespaces 1") as string,
    });
    const data = join(directory, "copy", "data");
    expect(await readFile(join(data, "pg_wal", "000000010000000000000003"), "utf8")).toBe("wal");
    expect(await readlink(join(data, "pg_tblspc", "16385"))).toBe("/dingo/copy/linked/1");
    expect(await readFile(join(directory, "copy", "linked", "1", "16384"), "utf8")).toBe("page");
    expect(await readlink(join(data, "pg_tblspc", "16386"))).toBe("/dingo/copy/linked/none-1");
    expect(await readlink(join(directory, "from", "pg_wal"))).toBe("/walvol/wal");
  });

  it("takes the libraries that are preloaded from the configuration", async () => {
    await writeFile(join(directory, "from", "postgresql.conf"), "port = 5\nshared_preload_libraries = 'x'\n");
    await filled("copy", true);
    expect(await readFile(join(directory, "copy", "server.conf"), "utf8")).toBe("shared_preload_libraries = 'x'\n");
  });
});

describe("what somebody writes to while it is copied", () => {
  it("is no copy, though the file is as long as it was, and its time the one of the second before", async () => {
    const page = join(directory, "from", "16384");
    await writeFile(page, "old page");
    const copies = `#!/bin/sh\n/bin/cp "$@" && touch -r ${page} ${page}.time && printf 'new page' > ${page} && touch -r ${page}.time ${page} && rm ${page}.time\n`;
    await writeFile(join(directory, "cp"), copies, { mode: 0o755 });
    expect(await filled("copy", false, { programs: directory })).toMatchObject({ exitCode: 3 });
  });

  it("is a copy once nobody writes any more", async () => {
    await writeFile(join(directory, "from", "16384"), "old page");
    expect(await filled("copy", false)).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(directory, "copy", "16384"), "utf8")).toBe("old page");
  });
});

describe("a directory that is put back", () => {
  it("has no program with its owner's rights: any local user could run it", async () => {
    const program = join(directory, "from", "as-root");
    await writeFile(program, "x");
    await chmod(program, 0o4755);
    expect(await filled("/srv/db", false)).toMatchObject({ exitCode: 88, stderr: "./as-root " });
    expect(await exists("copy", "db")).toBe(false);
    expect(await exists("copy", `db.dingo-recover-${RUN}-part`)).toBe(false);
  });

  it("is closed to others until it was looked for them", async () => {
    await writeFile(
      join(directory, "later", "sync"),
      "#!/bin/sh\nls -ld copy/*-part\n".replace("copy", join(directory, "copy")),
      { mode: 0o755 },
    );
    const { exitCode, stdout } = await filled("/srv/db", false);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^drwx------ /mu)]);
    expect(await exists("copy", `db.dingo-recover-${RUN}-part`)).toBe(false);
  });

  it("leaves alone what lies beside it", async () => {
    await mkdir(join(directory, "copy", "db.part"));
    await writeFile(join(directory, "copy", "db.part", "precious"), "x");
    expect(await filled("/srv/db", false)).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(directory, "copy", "db", "PG_VERSION"), "utf8")).toBe("15\n");
    expect(await exists("copy", "db.part", "precious")).toBe(true);
    expect(await exists("copy", `db.dingo-recover-${RUN}-part`)).toBe(false);
  });

  it("is not made if a link has that name", async () => {
    await symlink("/nowhere", join(directory, "copy", "db"));
    expect(await filled("/srv/db", false)).toMatchObject({ exitCode: 4 });
    expect(await exists("copy", `db.dingo-recover-${RUN}-part`)).toBe(false);
  });
});

describe("a dump", () => {
  const server = { run: RUN, programs: PROGRAMS, volume: "x", uid: 999, role: "postgres" };
  /** With the words for the container replaced by a program that says "dumped". */
  const dumped = async (file: string) => {
    const [, c = "", script = "", sh = ""] = dumpTo(["docker"], server, { database: "", file });
    return await execa("sh", [c, script, sh, file, "printf", "dumped"], { reject: false });
  };

  it("goes into a directory of our own, and over no link that waits there", async () => {
    const own = join(directory, `dingo-recover-${RUN}`, "volume");
    await mkdir(own, { recursive: true });
    await writeFile(join(directory, "theirs"), "theirs");
    await symlink(join(directory, "theirs"), join(own, "roles.sql.part"));
    expect(await dumped(join(own, "roles.sql"))).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(own, "roles.sql"), "utf8")).toBe("dumped");
    expect(await readFile(join(directory, "theirs"), "utf8")).toBe("theirs");
  });

  it("of a server that never ends leaves half of a small disk free", async () => {
    await writeFile(join(directory, "df"), "#!/bin/sh\nprintf 'Filesystem\\n/dev/x 9 9 100 9%% /\\n'\n", {
      mode: 0o755,
    });
    const file = join(directory, `dingo-recover-${RUN}`, "volume", "shop.dump");
    const [, c = "", script = "", sh = ""] = dumpTo(["docker"], server, { database: "shop", file });
    const words = [c, script, sh, file, "head", "-c", "1000000", "/dev/zero"];
    const env = { PATH: `${directory}:${process.env["PATH"] ?? ""}` };
    expect(await execa("sh", words, { reject: false, env })).not.toMatchObject({ exitCode: 0 });
    expect((await lstat(`${file}.part`)).size).toBe(50 * 1024);
    expect(await exists(`dingo-recover-${RUN}`, "volume", "shop.dump")).toBe(false);
  });

  it("does not go into a directory that leads elsewhere", async () => {
    await mkdir(join(directory, "elsewhere", "volume"), { recursive: true });
    await symlink("elsewhere", join(directory, `dingo-recover-${RUN}`));
    const file = join(directory, `dingo-recover-${RUN}`, "volume", "roles.sql");
    expect(await dumped(file)).toMatchObject({ exitCode: 1 });
    expect(await exists("elsewhere", "volume", "roles.sql")).toBe(false);
  });
});

describe("roles that are loaded", () => {
  const server = { run: RUN, programs: PROGRAMS, volume: "x", uid: 999, role: "postgres" };
  /** The input of psql; the words for the container are replaced by `cat`. */
  const given = async (text: string) => {
    await writeFile(join(directory, "roles.sql"), text);
    const [, c = "", script = "", sh = "", ...words] = loadRolesFrom(["docker"], server, join(directory, "roles.sql"));
    return await execa("sh", [c, script, sh, ...words.slice(0, 3), "cat"], { reject: false });
  };

  it("reach psql as digits, whatever a role is called, and without the fences of a newer release", async () => {
    const role = 'CREATE ROLE "x\n\\! touch /tmp/x\n\u00e9";\n';
    const { stdout, exitCode } = await given(`\\restrict aB3\n${role}\\unrestrict aB3\n`);
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain("\\");
    expect(Buffer.from(/decode\('([0-9a-f]*)'/u.exec(stdout)?.[1] ?? "", "hex").toString()).toBe(role);
  });

  it("are not loaded from a file that is not there", async () => {
    const [, c = "", script = "", sh = "", , ...words] = loadRolesFrom(["docker"], server, "");
    const args = [c, script, sh, join(directory, "gone"), ...words.slice(0, 2), "cat"];
    expect(await execa("sh", args, { reject: false })).toMatchObject({ exitCode: 1, stdout: "" });
  });
});
