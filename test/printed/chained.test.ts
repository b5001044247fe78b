/** Nothing runs behind a command that failed: a line that must not run stands behind it, by `&&`. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PrintedCommand } from "../../src/action.ts";
import { copy } from "../../src/foundation/actions/archive/copy.ts";
import { copyOldDatabase } from "../../src/foundation/actions/docker/copy-old-database.ts";
import { typedIn } from "../../src/kit/text/typed-lines.ts";
import { testDirectory } from "../directory.ts";

const GUID = "0f1c4b67-1b3f-4b1e-9c1d-5a2e7d1c9b30";
const OLD = "5f3c8b7e-1d2a-4f60-9f57-0c9be4c4f0e1";
const LOCATED = { guid: GUID, cell: "cell_z1/0", container: `cf-${GUID}`, deployment: "dingo-postgresql" };

let directory: string;
beforeEach(() => (directory = testDirectory()));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/**
 * Types the lines one after the other, for every exit code. Returns the calls that came to a program whose answer is
 * `script`.
 */
async function typed(
  shell: string,
  { commands, program, script }: { commands: readonly PrintedCommand[]; program: string; script: string },
): Promise<readonly string[]> {
  const calls = join(directory, "calls");
  writeFileSync(calls, "");
  writeFileSync(join(directory, program), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${calls}'\n${script}\n`);
  chmodSync(join(directory, program), 0o755);
  const env = { PATH: `${directory}:/usr/bin:/bin` };
  for (const { text } of typedIn(commands))
    await execa(shell, ["-c", text], { env, extendEnv: false, reject: false, stdin: "ignore" });
  return readFileSync(calls, "utf8").trimEnd().split("\n");
}

describe.each(["bash", "sh"])("typed into %s", (shell) => {
  const commands = copy.describe(
    copy.input.parse({
      ...LOCATED,
      source: `s3://our-bucket/backups/${OLD}/wal`,
      target: `s3://our-bucket/backups/${GUID}/wal`,
      baseline: { name: "listing", sha256: "0".repeat(64), bytes: 1 },
    }),
    "RUN",
  );
  const copies = async (script: string) => {
    const calls = await typed(shell, { commands, program: "aws", script });
    return calls.filter((call) => call.startsWith("s3 cp"));
  };

  it("a copy of an archive puts no sentinel if something lies in its place", async () => {
    expect(await copies("exit 0")).toEqual([]);
  });

  it("a copy of an archive puts no sentinel after objects of which some failed", async () => {
    expect(await copies('[ "$2" = ls ] && exit 1; case "$*" in *--include*) exit 0;; *) exit 1;; esac')).toHaveLength(
      1,
    );
  });

  it("a copy of an archive that went well ends with its sentinels", async () => {
    const [objects, sentinels, ...more] = await copies('[ "$2" != ls ]');
    expect([objects, sentinels, more]).toEqual([
      expect.stringMatching(/ --exclude \*_backup_stop_sentinel\.json$/u),
      expect.stringMatching(/ --include \*_backup_stop_sentinel\.json$/u),
      [],
    ]);
  });

  it.each([
    [1, ["cp"]],
    [0, ["cp", "mv"]],
  ])("a copy of the old database that ended with %d called %j", async (code, called) => {
    const database = `/var/vcap/store/cf-containers-broker/cf-${OLD}/data/postgres0`;
    const calls = await typed(shell, {
      commands: copyOldDatabase.describe(
        { ...LOCATED, source_guid: OLD, source_cell: LOCATED.cell, database } as never,
        "RUN",
      ),
      program: "sudo",
      script: `case "$*" in *cp*) exit ${code};; esac`,
    });
    expect(calls.map((call) => /\b(cp|mv) -/u.exec(call)?.[1])).toEqual(called);
  });
});
