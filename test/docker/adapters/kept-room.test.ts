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
/** `df` as POSIX says it; the room is in a file. */
const DF = `#!/bin/sh
[ -s room ] || { echo 'df: gone' >&2; exit 1; }
printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\n/dev/x 9 9 %s 9%% /\\n' "$(cat room)"
echo df >> calls
`;

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "dingo-recover-room-"));
  await mkdir(join(directory, "bin"));
  await writeFile(join(directory, "bin", "docker"), DOCKER, { mode: 0o755 });
  await writeFile(join(directory, "bin", "df"), DF, { mode: 0o755 });
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const room = async (kilobytes: number | ""): Promise<void> => await writeFile(join(directory, "room"), `${kilobytes}`);
const calls = async (): Promise<string> => await readFile(join(directory, "calls"), "utf8");
const begin = async (): Promise<void> => {
  const [program, ...words] = keepRoom(["docker"], "copy", "ended");
  const env = { PATH: `${join(directory, "bin")}:${process.env["PATH"] ?? ""}` };
  await execa(program, words, { cwd: directory, env, timeout: 20_000 });
};

it.each([
  ["half of a small disk is used up", 100_000, 49_999],
  ["256 MiB are left of a large one", 900_000_000, 262_143],
  ["nobody can tell how much is left", 900_000_000, "" as const],
])("ends the server when %s", async (_, before, after) => {
  await room(before);
  await begin();
  await until("the room is known", 20_000, async () => (await calls()).includes("df\ndf\n"));
  await room(before === 100_000 ? 50_000 : 262_144);
  expect(await calls()).not.toContain("kill");
  await room(after);
  await until("the server is ended", 20_000, async () => (await calls()).endsWith("exec copy\nkill copy\n"));
});

it("the end is told as a full disk", () => {
  const said = ["LOG:  starting", "the server was ended, so that the disk keeps room"];
  expect(explainEnd(said, "copy").message).toContain("the disk was full");
});
