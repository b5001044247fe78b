/** A server on a stranger's data is ended before it fills the engine's disk: the script, by a real shell. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keepRoom } from "../../../src/kit/commands/kept-room-command.ts";
import { explainEnd } from "../../../src/docker/actions/salvage/explain-end.ts";
import { until } from "../../rig/until.ts";

/** `docker exec` runs the words here, and each call is noted. */
const DOCKER = `#!/bin/sh
echo "$1 $2" >> calls
case $1 in
  kill) exit 0 ;;
  exec)
    while [ "$1" != sh ]; do shift; done
    "$@" ;;
esac
`;
/** `stat -f` of a file system; its room and its free files are in a file. */
const STAT = `#!/bin/sh
[ "$*" = "-f -c %S %a %d /dingo/copy" ] && [ -s room ] || { echo 'stat: gone' >&2; exit 1; }
cat room
echo stat >> calls
`;

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "dingo-recover-room-"));
  await mkdir(join(directory, "bin"));
  await writeFile(join(directory, "bin", "docker"), DOCKER, { mode: 0o755 });
  await writeFile(join(directory, "bin", "stat"), STAT, { mode: 0o755 });
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const room = async (text: string): Promise<void> => await writeFile(join(directory, "room"), text);
const calls = async (): Promise<string> => await readFile(join(directory, "calls"), "utf8");
const begin = async (): Promise<void> => {
  const [program, ...words] = keepRoom(["docker"], "copy", "ended");
  const env = { PATH: `${join(directory, "bin")}:${process.env["PATH"] ?? ""}` };
  await execa(program, words, { cwd: directory, env, timeout: 20_000 });
};

it.each([
  ["half of a small disk is used up", "1024 100000 0", "1024 50000 0", "1024 49999 0"],
  ["256 MiB are left of a large one", "4096 225000000 0", "4096 65536 0", "4096 65535 0"],
  ["half of the free files are made", "4096 225000000 1000", "4096 225000000 500", "4096 225000000 499"],
  ["few files can still be made", "4096 225000000 9000000", "4096 225000000 65536", "4096 225000000 65535"],
  ["nobody can tell how much is left", "4096 225000000 0", "4096 65536 0", ""],
])("ends the server when %s", async (_, before, still, after) => {
  await room(before);
  await begin();
  await until("the room is known", 20_000, async () => (await calls()).includes("stat\nstat\n"));
  await room(still);
  expect(await calls()).not.toContain("kill");
  await room(after);
  await until("the server is ended", 20_000, async () => (await calls()).endsWith("exec copy\nkill copy\n"));
});

it("the end is told as a full disk", () => {
  const said = ["LOG:  starting", "the server was ended, so that the disk keeps room"];
  expect(explainEnd(said, "copy").message).toContain("the disk was full");
});
