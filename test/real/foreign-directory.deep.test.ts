/** A Compose project in a directory of another account, as root: nothing of that account is run or followed by root. */
import { createHash } from "node:crypto";
import { chmod, chown, lchown, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeText, writeText } from "../../src/kit/commands/docker-work-commands.ts";
import type { Argv } from "../../src/kit/commands/host-commands.ts";

/** Debian's www-data. */
const OTHER = 33;
const WORDS = ["docker"] as const;
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

let top = "";
let project = "";
beforeEach(async () => {
  expect(process.getuid?.()).toBe(0);
  top = await mkdtemp(join(tmpdir(), "dingo-recover-foreign-"));
  await chmod(top, 0o755);
  project = join(top, "project");
  await mkdir(project);
  await chown(project, OTHER, OTHER);
});
afterEach(() => rm(top, { recursive: true }));

async function run([program, ...args]: Argv, input = "") {
  const { exitCode, stdout, stderr } = await execa(program, args, { input, reject: false });
  return { exitCode, stdout, stderr };
}

const write = (path: string, text: string, before: string) =>
  run(writeText(WORDS, path, { expected: before === "" ? "" : sha256(before), sum: sha256(text) }), text);

async function put(path: string, text: string, uid: number): Promise<void> {
  await writeFile(path, text);
  await chown(path, uid, uid);
}

describe("a file in a directory of another account", () => {
  it("is written and made as that account", async () => {
    const [file, fresh] = [join(project, "docker-compose.yml"), join(project, "docker-compose.override.yml")];
    await put(file, "before\n", OTHER);
    await chmod(file, 0o640);
    expect(await write(file, "after\n", "before\n")).toMatchObject({ exitCode: 0 });
    expect(await write(fresh, "new\n", "")).toMatchObject({ exitCode: 0 });
    expect([await readFile(file, "utf8"), await readFile(fresh, "utf8")]).toEqual(["after\n", "new\n"]);
    expect(await lstat(file)).toMatchObject({ uid: OTHER, gid: OTHER, mode: 0o100640 });
    expect(await lstat(fresh)).toMatchObject({ uid: OTHER });
    expect(await run(removeText(WORDS, fresh, sha256("new\n")))).toMatchObject({ exitCode: 0 });
    await expect(lstat(fresh)).rejects.toThrow("ENOENT");
  });

  it("that is a link to a file of root's is refused, and that file stays as it was", async () => {
    const [secret, link] = [join(top, "of-root"), join(project, "docker-compose.yml")];
    await put(secret, "before\n", 0);
    await symlink(secret, link);
    await lchown(link, OTHER, OTHER);
    expect(await write(link, "after\n", "before\n")).not.toMatchObject({ exitCode: 0 });
    expect(await readFile(secret, "utf8")).toBe("before\n");
  });

  it("that root's own link leads to is refused: root does not write there", async () => {
    const [file, link] = [join(project, "docker-compose.yml"), join(top, "docker-compose.yml")];
    await put(file, "before\n", OTHER);
    await symlink(file, link);
    expect(await write(link, "after\n", "before\n")).toMatchObject({
      exitCode: 5,
      stderr: "it is a link into a directory of another account",
    });
    expect(await readFile(file, "utf8")).toBe("before\n");
  });

  it("is not written through a link in the place of the new text", async () => {
    const [file, secret] = [join(project, "docker-compose.yml"), join(top, "of-root")];
    await put(file, "before\n", OTHER);
    await put(secret, "kept\n", 0);
    await symlink(secret, `${file}.dingo-recover-new`);
    expect(await write(file, "after\n", "before\n")).toMatchObject({ exitCode: 0 });
    expect([await readFile(file, "utf8"), await readFile(secret, "utf8")]).toEqual(["after\n", "kept\n"]);
    expect(await lstat(secret)).toMatchObject({ uid: 0 });
  });

  it("of root's in it is refused: its owner could not be kept", async () => {
    const file = join(project, "docker-compose.yml");
    await put(file, "before\n", 0);
    const { exitCode, stderr } = await write(file, "after\n", "before\n");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("chown");
    expect(await readFile(file, "utf8")).toBe("before\n");
    await expect(lstat(`${file}.dingo-recover-new`)).rejects.toThrow("ENOENT");
  });
});
