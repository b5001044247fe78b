/** Whether this machine has a sandbox is found out by making one: programs that only do as if stand for bwrap. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSandbox } from "../../../../src/archive/adapters/sandbox/open-sandbox.ts";

let bin: string;
/** A bubblewrap that confines nothing, and runs the command. */
const RUNS = 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"';

beforeEach(async () => {
  bin = join(await mkdtemp(join(tmpdir(), "dingo-recover-sandbox-")), "bin");
  await mkdir(bin);
  await program("prlimit", 'while [ "${1#--}" != "$1" ]; do shift; done; exec "$@"');
  await program("choom", 'shift 3; exec "$@"');
});
afterEach(() => rm(join(bin, ".."), { recursive: true, force: true }));

const open = () => openSandbox({ path: bin, signal: new AbortController().signal, as: undefined });
const program = (name: string, text: string) => writeFile(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
const bwrap = (text: string) => program("bwrap", `[ "$1" = --version ] && echo "bubblewrap 0.8.0" && exit 0\n${text}`);

describe("a machine", () => {
  it("without bubblewrap is refused with the command that installs it, before anything is run", async () => {
    await expect(open()).rejects.toMatchObject({
      code: "no-sandbox",
      message: expect.stringMatching(/there is no program "bwrap" in PATH/) as string,
      remedy: expect.stringMatching(/apt-get install bubblewrap util-linux.*`sandbox: unsandboxed`/) as string,
    });
  });

  it.each(["prlimit", "choom"])("without %s, which sets the limits, is refused", async (name) => {
    await bwrap(RUNS);
    await rm(join(bin, name));
    await expect(open()).rejects.toMatchObject({
      code: "no-sandbox",
      message: expect.stringContaining(name) as string,
    });
  });

  it("on which bubblewrap makes none is refused with what it says", async () => {
    await bwrap('echo "bwrap: No permissions to create new namespace" >&2; exit 1');
    await expect(open()).rejects.toMatchObject({
      code: "no-sandbox",
      message: expect.stringMatching(/bubblewrap 0\.8\.0 makes no sandbox here: bwrap: No permissions/) as string,
    });
  });

  it("on which bubblewrap runs nothing, and says that all is well, is refused", async () => {
    await bwrap("exit 0");
    await expect(open()).rejects.toMatchObject({ code: "no-sandbox" });
  });

  it("without bubblewrap gets a container, of an image that is made from nothing, even if another has its name", async () => {
    const record = join(bin, "record");
    await program(
      "docker",
      `echo "$@" >> ${record}
[ "$1 $2 $3 $4" = "--config /nonexistent --host unix:///var/run/docker.sock" ] || { echo "another engine" >&2; exit 1; }
case $5 in
  version) echo 20.10.24 ;;
  image) echo '[{"Id":"sha256:'"$(printf '%064d' 1)"'","RootFS":{"Layers":["sha256:foreign"]}}]' ;;
  import) [ "$(/usr/bin/wc -c)" -eq 10240 ] && echo sha256:made ;;
  run) exit 42 ;;
esac`,
    );
    const sandbox = await open();
    expect(sandbox).toMatchObject({ kind: "container", name: "a container of Docker 20.10.24" });
    expect(await readFile(record, "utf8")).toMatch(/ import - dingo-recover\/empty:1$/m);
    const confined = { program: join(bin, "docker"), args: ["-D", "/copy/data"], env: { LC_ALL: "C" }, as: undefined };
    const { args } = sandbox.command({ ...confined, writes: ["/copy, no. 1"], reads: ["/copy/socket"] });
    const words = args.join(" ");
    expect(words).toContain("--network none --read-only --cap-drop ALL --security-opt no-new-privileges");
    expect(words).toMatch(/--memory \d+ --env LC_ALL=C /);
    expect(args).toContain('"type=bind","source=/copy/socket","target=/copy/socket","readonly"');
    const writable = args.filter((word) => word.startsWith('"type=bind"') && !word.endsWith('"readonly"'));
    expect(writable).toEqual(['"type=bind","source=/copy, no. 1","target=/copy, no. 1"']);
    expect(words.endsWith(`--entrypoint ${bin}/docker sha256:made -D /copy/data`)).toBe(true);
  });

  it("without either is told of both, and of an engine that does not answer", async () => {
    await program("docker", 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
    const both = /no program "bwrap" in PATH; no engine of Docker answers: Cannot connect to the Docker daemon/;
    await expect(open()).rejects.toMatchObject({
      code: "no-sandbox",
      message: expect.stringMatching(both) as string,
    });
  });

  it("has one if what runs in it is heard", async () => {
    await bwrap(RUNS);
    expect((await open()).name).toBe("bubblewrap 0.8.0");
  });
});

describe("what a program may touch", () => {
  it("is its own files, the system's programs, and what is named; it is alone, and ends with who began it", async () => {
    await bwrap(RUNS);
    const confined = { program: join(bin, "bwrap"), args: ["-D", "/copy/data"], env: { LC_ALL: "C" }, as: undefined };
    const command = (await open()).command({ ...confined, writes: ["/copy/data"], reads: ["/copy/socket"] });
    const words = command.args.join(" ");
    expect(words).toContain("--unshare-all --die-with-parent --new-session --as-pid-1 --cap-drop ALL");
    expect(words).toContain(
      "--ro-bind /copy/socket /copy/socket --bind /copy/data /copy/data --remount-ro /dev --remount-ro / --chdir /",
    );
    expect(words).toContain(`--ro-bind ${bin} ${bin}`);
    expect(words).toMatch(
      new RegExp(
        `-- ${bin}/prlimit --core=0 --fsize=\\d+ --nproc=\\d+ --as=\\d+ ${bin}/choom -n 1000 -- ${bin}/bwrap -D /copy/data$`,
      ),
    );
    expect(words).toContain("--seccomp 3");
    expect(command.fed?.length).toBeGreaterThan(100);
    const writable = command.args.filter((_, index) => command.args[index - 1] === "--bind");
    expect(writable).toEqual(["/copy/data"]);
    const shown = command.args.filter((_, index) => command.args[index - 2] === "--ro-bind");
    for (const path of shown)
      expect(path).toMatch(
        new RegExp(
          `^(?:/usr/|/lib|/bin$|/etc/(?:ld|localtime|perl|postgresql-common|alternatives)|${bin}|/copy/socket$)`,
        ),
      );
    expect(command.env).toEqual({ LC_ALL: "C" });
  });
});
