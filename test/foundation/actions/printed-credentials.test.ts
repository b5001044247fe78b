import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PrintedCommand } from "../../../src/action.ts";
import { psqlByKey } from "../../../src/foundation/actions/cf/printed-credentials.ts";
import { loadTables } from "../../../src/foundation/actions/postgres/load-tables.ts";
import { proveLogin } from "../../../src/foundation/actions/postgres/prove-login.ts";
import { undoLoad } from "../../../src/foundation/actions/postgres/undo-load.ts";
import { typedIn } from "../../../src/kit/text/typed-lines.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "psql-"));
  for (const name of ["psql", "pg_restore"]) program(name, 'printf "%s\\n" "password $PGPASSWORD" "$@"');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function program(name: string, script: string): void {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const KEY = {
  key_guid: "key-guid",
  path: "/tmp/tables.dump",
  tables: [{ schema: "public", table: "visits", rows: 3 }],
};
/** All kinds of lines that are typed into psql as an application. */
const LINES: readonly (readonly [what: string, readonly PrintedCommand[]])[] = [
  ["a query", [psqlByKey("key-guid", "SELECT 1;")]],
  ["the operator's query", [psqlByKey("key-guid", "SELECT 1;", { readOnly: true })]],
  ["a log-in", proveLogin.describe({ ...KEY, sanity_query: "" } as never, "RUN")],
  ["a load", loadTables.describe(KEY as never, "RUN")],
  ["what takes a load back", undoLoad.describe(KEY as never, "RUN", {} as never)],
];

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

/** Also by hand; job control would reach for the terminal. */
describe.each(["bash", "sh", "bash --norc -i +m", "sh -i +m"])("typed into %s", (words) => {
  const [shell = "", ...options] = words.split(" ");
  const typed = async (commands: readonly PrintedCommand[]): Promise<string> => {
    const input = typedIn(commands).map(({ text }) => `${text}\n`);
    const env = { PATH: `${directory}:/usr/bin:/bin`, PS1: "" };
    const { stdout } = await execa(shell, options, { env, extendEnv: false, reject: false, input: input.join("") });
    return stdout;
  };

  it.each(LINES)("%s reaches no database if Cloud Foundry gives no log-in", async (_what, commands) => {
    for (const answer of ["exit 1", `echo '{"errors": [{"title": "CF-ResourceNotFound"}]}'`]) {
      program("cf", answer);
      expect(await typed(commands)).not.toContain("password");
    }
  });

  it.each(LINES)("%s logs in if it does", async (_what, commands) => {
    program("cf", `echo '{"credentials": {"uri": "postgres://appuser:s3cr3t-word@10.0.0.1:33001/postgres"}}'`);
    const said = (await typed(commands)).split("\n");
    expect(said).toEqual(
      expect.arrayContaining(["password s3cr3t-word", "postgres://appuser@10.0.0.1:33001/postgres"]),
    );
    expect(said.filter((line) => line.includes("s3cr3t-word"))).toEqual(["password s3cr3t-word"]);
  });
});
