/** The script that writes a Compose file, by a real shell. */
import { createHash } from "node:crypto";
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeText } from "../../../src/docker-work-commands.js";

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

  it("stays as it was where only a part of the text has come", async () => {
    const [old, fresh] = [join(directory, "old.yml"), join(directory, "fresh.yml")];
    await writeFile(old, "before\n");
    expect(await write(old, "the whole text\n", sha256("before\n"), "the whole")).toBe(4);
    expect(await readFile(old, "utf8")).toBe("before\n");
    expect(await write(fresh, "the whole text\n", "", "")).toBe(4);
    expect((await readdir(directory)).filter((name) => name.startsWith("fresh") || name.includes("-new"))).toEqual([]);
  });

  it("stays a link where it is one, and what that leads to is written", async () => {
    const [file, link] = [join(directory, "shared.yml"), join(directory, "docker-compose.yml")];
    await writeFile(file, "before\n");
    await symlink("shared.yml", link);
    expect(await write(link, "after\n", sha256("before\n"))).toBe(0);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(file, "utf8")).toBe("after\n");
    expect(await write(link, "again\n", sha256("before\n"))).toBe(3);
    expect(await readFile(file, "utf8")).toBe("after\n");
  });

  it("is made where nothing was", async () => {
    expect(await write(join(directory, "new.yml"), "text\n", "")).toBe(0);
    expect(await readFile(join(directory, "new.yml"), "utf8")).toBe("text\n");
  });
});
