import { describe, expect, it } from "vitest";
import { ShellFiles } from "../../../../src/foundation/adapters/cells/files.ts";
import { AnsweringShell } from "./answering-shell.ts";

const MISSING = { code: 1, stderr: "stat: cannot statx '/data': No such file or directory\n" };
const DIRECTORY = { stdout: "directory\n" };

describe("files on a cell", () => {
  it.each([
    "stat: cannot stat '/data': No such file or directory",
    "stat: cannot statx '/data': No such file or directory",
    "stat: cannot stat ‘/a\nb’: No such file or directory",
    "sudo: unable to resolve host cell-0: Name or service not known\nstat: cannot stat '/data': No such file or directory",
  ])("takes %j for absence", async (stderr) => {
    expect(await new ShellFiles(new AnsweringShell({ code: 1, stderr })).kind("/data")).toBe("absent");
  });

  it.each([
    "stat: cannot stat '/data': Permission denied",
    "stat: cannot stat '/data': Input/output error",
    "bash: /tmp/x: No such file or directory",
    "sudo: a password is required",
    "",
  ])("does not take %j for absence", async (stderr) => {
    await expect(new ShellFiles(new AnsweringShell({ code: 1, stderr })).kind("/data")).rejects.toThrow();
  });

  it("refuses links and devices", async () => {
    const link = new ShellFiles(new AnsweringShell({ stdout: "symbolic link\n" }));
    await expect(link.kind("/data")).rejects.toMatchObject({ code: "guard-refused" });
  });

  it("does not believe a rename that did nothing", async () => {
    const silent = new ShellFiles(new AnsweringShell(MISSING, { code: 0 }, DIRECTORY, MISSING));
    await expect(silent.rename("/data", "/aside")).rejects.toMatchObject({ code: "command-failed" });
  });

  it("advises nobody to try by hand what changes something", async () => {
    const full = { code: 1, stderr: "mv: cannot move: No space left on device" };
    const files = new ShellFiles(new AnsweringShell(MISSING, full, DIRECTORY, MISSING));
    await expect(files.rename("/data", "/aside")).rejects.toMatchObject({
      remedy: expect.stringMatching(/do not run it by hand\. It was: .*mv /) as string,
    });
    const unread = new ShellFiles(new AnsweringShell({ code: 1, stderr: "find: Input/output error" }));
    await expect(unread.entries("/data")).rejects.toMatchObject({
      remedy: expect.stringMatching(/^Run it there by hand to see why: .*find /) as string,
    });
  });

  it("sees that something else took the destination in between", async () => {
    const raced = new ShellFiles(new AnsweringShell(MISSING, { code: 0 }, DIRECTORY, DIRECTORY));
    await expect(raced.rename("/data", "/aside")).rejects.toMatchObject({ code: "guard-refused" });
  });

  const CONTAINER = "/var/vcap/store/cf-containers-broker/cf-52167ceb-a9f7-4f3e-8fc0-0d2a6b1c9e55";

  it("deletes what a run moved aside, on its own file system and by its whole name", async () => {
    const shell = new AnsweringShell({ code: 0 }, { code: 0 });
    for (const end of ["", "-undone"]) {
      const path = `${CONTAINER}/data.dingo-recover-20261121-1200-abcd${end}`;
      await new ShellFiles(shell).removeTree(path);
      expect(shell.asked.at(-1)?.argv.slice(-5)).toEqual(["rm", "-rf", "--one-file-system", "--", path]);
    }
  });

  it.each([
    "/",
    "",
    "/*",
    CONTAINER,
    `${CONTAINER}/data`,
    `${CONTAINER}/data/postgres0`,
    `${CONTAINER}/data.dingo-recover-`,
    `${CONTAINER}/data.dingo-recover-1/../data`,
    `${CONTAINER}/data.dingo-recover-1\n/`,
    `${CONTAINER}/data.dingo-recover-*`,
    `/tmp${CONTAINER}/data.dingo-recover-1`,
  ])("never deletes %j", async (path) => {
    const shell = new AnsweringShell();
    await expect(new ShellFiles(shell).removeTree(path)).rejects.toMatchObject({
      code: "guard-refused",
      effect: "none",
    });
    expect(shell.asked).toEqual([]);
  });

  it("does not give a list of names that was cut", async () => {
    const cut = new ShellFiles(new AnsweringShell({ stdout: "one\0two\0thr" }));
    await expect(cut.entries("/data")).rejects.toMatchObject({ code: "answer-incomplete" });
  });

  it("makes nothing whose owner did not become the right one", async () => {
    const shell = new AnsweringShell(
      MISSING,
      {},
      {},
      {},
      { stdout: "0 0 700 directory\n" },
      { stdout: "2016 2016 700 directory\n" },
    );
    await expect(new ShellFiles(shell).makeDirectory("/data", "/aside")).rejects.toMatchObject({
      code: "guard-refused",
    });
  });

  it("understands df, and says so if it does not", async () => {
    expect(await new ShellFiles(new AnsweringShell({ stdout: "     Avail\n123456789\n" })).freeBytes("/data")).toBe(
      123456789,
    );
    const foreign = new ShellFiles(new AnsweringShell({ stdout: "Verfügbar\n12\n" }));
    await expect(foreign.freeBytes("/data")).rejects.toMatchObject({ code: "answer-malformed" });
  });
});
