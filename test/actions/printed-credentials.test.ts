import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { psqlByKey } from "../../src/actions/cf/printed-credentials.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "psql-"));
  const psql = join(directory, "psql");
  writeFileSync(psql, '#!/bin/sh\nprintf "%s\\n" "password $PGPASSWORD" "$@"\n');
  chmodSync(psql, 0o755);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("the printed log-in of an application", () => {
  it("hands psql the password by the environment and nothing of it by an argument", async () => {
    const env = { PATH: `${directory}:/usr/bin:/bin`, URI: "postgres://appuser:s3cr3t-word@10.0.0.1:33001/postgres" };
    const { stdout } = await execa("sh", ["-c", psqlByKey("key-guid", 'SELECT count(*) FROM "it\'s";').line], {
      env,
      extendEnv: false,
    });
    expect(stdout.split("\n")).toEqual([
      "password s3cr3t-word",
      "-X",
      "postgres://appuser@10.0.0.1:33001/postgres",
      "-c",
      'SELECT count(*) FROM "it\'s";',
    ]);
  });
});
