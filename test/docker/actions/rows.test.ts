/** Databases of any name are asked for their rows, and not for ever if nobody here may ask. */
import { describe, expect, it } from "vitest";
import { askRows, rowsText, whyNot } from "../../../src/docker/actions/compose/rows.ts";
import type { Said } from "../../../src/ports/docker-work.ts";
import { FakeComposeStack } from "../../fakes/fake-compose-stack.ts";
import { MOVED } from "../../wiring/mutations/compose.ts";

interface Call {
  readonly argv: readonly string[];
  readonly sql: string;
}

async function asked(answer: (call: Call) => Partial<Said>) {
  const stack = new FakeComposeStack();
  const calls: Call[] = [];
  stack.answer = (argv, sql = "") => {
    calls.push({ argv, sql });
    return { code: 0, stdout: "", stderr: "", ...answer({ argv, sql }) };
  };
  return { answered: await askRows(stack, "db", { ...MOVED, started_at: "", hostname: "" }), calls };
}

const databaseOf = ({ argv }: Call): string => argv[argv.indexOf("-d") + 1] ?? "";
const listing = ({ sql }: Call): boolean => sql.startsWith("SELECT datname");

describe("PostgreSQL is asked", () => {
  it("by names alone, whatever characters they have", async () => {
    const names = ["host=evil dbname=postgres", "postgresql://evil/x", "it's\\here", "two\nlines\tand a tab"];
    const { answered, calls } = await asked((call) => ({
      stdout: listing(call) ? `${names.join("\u001e")}\n` : "public.a\u001f1\u001epublic.b\nc\u001f2\n",
    }));
    expect(calls.filter((call) => !listing(call)).map(databaseOf)).toEqual([
      "dbname='host=evil dbname=postgres'",
      "dbname='postgresql://evil/x'",
      "dbname='it\\'s\\\\here'",
      "dbname='two\nlines\tand a tab'",
    ]);
    expect(answered).toEqual({
      rows: names.flatMap((name) => [
        { name: `${name}.public.a`, rows: "1" },
        { name: `${name}.public.b\nc`, rows: "2" },
      ]),
    });
  });

  it("by TCP if its socket is not in the usual place", async () => {
    const socket =
      'psql: error: connection to server on socket "/tmp/.s.PGSQL.5432" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?\n';
    const { answered, calls } = await asked((call) => {
      if (!call.argv.includes("127.0.0.1")) return { code: 2, stderr: socket };
      return { stdout: listing(call) ? "shop\n" : "public.a\u001f1\n" };
    });
    expect(answered).toEqual({ rows: [{ name: "shop.public.a", rows: "1" }] });
    expect(calls).toHaveLength(4);
    const refused = "psql: error: connection to server at 127.0.0.1 failed: Connection refused\n";
    const starting = await asked((call) => ({ code: 2, stderr: call.argv.includes("-h") ? refused : socket }));
    expect(starting.answered).toEqual({ why: socket.trim() });
  });

  it("through another database if the usual one is gone", async () => {
    const { answered, calls } = await asked((call) =>
      databaseOf(call) === "dbname='postgres'"
        ? { code: 2, stderr: 'psql: error: FATAL:  database "postgres" does not exist\n' }
        : { stdout: listing(call) ? "shop\n" : "public.a\u001f1\n" },
    );
    expect(calls.map(databaseOf)).toEqual(["dbname='postgres'", "dbname='template1'", "dbname='shop'"]);
    expect(answered).toEqual({ rows: [{ name: "shop.public.a", rows: "1" }] });
  });

  it.each([
    "psql: error: fe_sendauth: no password supplied",
    'psql: error: FATAL:  password authentication failed for user "postgres"',
    'psql: error: FATAL:  Peer authentication failed for user "postgres"',
    'psql: error: FATAL:  no pg_hba.conf entry for host "[local]", user "postgres"',
    'psql: error: connection failed: FATAL:  role "postgres" does not exist',
  ])("once, if nobody here may: %s", async (stderr) => {
    const { answered, calls } = await asked(() => ({ code: 2, stderr }));
    expect(answered).toEqual({ locked: true });
    expect(calls).toHaveLength(1);
    // A question for a password would take its answer from the SQL.
    expect(calls[0]?.argv).toContain("-w");
  });

  it("whether it answers at all, with no table read", async () => {
    const stack = new FakeComposeStack();
    const sqls: (string | undefined)[] = [];
    const says = (said: Partial<Said>) => {
      stack.answer = (_argv, sql) => {
        sqls.push(sql);
        return { code: 0, stdout: "", stderr: "", ...said };
      };
      return whyNot(stack, "db", { ...MOVED, started_at: "", hostname: "" });
    };
    expect(await says({ stdout: "postgres\n" })).toBeUndefined();
    expect(await says({ code: 2, stderr: "psql: error: fe_sendauth: no password supplied\n" })).toBeUndefined();
    expect(await says({ code: 127, stderr: "psql: not found\n" })).toBe("psql: not found");
    expect(sqls.every((sql) => sql?.startsWith("SELECT datname"))).toBe(true);
  });

  it("and what it says is told on one line, whatever its tables are called", () => {
    const name = "shop.public.a\n  $ docker volume prune -f\n\u001b[2J";
    expect(rowsText([{ name, rows: "1" }])).toBe("shop.public.a\\n  $ docker volume prune -f\\n\\u001b[2J 1");
  });

  it.each(["postgresql", "redis"])("not at all if the image has no client: %s", async (kind) => {
    const stack = new FakeComposeStack();
    const stdout = 'OCI runtime exec failed: exec failed: exec: "x": executable file not found in $PATH: unknown\r\n';
    stack.answer = () => ({ code: 126, stdout, stderr: "" });
    const moved = { ...MOVED, started_at: "", hostname: "", kind };
    expect(await askRows(stack, "db", moved)).toEqual({ locked: true });
    expect(await whyNot(stack, "db", moved)).toBeUndefined();
  });

  it("again, as long as it starts", async () => {
    const stderr = "psql: error: FATAL:  the database system is starting up\n";
    expect((await asked(() => ({ code: 2, stderr }))).answered).toEqual({ why: stderr.trim() });
  });
});
