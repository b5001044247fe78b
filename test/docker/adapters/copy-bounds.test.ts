/** A server on a copy of a stranger's volume runs the stranger's code: what its container may take of the engine's machine. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { fill, isReady, query, startFresh, startOnCopy } from "../../../src/kit/commands/database-copy-commands.ts";
import { dumpTo, loadFrom } from "../../../src/kit/commands/database-dump-commands.ts";
import { insideContainer, measureCall } from "../../../src/kit/commands/docker-commands.ts";

const SERVER = {
  ...{ run: "20261121-120000-abcd", volume: "copy", uid: 999, role: "postgres" },
  programs: { image: "sha256:0", volumes: [], directory: "", major: "16" },
};

it.each([
  ["on a copy", startOnCopy(["docker"], SERVER)],
  ["for a proof", startFresh(["docker"], SERVER, "copied")],
])("a server %s has bounds, and leaves no more than a bounded log", (_, argv) => {
  const options = argv.slice(0, argv.indexOf("--entrypoint")).join(" ");
  for (const bound of [
    "--network none",
    "--security-opt no-new-privileges",
    "--read-only",
    "--cap-drop ALL",
    "--memory 4g --memory-swap 4g",
    "--shm-size 256m",
    "--tmpfs /tmp:size=256m,mode=1777",
    "--pids-limit 4096",
    "--oom-score-adj 1000",
    "--ulimit core=0",
    "--log-opt max-size=16m",
  ])
    expect(options).toContain(bound);
});

it.each([
  ["on a copy", startOnCopy(["docker"], SERVER)],
  ["for a proof", startFresh(["docker"], SERVER, "copied")],
])("a server %s takes no memory for its buffers that its bounds do not hold, whatever the volume sets", (_, argv) => {
  const set = argv.filter((_word, at) => argv[at - 1] === "-c");
  expect(set).toEqual(expect.arrayContaining(["shared_buffers=64MB", "huge_pages=off"]));
});

it("no library is loaded that a role's or a database's settings name, whichever program asks", () => {
  const dumped = { database: "shop", file: "/x" };
  for (const argv of [
    query(["docker"], SERVER, "shop"),
    query(["docker"], { ...SERVER, isLenient: true }, "shop"),
    isReady(["docker"], SERVER),
    dumpTo(["docker"], SERVER, dumped),
    dumpTo(["docker"], SERVER, { ...dumped, database: "" }),
    dumpTo(["docker"], { ...SERVER, isLenient: true }, dumped),
    loadFrom(["docker"], SERVER, dumped),
  ]) {
    const script = argv
      .find((word) => word.includes("exec p"))
      ?.replace(/exec (?:pg|psql)[^;]*/gu, 'echo "$PGOPTIONS"');
    const options = execFileSync("sh", ["-c", script ?? ""], { encoding: "utf8" });
    expect(options).toMatch(/^-c session_preload_libraries= -c local_preload_libraries=(?:$| -c zero_damaged_pages)/m);
  }
});

it("a release that does not know session_preload_libraries is not given it", () => {
  const asked = (major: string): string | undefined =>
    isReady(["docker"], { ...SERVER, programs: { ...SERVER.programs, major } }).find((word) => word.includes("exec p"));
  expect(asked("9.3")).toContain("PGOPTIONS='-c local_preload_libraries='");
  expect(asked("9.4")).toContain("session_preload_libraries");
});

it("a place in memory is as bounded as /tmp if an image wants a volume", () => {
  const programs = { ...SERVER.programs, volumes: ["/tmp", "/var/lib/postgresql/data"] };
  const argv = startOnCopy(["docker"], { ...SERVER, programs });
  expect(argv.flatMap((word, at) => (argv[at - 1] === "--tmpfs" ? [word] : []))).toEqual([
    "/tmp:size=256m,mode=1777",
    "/var/lib/postgresql/data:size=256m,mode=1777",
  ]);
});

it("root makes the directory of a proof with few rights, and hands the server to another account", () => {
  const argv = startFresh(["docker"], SERVER, "copied");
  expect(argv.flatMap((word, at) => (argv[at - 1] === "--cap-add" ? [word] : []))).toEqual([
    ...["CHOWN", "SETUID", "SETGID", "KILL", "AUDIT_WRITE"],
  ]);
});

it("a server on a copy has no right of root's, and another account", () => {
  const words = startOnCopy(["docker"], SERVER).join(" ");
  expect(words).toContain("--cap-drop ALL");
  expect(words).toContain("--user 999:999");
});

it("a copy is made by the programs of the engine's machine: its container is root, and may write beside the copy", () => {
  const order = { run: "r", path: "/v", inside: "", to: "/srv/db", isForServer: false };
  const argv = fill(["docker"], order, { image: "sha256:0", userland: ["/usr"] });
  const words = argv.join(" ");
  expect(words).toContain("--cap-drop SETFCAP --mount type=bind,src=/usr,dst=/usr,readonly");
  expect(words).toContain("--entrypoint sh sha256:0 -c");
  expect(words).toContain("type=bind,src=/srv,dst=/dingo/copy");
});

it("a look has only the right to read, of files with any label", () => {
  const argv = insideContainer(["docker"], { image: "sha256:0", userland: ["/usr"] }, measureCall([{ path: "/srv" }]));
  const options = argv.slice(0, argv.indexOf("--entrypoint")).join(" ");
  for (const bound of [
    ...["--network none", "--read-only", "--cap-drop ALL --cap-add DAC_READ_SEARCH"],
    ...["--security-opt no-new-privileges", "--security-opt label=disable", "type=bind,src=/srv,dst=/look/0,readonly"],
    "type=bind,src=/usr,dst=/usr,readonly",
  ])
    expect(options).toContain(bound);
});

describe("a server by the programs of the engine's machine", () => {
  const at = (directory: string) => ({ ...SERVER, uid: 42, programs: { ...SERVER.programs, directory } });
  const shown = (argv: readonly string[]): readonly string[] =>
    argv.flatMap((word) => /^type=bind,src=([^,]+),/u.exec(word)?.[1] ?? []);

  it.each([
    ["on a copy", (directory: string) => startOnCopy(["docker"], at(directory))],
    ["for a proof", (directory: string) => startFresh(["docker"], at(directory), "copied")],
  ])("%s sees its programs and no settings: its number may be shadow's", (_, start) => {
    const system = ["/usr", "/lib", "/lib64", "/bin", "/sbin"];
    const hidden = "--tmpfs /usr/local:size=1m,mode=755";
    expect(shown(start("/usr/lib/postgresql/16/bin"))).toEqual(system);
    expect(shown(start("/opt/pgsql/bin"))).toEqual([...system, "/opt/pgsql"]);
    expect(shown(start("/usr/local/pgsql/bin"))).toEqual([...system, "/usr/local/pgsql"]);
    for (const directory of ["/usr/lib/postgresql/16/bin", "/opt/pgsql/bin", "/usr/local/pgsql/bin"])
      expect(start(directory).join(" ")).toContain(hidden);
  });

  it("for a proof has an account by that name alone", () => {
    const argv = startFresh(["docker"], at("/opt/pgsql/bin"), "copied").join(" ");
    expect(argv).toContain("--tmpfs /etc:size=1m,mode=755");
    expect(argv).toContain("setpriv --reuid 65534 --regid 65534 --clear-groups");
  });
});
