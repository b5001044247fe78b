import { describe, expect, it } from "vitest";
import { PsqlInContainer } from "../../../../src/foundation/adapters/cells/postgres.ts";
import { AnsweringShell } from "./answering-shell.ts";

const TO = { host: "10.0.0.1", port: 5432, user: "appuser", password: "s3cret pass", database: "postgres" };

describe("SQL in a container", () => {
  it("reads empty columns, empty rows and nothing at all", async () => {
    const rows = async (stdout: string) => new PsqlInContainer(new AnsweringShell({ stdout })).socket("cf-1", "x");
    expect(await rows("1\t\ttwo\n\n")).toEqual([["1", "", "two"], [""]]);
    expect(await rows("")).toEqual([]);
  });

  it("sends the password as the first line of stdin and in no argument", async () => {
    const shell = new AnsweringShell({ stdout: "1\n" });
    await new PsqlInContainer(shell).login("cf-1", TO, "select 1;");
    expect(shell.asked[0]?.stdin).toBe("s3cret pass\nselect 1;");
    expect(shell.asked[0]?.argv.join(" ")).not.toContain("s3cret");
    expect(shell.secrets.mask("s3cret pass")).toBe("********");
  });

  it.each([
    'psql: FATAL:  password authentication failed for user "appuser"',
    'psql: error: connection to server at "10.0.0.1", port 5432 failed: FATAL:  password authentication failed for user "appuser"',
    "psql: fe_sendauth: no password supplied",
  ])("takes %j for a wrong password", async (stderr) => {
    const sql = new PsqlInContainer(new AnsweringShell({ code: 2, stderr }));
    expect(await sql.login("cf-1", TO, "select 1")).toMatchObject({ ok: false, why: "password" });
  });

  it.each([
    [2, "psql: FATAL:  the database system is starting up"],
    [2, 'psql: FATAL:  no pg_hba.conf entry for host "10.0.0.1"'],
    [3, "ERROR:  permission denied for relation t"],
    [3, 'psql:<stdin>:1: ERROR:  relation "t" does not exist'],
  ])("takes exit code %i with %j for another refusal", async (code, stderr) => {
    const sql = new PsqlInContainer(new AnsweringShell({ code, stderr }));
    expect(await sql.login("cf-1", TO, "select 1")).toMatchObject({ ok: false, why: "other" });
  });

  it.each([
    [1, "Error response from daemon: Container 3f is not running"],
    [126, "OCI runtime exec failed: exec failed: psql: executable file not found"],
    [2, "docker: something else"],
  ])("does not take docker's exit code %i for an answer of PostgreSQL", async (code, stderr) => {
    const sql = new PsqlInContainer(new AnsweringShell({ code, stderr }));
    await expect(sql.login("cf-1", TO, "select 1")).rejects.toMatchObject({ code: "command-failed" });
  });

  it("is unreachable while PostgreSQL starts", async () => {
    const sql = new PsqlInContainer(
      new AnsweringShell({ code: 2, stderr: "psql: FATAL:  the database system is starting up" }),
    );
    await expect(sql.socket("cf-1", "select 1")).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });
});
