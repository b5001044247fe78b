/** Places and servers of scratch databases on this machine, with programs that only do as if. */
import {
  chmod,
  chown,
  lchown,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Unsandboxed } from "../../../../src/archive/adapters/sandbox/unsandboxed.ts";
import { LocalScratch, type RestoreData } from "../../../../src/archive/adapters/scratch/scratch-databases.ts";
import { systemClock } from "../../../../src/kit/clock/system-clock.ts";
import { waitFor } from "../../../../src/kit/wait.ts";
import type { Standing } from "../../../../src/ports/scratch-database.ts";

const RUN = "20261121-120000-abcd";
const COPY = { run: RUN, archive: "s3://bucket/backups/x/wal", time: "2026-11-21T11:04:30.000Z", base: "base_1" };
const RESTORED = { systemId: "42", version: "9.6", lastTransaction: "" };

/** Answers its version; as a server it writes its pid file, in its data directory as PostgreSQL does, and waits. */
const SERVER = `#!/bin/sh
if [ "$1" = --version ]; then echo "postgres (PostgreSQL) 9.6.24"; exit 0; fi
cd "$2" || exit 1
trap 'rm postmaster.pid; exit 0' INT QUIT TERM
echo "LOG: $*"
echo $$ > postmaster.pid
while :; do sleep 0.1; done
`;
const DUMP = `#!/bin/sh
if [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"; exit 0; fi
while [ "$1" != -d ]; do shift; done
echo "-- a dump of $2, home \${HOME:-unset}, host $PGHOST"
`;
const PSQL = `#!/bin/sh
if [ "$1" = --version ]; then echo "psql (PostgreSQL) 15.14"; exit 0; fi
case "$*" in *broken*) echo "FATAL: no such database" >&2; exit 2;; esac
cat > /dev/null
printf 'a\\tb\\nc\\td\\n'
`;

let root: string;
let bin: string;
let place: string;
let restores: number;

const restore: RestoreData = async ({ directory, progress }) => {
  restores += 1;
  await mkdir(directory, { recursive: true });
  progress(1, 2);
  return RESTORED;
};

const sandbox = () => Promise.resolve(new Unsandboxed("the programs are the test's own"));
const scratch = (given: RestoreData = restore): LocalScratch =>
  new LocalScratch({ restore: given, path: "/usr/bin:/bin", signal: new AbortController().signal, sandbox, root });

const order = () => ({ ...COPY, place, signal: new AbortController().signal, progress: () => undefined });
const server = () => ({ place, programs: bin });

async function until(standing: Standing): Promise<void> {
  const waiter = { signal: new AbortController().signal, progress: () => undefined, ports: { clock: systemClock() } };
  await waitFor(waiter, {
    deadlineMs: 60_000,
    pollMs: 50,
    look: async () => {
      const now = await scratch().standing(server());
      return now === standing ? { found: now } : { instead: now };
    },
    late: (now) => {
      throw new Error(`it is ${now}`);
    },
  });
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dingo-recover-scratch-"));
  // Root's server runs under another account.
  await chmod(root, 0o755);
  bin = join(root, "bin");
  place = join(root, "place");
  restores = 0;
  await mkdir(bin);
  for (const [name, text] of Object.entries({ postgres: SERVER, pg_dump: DUMP, psql: PSQL }))
    await writeFile(join(bin, name), text, { mode: 0o755 });
});

afterEach(async () => {
  await scratch().stop(server(), "fast");
  await rm(root, { recursive: true, force: true });
});

describe.runIf(process.getuid?.() === 0)("a place that somebody else could lead root elsewhere from", () => {
  const OF_ANOTHER = 65_533;

  it.each(["owns the directory above it", "may write to the directory above it", "made the link that leads to it"])(
    "is refused before anything is written, if another account %s",
    async (how) => {
      const above = join(root, "above");
      await mkdir(join(root, "own"));
      if (how.startsWith("made")) {
        await symlink(join(root, "own"), above);
        await lchown(above, OF_ANOTHER, OF_ANOTHER);
        await chmod(root, 0o1777);
      } else {
        await mkdir(above);
        await (how.startsWith("owns") ? chown(above, OF_ANOTHER, OF_ANOTHER) : chmod(above, 0o777));
      }
      const at = join(above, "not-there-yet", "place");
      expect(await scratch().look(at, RUN)).toMatchObject({ state: "foreign" });
      await expect(scratch().restore({ ...order(), place: at })).rejects.toMatchObject({ code: "guard-refused" });
      expect(await readdir(above)).toEqual([]);
    },
  );
});

describe("two runs in one place", () => {
  const OTHER = "20261121-120000-efgh";

  it("at the same moment: one restores, the other is refused, and what is refused takes nothing away", async () => {
    // Not before the other one was refused does the one that came first come to its end.
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => void (go = resolve));
    const slow: RestoreData = async (given) => {
      await gate;
      return restore(given);
    };
    const begun = [RUN, OTHER].map(async (run) => scratch(slow).restore({ ...order(), run }));
    const refused = await Promise.any(
      begun.map(async (one) =>
        one.then(
          () => Promise.reject(new Error("both")),
          (e: unknown) => e,
        ),
      ),
    );
    expect(refused).toMatchObject({ code: "guard-refused" });
    const { run: owner } = JSON.parse(await readFile(join(place, "copy.json"), "utf8")) as { run: string };
    const loser = owner === RUN ? OTHER : RUN;
    await expect(scratch().remove(place, loser)).rejects.toMatchObject({ code: "guard-refused" });
    go();
    const ended = await Promise.allSettled(begun);
    expect(ended.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(restores).toBe(1);
    expect(await scratch().look(place, owner)).toMatchObject({ state: "restored" });
    expect((await readdir(place)).filter((name) => name.startsWith("copy.json"))).toEqual(["copy.json"]);
  });

  it.each(["copy.json", "copy.json.1"])(
    "one after the other, if %s of the first says not whose it is",
    async (name) => {
      await mkdir(place, { mode: 0o700 });
      await writeFile(join(place, name), "{");
      expect(await scratch().look(place, RUN)).toEqual({ state: "absent" });
      await scratch().restore(order());
      expect(await scratch().look(place, RUN)).toMatchObject({ state: "restored" });
      await scratch().remove(place, RUN);
      expect(await scratch().look(place, RUN)).toEqual({ state: "absent" });
    },
  );
});

describe("a place", () => {
  it("is absent, begun, restored, and says whose it is", async () => {
    expect(await scratch().look(place, RUN)).toEqual({ state: "absent" });
    const broken: RestoreData = async ({ directory }) => {
      await mkdir(`${directory}.partial`);
      throw new Error("killed");
    };
    await expect(scratch(broken).restore(order())).rejects.toThrow("killed");
    expect(await scratch().look(place, RUN)).toEqual({ state: "begun", copy: COPY, evidence: "there is data.partial" });
    expect(await scratch().restore(order())).toEqual(RESTORED);
    expect(await scratch().look(place, RUN)).toEqual({ state: "restored", copy: COPY, restored: RESTORED });
    expect(await scratch().look(place, "another")).toMatchObject({
      state: "foreign",
      evidence: `it belongs to run ${RUN}`,
    });
  });

  it("that is whole is not restored again", async () => {
    await scratch().restore(order());
    await scratch().restore(order());
    expect(restores).toBe(1);
  });

  it("whose note was cut by a kill is begun anew, if nothing else is in it", async () => {
    await mkdir(place, { mode: 0o700 });
    await writeFile(join(place, "copy.json"), '{"run":');
    expect(await scratch().look(place, RUN)).toEqual({ state: "absent" });
    await writeFile(join(place, "precious"), "x");
    expect(await scratch().look(place, RUN)).toMatchObject({ state: "foreign" });
    await expect(scratch().restore(order())).rejects.toMatchObject({ code: "guard-refused" });
  });

  it("is none if others may write to it, or a link leads elsewhere", async () => {
    await mkdir(place);
    await chmod(place, 0o777);
    expect(await scratch().look(place, RUN)).toMatchObject({ state: "foreign", evidence: "others may write to it" });
    await rm(place, { recursive: true });
    await symlink(bin, place);
    expect(await scratch().look(place, RUN)).toMatchObject({ state: "foreign", evidence: "it is no directory" });
  });

  it("takes another name, but none that is taken", async () => {
    await scratch().restore(order());
    await expect(scratch().moveAside(place, bin)).rejects.toMatchObject({ code: "guard-refused" });
    await scratch().moveAside(place, `${place}.undone`);
    expect(await scratch().look(place, RUN)).toEqual({ state: "absent" });
  });

  it("is deleted for good for its own run alone", async () => {
    await scratch().restore(order());
    await expect(scratch().remove(place, "another")).rejects.toMatchObject({ code: "guard-refused" });
    await scratch().remove(place, RUN);
    await scratch().remove(place, RUN);
    expect(await scratch().look(place, RUN)).toEqual({ state: "absent" });
  });

  it("shows nothing of the copy to others", async () => {
    await scratch().restore(order());
    expect((await stat(place)).mode & 0o066).toBe(0);
    expect((await stat(join(place, "out"))).mode & 0o077).toBe(0);
  });

  it("that nobody named has the name of the run", async () => {
    expect(scratch().placeOf(RUN)).toBe(join(root, `dingo-recover-${RUN}`));
    expect(await scratch().freeBytes(join(root, "not", "there"))).toBeGreaterThan(0);
  });
});

describe("the programs", () => {
  it("tell their versions, and clients may be those of PATH", async () => {
    expect(await scratch().programs(bin)).toMatchObject({ postgres: "9.6.24", pgDump: "15.14" });
    await expect(scratch().programs(join(root, "nowhere"))).rejects.toMatchObject({ code: "program-missing" });
  });

  it("that say something else are refused", async () => {
    await writeFile(join(bin, "postgres"), "#!/bin/sh\nexit 3\n", { mode: 0o755 });
    await expect(scratch().programs(bin)).rejects.toThrow(/does not tell its version/);
  });
});

describe("a server", () => {
  beforeEach(async () => {
    await scratch().restore(order());
  });

  it("is found by its pid file and its data directory, by whoever comes later, and started once", async () => {
    await scratch().start(server());
    await until("accepting");
    await scratch().start(server());
    const said = await scratch().said(place);
    expect(said.filter((line) => line.startsWith("LOG:"))).toHaveLength(1);
    expect(said[0]).toContain("listen_addresses=");
    expect(said[0]).toContain("archive_mode=off");
    await scratch().stop(server(), "fast");
    await until("down");
  });

  it("is not taken for one if the pid file of a dead one names another process", async () => {
    await writeFile(join(place, "data", "postmaster.pid"), `${process.pid}\n`);
    expect(await scratch().standing(server())).toBe("down");
    await scratch().stop(server(), "at-once");
    await rm(join(place, "data", "postmaster.pid"));
  });

  it("that refuses for good is not waited for", async () => {
    const saying = (text: string) =>
      writeFile(join(bin, "psql"), `#!/bin/sh\necho "${text}" >&2\nexit 2\n`, { mode: 0o755 });
    await scratch().start(server());
    await until("accepting");
    await saying("psql: error: FATAL:  the database system is starting up");
    expect(await scratch().standing(server())).toBe("starting");
    await saying("psql: error: FATAL:  database locale is incompatible with operating system");
    await expect(scratch().standing(server())).rejects.toMatchObject({
      code: "command-failed",
      message: expect.stringMatching(/lets nobody in: .*locale is incompatible/) as string,
    });
  });

  it("that ends at once is down, and has said why", async () => {
    await writeFile(join(bin, "postgres"), "#!/bin/sh\necho FATAL: no >&2\nexit 1\n", { mode: 0o755 });
    await scratch().start(server());
    await until("down");
    expect(await scratch().said(place)).toEqual(["FATAL: no"]);
  });

  it("answers in rows and columns, and says what it refuses", async () => {
    expect(await scratch().sql(server(), "postgres", "SELECT 1;")).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    await expect(scratch().sql(server(), "broken", "SELECT 1;")).rejects.toMatchObject({
      code: "command-failed",
      message: expect.stringMatching(/no such database/) as string,
    });
  });

  it("is dumped into a file that nobody else reads, with nothing of our own environment", async () => {
    const tables = [{ schema: "public", table: "visits" }];
    expect(await scratch().dumped(place)).toBeUndefined();
    const file = await scratch().dump(server(), { database: "postgres", tables });
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    expect(await readFile(file.path, "utf8")).toBe(
      `-- a dump of dbname='postgres', home unset, host ${join(place, "data")}\n`,
    );
    expect(await scratch().dumped(place)).toEqual(file);
    expect(Buffer.from(await scratch().readDump(place)).toString()).toContain("a dump");
  });

  it("is dumped through no link, and into no directory that another account could have put one into", async () => {
    const tables = [{ schema: "public", table: "visits" }];
    const victim = join(root, "victim");
    await writeFile(victim, "precious", { mode: 0o600 });
    await symlink(victim, join(place, "out", "tables.dump"));
    await expect(scratch().dump(server(), { database: "postgres", tables })).rejects.toMatchObject({ code: "ELOOP" });
    await rm(join(place, "out", "tables.dump"));
    await chmod(join(place, "out"), 0o777);
    await expect(scratch().dump(server(), { database: "postgres", tables })).rejects.toMatchObject({
      code: "guard-refused",
    });
    expect([await readFile(victim, "utf8"), (await stat(victim)).uid]).toEqual(["precious", process.getuid?.()]);
  });
});
