/** The script that writes a Compose file, by a real shell. */
import { createHash } from "node:crypto";
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeText } from "../../../src/kit/commands/docker-work-commands.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("a file that is written over what was read", () => {
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "dingo-recover-write-"));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  const write = async (path: string, text: string, expected: string, came = text) => {
    const [program, ...words] = writeText(["docker"], path, { expected, sum: sha256(text) });
    return (await execa(program, words, { input: came, reject: false })).exitCode;
  };

  it("stays as it was if only a part of the text has come", async () => {
    const [old, fresh] = [join(directory, "old.yml"), join(directory, "fresh.yml")];
    await writeFile(old, "before\n");
    expect(await write(old, "the whole text\n", sha256("before\n"), "the whole")).toBe(4);
    expect(await readFile(old, "utf8")).toBe("before\n");
    expect(await write(fresh, "the whole text\n", "", "")).toBe(4);
    expect((await readdir(directory)).filter((name) => name.startsWith("fresh") || name.includes("-new"))).toEqual([]);
  });

  it("stays a link if it is one, and what that leads to is written", async () => {
    const [file, link] = [join(directory, "shared.yml"), join(directory, "docker-compose.yml")];
    await writeFile(file, "before\n");
    await symlink("shared.yml", link);
    expect(await write(link, "after\n", sha256("before\n"))).toBe(0);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(file, "utf8")).toBe("after\n");
    expect(await write(link, "again\n", sha256("before\n"))).toBe(3);
    expect(await readFile(file, "utf8")).toBe("after\n");
  });

  it("is no easier to read than the file that it is a copy of, nor while it is written", async () => {
    const [file, copy] = [join(directory, "secret.yml"), join(directory, "secret.yml.dingo-recover-x")];
    await writeFile(file, "before\n", { mode: 0o600 });
    const [program, ...words] = writeText(["docker"], copy, {
      ...{ expected: "", sum: sha256("before\n"), like: "secret.yml" },
    });
    const writing = execa(program, words, { reject: false });
    const seen = async (): Promise<string | undefined> =>
      (await readdir(directory)).find((name) => name.endsWith("-new"));
    const partly = await vi.waitUntil(seen, { timeout: 60_000, interval: 1 });
    expect((await lstat(join(directory, partly))).mode & 0o777).toBe(0o600);
    writing.stdin.end("before\n");
    expect((await writing).exitCode).toBe(0);
    expect((await lstat(copy)).mode & 0o777).toBe(0o600);
    expect(await write(file, "after\n", sha256("before\n"))).toBe(0);
    expect((await lstat(file)).mode & 0o777).toBe(0o600);
  });

  it("is made if nothing was", async () => {
    expect(await write(join(directory, "new.yml"), "text\n", "")).toBe(0);
    expect(await readFile(join(directory, "new.yml"), "utf8")).toBe("text\n");
  });
});
