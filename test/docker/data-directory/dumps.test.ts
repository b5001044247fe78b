/** The dump of a system is typed in its container: it takes the password from where the image was given it. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type SystemName, systemOf } from "../../../src/docker/data-directory/systems.ts";

let bin = "";
beforeAll(async () => {
  bin = await mkdtemp(join(tmpdir(), "dumps-"));
  for (const name of ["mysqldump", "mariadb-dump", "mongodump"]) {
    await writeFile(join(bin, name), '#!/bin/sh\necho "$0" "$@" | sed "s|.*/||"\n');
    await chmod(join(bin, name), 0o755);
  }
  await writeFile(join(bin, "secret"), "s3 cret\n");
});
afterAll(() => rm(bin, { recursive: true, force: true }));

const USER = { MYSQL_USER: "app", MYSQL_PASSWORD: "p w", MYSQL_DATABASE: "blog" };

it.each<[SystemName, Readonly<Record<string, string>>, string]>([
  ["mysql", { MYSQL_ROOT_PASSWORD: "r t", ...USER }, "mysqldump --all-databases -uroot -pr t"],
  ["mysql", { MYSQL_RANDOM_ROOT_PASSWORD: "1", ...USER }, "mysqldump --no-tablespaces -uapp -pp w blog"],
  ["mysql", { MYSQL_ROOT_PASSWORD_FILE: "secret" }, "mysqldump --all-databases -uroot -ps3 cret"],
  ["mariadb", { MYSQL_ROOT_PASSWORD: "r" }, "mariadb-dump --all-databases -uroot -pr"],
  ["mariadb", { MARIADB_ROOT_PASSWORD: "m", MYSQL_ROOT_PASSWORD: "r" }, "mariadb-dump --all-databases -uroot -pm"],
  ["mongodb", {}, "mongodump --archive"],
  [
    "mongodb",
    { MONGO_INITDB_ROOT_USERNAME: "root", MONGO_INITDB_ROOT_PASSWORD: "p w" },
    "mongodump --archive -u root -p p w --authenticationDatabase admin",
  ],
])("of %s with %j", async (system, env, typed) => {
  const { stdout } = await execa("sh", ["-c", systemOf(system)?.dump ?? ""], {
    ...{ cwd: bin, extendEnv: false, env: { PATH: `${bin}:/usr/bin:/bin`, ...env } },
  });
  expect(stdout).toBe(typed);
});
