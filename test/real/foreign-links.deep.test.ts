/** Links that other accounts plant on a Docker host, also in the midst of the work: root reads and writes nothing through them. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmod,
  chown,
  lchown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EMPTY_TAR } from "../../src/kit/commands/empty-image.ts";
import { textFile } from "../../src/kit/commands/docker-commands.ts";
import {
  copyData,
  copyDifferences,
  copyOut,
  countDifferent,
  fingerprintOf,
  hashOf,
  makeParents,
  removeDifferences,
  renameData,
  whyLed,
  whyUnwritable,
  writeText,
} from "../../src/kit/commands/docker-work-commands.ts";
import type { Argv } from "../../src/kit/commands/host-commands.ts";

/** Debian's www-data, and one that no passwd file knows. */
const [OTHER, THIRD] = [33, 64_333];
const WORDS = ["docker"] as const;
const SECRET = "services: {db: {environment: {PASSWORD: of-root}}}\n";
const PART = "data.dingo-recover-20261125-0000-aaaa-part";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

let top = "";
/** Of root's, closed to others: nothing of it may come out, and nothing may get in. */
let closed = "";
let secret = "";
let home = "";
let project = "";
beforeEach(async () => {
  expect(process.getuid?.()).toBe(0);
  top = await mkdtemp(join(tmpdir(), "dingo-recover-links-"));
  await chmod(top, 0o755);
  [closed, home] = [join(top, "closed"), join(top, "home")];
  [secret, project] = [join(closed, "docker-compose.yml"), join(home, "project")];
  await mkdir(closed, { mode: 0o700 });
  await writeFile(secret, SECRET, { mode: 0o600 });
  await mkdir(project, { recursive: true });
  for (const each of [home, project]) await chown(each, OTHER, OTHER);
});
afterEach(() => rm(top, { recursive: true }));

async function run([program, ...args]: Argv, input = "") {
  const { exitCode, stdout, stderr } = await execa(program, args, { input, reject: false });
  return { exitCode, stdout, stderr };
}

async function link(to: string, at: string, uid = OTHER): Promise<string> {
  await symlink(to, at);
  await lchown(at, uid, uid);
  return at;
}

async function put(path: string, text: string, uid: number): Promise<string> {
  await writeFile(path, text);
  await chown(path, uid, uid);
  return path;
}

/** A capability to change the account (CAP_SETUID, struct vfs_cap_data of linux/capability.h), and another attribute. */
const CAPABLE = `import os, struct, sys
os.setxattr(sys.argv[1], "security.capability", struct.pack("<IIIII", 0x02000001, 0x80, 0, 0, 0))
os.setxattr(sys.argv[1], "user.x", b"1")`;
const ATTRIBUTES = "import os, sys; print(*sorted(os.listxattr(sys.argv[1])))";
const powersBelow = async (path: string): Promise<string> =>
  (await execa("find", [path, "(", "-type", "c", "-o", "-type", "f", "-perm", "/6000", ")"])).stdout;

const read = (path: string) => run(textFile(false, path, 1000));
const inClosed = () => readdir(closed);

describe("a text", () => {
  it("is read as the owner of its directory, and not if only root may read", async () => {
    const planted = await link(secret, join(project, "docker-compose.yml"));
    expect((await read(planted)).stdout).toBe("denied");
    expect((await run(hashOf(WORDS, planted))).stdout).not.toContain(sha256(SECRET));
    const plain = await put(join(project, "plain.yml"), "services: {}\n", OTHER);
    expect(await read(plain)).toMatchObject({ exitCode: 0, stdout: "textservices: {}" });
    expect((await read(await link("plain.yml", join(project, "linked.yml")))).stdout).toBe("textservices: {}");
  });

  it("is not read below a directory that its owner has replaced by a link to one of root's", async () => {
    await rm(project, { recursive: true });
    await link(closed, project);
    const { exitCode, stdout } = await read(join(project, "docker-compose.yml"));
    expect([exitCode, stdout]).toEqual([5, ""]);
    expect(
      await run(writeText(WORDS, join(project, "new.yml"), { expected: "", sum: sha256("x") }), "x"),
    ).toMatchObject({
      exitCode: 5,
    });
    expect(await inClosed()).toEqual(["docker-compose.yml"]);
  });

  it("is read if a link of root's leads, as the owner of the directory there", async () => {
    await put(join(project, "docker-compose.yml"), "services: {}\n", OTHER);
    await link(secret, join(project, "evil.yml"));
    for (const name of ["docker-compose.yml", "evil.yml"]) await link(join(project, name), join(top, name), 0);
    await link(project, join(top, "current"), 0);
    expect((await read(join(top, "docker-compose.yml"))).stdout).toBe("textservices: {}");
    expect((await read(join(top, "current", "docker-compose.yml"))).stdout).toBe("textservices: {}");
    expect((await read(join(top, "evil.yml"))).stdout).toBe("denied");
    expect((await read(join(top, "current", "evil.yml"))).stdout).toBe("denied");
  });

  it("is not read through a link in a directory of root's that others write to", async () => {
    const shared = join(top, "shared");
    await mkdir(shared);
    await chmod(shared, 0o1777);
    const planted = await link(secret, join(shared, "docker-compose.yml"));
    expect(await read(planted)).toMatchObject({ exitCode: 5, stdout: "" });
    expect(await run(writeText(WORDS, planted, { expected: sha256(SECRET), sum: sha256("x") }), "x")).toMatchObject({
      exitCode: 5,
    });
    expect(await readFile(secret, "utf8")).toBe(SECRET);
    const way = await link(closed, join(shared, "way"));
    expect(await read(join(way, "docker-compose.yml"))).toMatchObject({ exitCode: 5, stdout: "" });
  });
});

describe("a directory that root writes to by its name", () => {
  const why = async (directory: string) => await run(whyLed(WORDS, directory));

  it("is one that nobody else could lead elsewhere, from the root of the tree on", async () => {
    const own = join(top, "own", "below");
    await mkdir(own, { recursive: true });
    expect(await why(own)).toMatchObject({ exitCode: 0, stdout: "" });
    expect((await why(project)).stdout).toContain(`others than root may write to ${project}`);
    // Root's own, and its name belongs to the account above it.
    const within = join(project, "of-root");
    await mkdir(within);
    expect((await why(within)).stdout).toContain(`others than root may write to ${project}`);
    await chmod(own, 0o777);
    expect((await why(own)).stdout).toContain(`others than root may write to ${own}`);
  });

  it("may have a name in a directory like /tmp if it is root's, and may not be such a one", async () => {
    const shared = join(top, "like-tmp");
    await mkdir(join(shared, "own"), { recursive: true });
    await chmod(shared, 0o1777);
    expect((await why(join(shared, "own"))).stdout).toBe("");
    expect((await why(shared)).stdout).toContain("others than root may write");
    await mkdir(join(shared, "theirs"));
    await chown(join(shared, "theirs"), OTHER, OTHER);
    await mkdir(join(shared, "theirs", "of-root"));
    expect((await why(join(shared, "theirs", "of-root"))).stdout).toContain("others than root may write");
  });

  it("is not looked for behind a link of another account", async () => {
    expect(await why(join(await link(closed, join(project, "way")), "."))).toMatchObject({ exitCode: 5, stdout: "" });
  });
});

describe("whether a text can be written", () => {
  const why = async (file: string, ...directories: string[]) =>
    (await run(whyUnwritable(WORDS, file, directories))).stdout;

  it("is known at the first look", async () => {
    const file = await put(join(project, "docker-compose.yml"), "x\n", OTHER);
    expect(await why(file, join(project, "data"), join(project, "new", "place"))).toBe("");
    expect(await why(join(project, "fresh.yml"))).toBe("");
    await chown(file, 0, OTHER);
    expect(await why(file)).toContain("belongs to the account 0");
    await chown(file, OTHER, 0);
    expect(await why(file)).toContain("belongs to the group 0");
    await chmod(await put(join(project, "closed.yml"), "x", 0), 0o600);
    expect(await why(join(project, "closed.yml"))).toContain("may not read");
    expect(await why(await put(join(top, "of-root.yml"), "x", 0), join(top, "data"))).toBe("");
    expect(await why(await link(file, join(top, "led.yml"), 0))).toContain(
      "a link into a directory of another account",
    );
  });

  it("is denied if its text asks for a directory in one that its owner may not write to", async () => {
    const file = await put(join(project, "docker-compose.yml"), "x\n", OTHER);
    expect(await why(file, join(top, "etc", "system.d"))).toContain(`may make nothing in ${top}`);
    await link(closed, join(project, "data"));
    expect(await why(file, join(project, "data", "db"))).toContain("may make nothing");
  });
});

describe("a directory", () => {
  it("is made and renamed as the owner of the one above, and not behind a link to one of root's", async () => {
    expect(await run(makeParents(WORDS, join(project, "a", "b", "data")))).toMatchObject({ exitCode: 0 });
    expect(await lstat(join(project, "a", "b"))).toMatchObject({ uid: OTHER });
    expect(await run(renameData(WORDS, join(project, "a"), join(project, "c")))).toMatchObject({ exitCode: 0 });
    expect(await readdir(project)).toEqual(["c"]);
    await link(closed, join(project, "led"));
    expect(await run(makeParents(WORDS, join(project, "led", "b", "data")))).not.toMatchObject({ exitCode: 0 });
    const [from, to] = [join(project, "led", "docker-compose.yml"), join(project, "led", "x")];
    expect(await run(renameData(WORDS, from, to))).not.toMatchObject({ exitCode: 0 });
    expect(await inClosed()).toEqual(["docker-compose.yml"]);
  });
});

/** Swaps a name and a link for as long as the work goes on, as that account. */
async function swapping<T>(uid: number, [name, to]: readonly [string, string], work: () => Promise<T>): Promise<T> {
  const script = 'while :; do mv -T "$1" "$1.x" && ln -s "$2" "$1"; rm -f "$1"; mv -T "$1.x" "$1"; done 2> /dev/null';
  const hostile = spawn("sh", ["-c", script, "sh", name, to], { uid, gid: uid, stdio: "ignore", detached: true });
  try {
    return await work();
  } finally {
    if (hostile.pid !== undefined) process.kill(-hostile.pid, "SIGKILL");
    await new Promise((resolve) => hostile.once("exit", resolve));
  }
}

describe("a copy of data", () => {
  let volume = "";
  let part = "";
  beforeEach(async () => {
    [volume, part] = [join(top, "volume"), join(project, PART)];
    for (const each of ["base/1", "base/2", "global"]) await mkdir(join(volume, each), { recursive: true });
    await put(join(volume, "base", "1", "page"), "rows", THIRD);
    await execa("chown", ["-R", `${THIRD}:${THIRD}`, volume]);
  });

  it("has owners, modes, links and all files, and a second one brings it up to date", async () => {
    await chmod(join(volume, "base", "1", "page"), 0o640);
    await link("base/1", join(volume, "to"), THIRD);
    expect(await run(copyDifferences(WORDS, volume, part))).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(await lstat(join(part, "base", "1", "page"))).toMatchObject({ uid: THIRD, mode: 0o100640 });
    expect((await lstat(join(part, "to"))).isSymbolicLink()).toBe(true);
    await rm(join(volume, "base", "1"), { recursive: true });
    await link("/etc", join(part, "global", "strange"), OTHER);
    expect(await run(removeDifferences(WORDS, volume, part))).toMatchObject({ exitCode: 0 });
    expect(await run(copyDifferences(WORDS, volume, part))).toMatchObject({ exitCode: 0 });
    expect(await readdir(join(part, "base"))).toEqual(["2"]);
    expect(await readdir(join(part, "global"))).toEqual([]);
    expect(await run(copyData(WORDS, part, `${part}-proof`))).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ["a program with its owner's rights", ["install", "-m", "4755", "/bin/true"]],
    ["a device", ["mknod", "-m", "0666"]],
  ])("is not made of %s, which a local user could use there", async (_, [program = "", ...args]) => {
    const [bad, after] = [join(volume, "bad"), program === "mknod" ? ["c", "1", "3"] : []];
    for (const copying of [copyDifferences, copyData]) {
      await execa(program, [...args, bad, ...after]);
      expect(await run(copying(WORDS, volume, part))).toEqual({ exitCode: 88, stdout: "", stderr: "bad, " });
      expect(await readdir(project)).toEqual([]);
      await rm(bad);
    }
    expect(await run(copyDifferences(WORDS, volume, part))).toMatchObject({ exitCode: 0 });
    await execa(program, [...args, join(part, "bad"), ...after]);
    expect(await run(copyDifferences(WORDS, volume, part))).toMatchObject({ exitCode: 88 });
    expect(await powersBelow(part)).toBe("");
  });

  it("has no capabilities of files, and the other attributes", async () => {
    const path = join(volume, "base", "1", "page");
    await execa("python3", ["-c", CAPABLE, path]);
    expect(await run(copyDifferences(WORDS, volume, part))).toMatchObject({ exitCode: 0 });
    expect((await execa("python3", ["-c", ATTRIBUTES, path])).stdout).toBe("security.capability user.x");
    expect((await execa("python3", ["-c", ATTRIBUTES, join(part, "base", "1", "page")])).stdout).toBe("user.x");
  });

  it("is not made behind a link to a directory of root's", async () => {
    await rm(project, { recursive: true });
    await link(closed, project);
    expect(await run(copyDifferences(WORDS, volume, part))).toMatchObject({ exitCode: 5 });
    expect(await inClosed()).toEqual(["docker-compose.yml"]);
  });

  it("is compared by nothing that lies behind a link to a directory of root's", async () => {
    expect(await run(copyData(WORDS, volume, part))).toMatchObject({ exitCode: 0 });
    const print = await run(fingerprintOf(WORDS, volume));
    expect(print.stdout).toMatch(/^1 4 [0-9a-f]{64} /u);
    expect(await run(fingerprintOf(WORDS, part))).toEqual(print);
    expect(await run(countDifferent(WORDS, volume, part))).toMatchObject({ exitCode: 0, stdout: "0" });
    await link(closed, join(volume, "way"), THIRD);
    expect(await run(countDifferent(WORDS, volume, part))).toMatchObject({ exitCode: 0, stdout: "1" });
    const led = await link(closed, join(project, "led"));
    for (const argv of [
      fingerprintOf(WORDS, led),
      countDifferent(WORDS, volume, led),
      countDifferent(WORDS, led, part),
    ])
      expect(await run(argv)).toMatchObject({ exitCode: 5, stdout: "" });
  });

  it("is compared without a word to a device among its files", async () => {
    await execa("mknod", [join(volume, "zero"), "c", "1", "5"]);
    await execa("chown", [`${THIRD}:${THIRD}`, join(volume, "zero")]);
    await link("zero", join(volume, "base", "2", "page"), THIRD);
    expect((await run(fingerprintOf(WORDS, volume))).stdout).toMatch(/^1 4 [0-9a-f]{64} /u);
  });

  /** A directory with many pages, or with none. */
  async function pages(directory: string, text: string): Promise<void> {
    await mkdir(directory, { recursive: true });
    if (text === "") return;
    for (let n = 0; n < 1500; n += 1) await writeFile(join(directory, `page${n}`), text);
  }

  it("does not write elsewhere while its place is swapped for a link", { timeout: 120_000 }, async () => {
    await pages(join(volume, "base", "2"), "rows");
    await pages(join(closed, "base", "2"), "");
    await swapping(OTHER, [part, closed], async () => {
      for (let times = 0; times < 4; times += 1) await run(copyDifferences(WORDS, volume, part));
    });
    expect((await execa("find", [closed, "-name", "page*"])).stdout).toBe("");
  });

  it("holds nothing from elsewhere while its source is swapped for a link", { timeout: 120_000 }, async () => {
    await pages(join(volume, "base", "2"), "rows");
    await pages(join(closed, "2"), SECRET);
    await swapping(THIRD, [join(volume, "base"), closed], async () => {
      for (let times = 0; times < 8; times += 1) {
        await run(copyDifferences(WORDS, volume, part));
        expect((await execa("grep", ["-rl", "of-root", project], { reject: false })).stdout).toBe("");
        await execa("rm", ["-rf", part]);
      }
    });
  });

  it("takes away nothing elsewhere while its own directory is swapped for a link", { timeout: 120_000 }, async () => {
    await mkdir(join(volume, "base"), { recursive: true });
    for (let times = 0; times < 15; times += 1) {
      await mkdir(join(part, "base"), { recursive: true });
      for (let n = 0; n < 50; n += 1) await writeFile(join(part, "base", `t${n}`), "");
      await writeFile(join(part, "base", "docker-compose.yml"), "");
      await execa("chown", ["-R", `${THIRD}:${THIRD}`, part]);
      await swapping(THIRD, [join(part, "base"), closed], () => run(removeDifferences(WORDS, volume, part)));
      expect(await readFile(secret, "utf8")).toBe(SECRET);
      await execa("rm", ["-rf", part]);
    }
  });
});

describe("a copy out of a container's own layer", () => {
  const image = `dingo-recover-links/empty:${process.pid}`;
  let container = "";
  beforeEach(async () => {
    await execa("docker", ["import", "-", image], { input: EMPTY_TAR });
    container = (await execa("docker", ["create", "--network", "none", image, "none"])).stdout.trim();
    const layer = join(top, "layer");
    await mkdir(join(layer, "lib & co"), { recursive: true });
    await chmod(await put(join(layer, "lib & co", "dump.rdb"), "REDIS", THIRD), 0o640);
    await symlink("/etc", join(layer, "led"));
    await chown(join(layer, "lib & co"), THIRD, THIRD);
    await chmod(join(layer, "lib & co"), 0o750);
    await execa("docker", ["cp", "-a", `${layer}/.`, `${container}:/srv`]);
  });
  afterEach(async () => {
    await execa("docker", ["rm", container], { reject: false });
    await execa("docker", ["rmi", image], { reject: false });
  });
  const out = (path: string, to: string) => run(copyOut(WORDS, { container, path }, to));

  it("keeps no program with its owner's rights, and says that it is there", async () => {
    await mkdir(join(top, "layer", "bad"));
    for (const [name, mode] of [
      ["setuid", "6755"],
      ["capable", "0755"],
    ] as const)
      await execa("install", ["-m", mode, "/bin/true", join(top, "layer", "bad", name)]);
    await execa("python3", ["-c", CAPABLE, join(top, "layer", "bad", "capable")]);
    await execa("docker", ["cp", "-a", join(top, "layer", "bad"), `${container}:/srv`]);
    expect(await out("/srv/bad", join(project, PART))).toEqual({ exitCode: 88, stdout: "", stderr: "setuid, " });
    expect(await powersBelow(project)).toBe("");
    expect((await execa("python3", ["-c", ATTRIBUTES, join(project, PART, "capable")])).stdout).not.toContain(
      "capability",
    );
  });

  it("has owners and modes, and is a directory or nothing", async () => {
    const to = join(project, `a & b,c ${PART}`);
    expect(await out("/srv/lib & co", to)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(await lstat(to)).toMatchObject({ uid: THIRD, gid: THIRD, mode: 0o40750 });
    expect(await lstat(join(to, "dump.rdb"))).toMatchObject({ uid: THIRD, mode: 0o100640 });
    expect(await readFile(join(to, "dump.rdb"), "utf8")).toBe("REDIS");
    expect(await out("/srv/lib & co", to)).toMatchObject({ exitCode: 1 });
    expect(await out("/srv/none", join(project, "none"))).toMatchObject({ exitCode: 1 });
    expect(await out("/srv/led", join(project, "led"))).toMatchObject({ exitCode: 1 });
  });

  it("is not laid down behind a link to a directory of root's, nor into one that has its name", async () => {
    await link(closed, join(project, PART));
    expect(await out("/srv/lib & co", join(project, PART))).toMatchObject({ exitCode: 1 });
    await rm(project, { recursive: true });
    await link(closed, project);
    expect(await out("/srv/lib & co", join(project, PART))).toMatchObject({ exitCode: 5 });
    expect(await inClosed()).toEqual(["docker-compose.yml"]);
  });
});
