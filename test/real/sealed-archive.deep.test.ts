/** Archives that the real WAL-E encrypted with the real gpg: verified, restored and tested with the private key at hand. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { endAgent, makeSeal, type Seal } from "../rig/archives/seal.ts";
import { type Made, makeSealedLine } from "../rig/archives/made.ts";
import { Postgres } from "../rig/archives/postgres.ts";
import { looked, restore } from "../rig/archives/restore.ts";
import { Snapshot } from "../rig/archives/snapshot.ts";
import { eventsOf, Tool, verdictOf } from "../rig/archives/tool.ts";
import { Workshop } from "../rig/archives/workshop.ts";
import { until } from "../rig/until.ts";

const COUNT = "select count(*) from marks";

let workshop: Workshop;
let made: Made;
let seal: Seal;
let other: Seal;
let home: string;
let scratch: string;
let temporary: string;
let tool: Tool["run"];

const source = (snapshot?: Snapshot): string =>
  `s3://${workshop.objects.bucket}/${snapshot?.prefix ?? made.archiver.prefix}`;
let places = 0;

const testBackup = (inputs: Readonly<Record<string, string>>, words: readonly string[] = []): readonly string[] => {
  const bin = workshop.program(`pgsql-${made.version}`, "bin");
  const given = { postgres_bin: bin, scratch: join(scratch, String((places += 1))), sanity_query: COUNT, ...inputs };
  const all = Object.entries({ archive: source(), ...given }).flatMap(([name, value]) => [
    "--input",
    `${name}=${value}`,
  ]);
  return ["run", "test-backup", "--yes", "--json", "--patience", "1s", ...words, ...all];
};

/** Agents of ours: those of the workshop have homes elsewhere. */
async function agents(): Promise<readonly string[]> {
  const { stdout } = await execa("ps", ["-eo", "args"]);
  return stdout.split("\n").filter((line) => line.includes("gpg-agent") && line.includes(temporary));
}

beforeAll(async () => {
  workshop = await Workshop.open();
  home = await mkdtemp("/tmp/dr-home-");
  temporary = await mkdtemp("/tmp/dr-tmp-");
  scratch = await mkdtemp("/var/tmp/dingo-recover-scratch-");
  await chmod(scratch, 0o711);
  tool = new Tool(workshop, { home, TMPDIR: temporary }).run;
  made = await makeSealedLine(workshop, "sealed");
  if (made.archiver.seal === undefined) throw new Error("nothing is sealed");
  seal = made.archiver.seal;
  other = await makeSeal(workshop);
});

beforeEach(() => async () => {
  expect(await readdir(temporary)).toEqual([]);
  // An agent answers that it ends, and then ends.
  await until("the agents to end", 120_000, async () => (await agents()).length === 0);
  expect(await readdir(scratch)).toEqual([]);
});

afterAll(async () => {
  await endAgent(workshop, seal.home);
  for (const each of [home, scratch, temporary]) await rm(each, { recursive: true, force: true });
  await workshop.close();
});

describe("an archive that WAL-E encrypted", () => {
  it("is restored to the same rows as WAL-E's own restore, and is left as it is", async () => {
    const before = await workshop.objects.list(`${made.archiver.prefix}/`);
    const theirs = await restore({ workshop, ...made }, { base: "LATEST", recovery: { timeline: "latest" } });
    const folder = await workshop.toolsFolder();
    const server = new Postgres({ workshop, ...made }, folder, "data");
    const ended = await tool(["archive", "restore", source(), server.data, "--json", "--gpg-key", seal.keyFile]);
    expect([ended.code, JSON.parse(ended.stdout)]).toMatchObject([0, { systemId: made.systemId }]);
    await workshop.ownAll(folder);
    await server.start();
    const ours = await looked(server);
    await server.stop("SIGQUIT");
    expect(ours.rows).toEqual(made.chronicle.all(1).map(({ number }) => number));
    expect(ours.rows).toEqual(theirs.rows);
    expect(await workshop.objects.list(`${made.archiver.prefix}/`)).toEqual(before);
  });

  it("is not restored without its key, with another one, or with a file that is none", async () => {
    const into = join(scratch, "nothing");
    const words = ["archive", "restore", source(), into, "--json"];
    const none = await tool(words);
    expect([none.code, none.stdout]).toEqual([15, expect.stringMatching(/key-unusable.*OpenPGP.*--gpg-key FILE/)]);
    const wrong = await tool([...words, "--gpg-key", other.keyFile]);
    expect([wrong.code, JSON.parse(wrong.stdout)]).toMatchObject([15, { code: "key-unusable" }]);
    const file = await tool([...words, "--gpg-key", "/etc/passwd"]);
    expect([file.code, JSON.parse(file.stdout)]).toMatchObject([15, { code: "key-unusable" }]);
    await rm(`${into}.partial`, { recursive: true, force: true });
  });

  it.each(["", "--deep", "--deep=full"])(
    "is verified %s with the key, and is not told of without it",
    async (depth) => {
      const words = ["archive", "verify", source(), "--json", ...(depth === "" ? [] : [depth])];
      const known = await tool([...words, "--gpg-key", seal.keyFile]);
      expect(JSON.parse(known.stdout)).toMatchObject({
        verdict: "restorable",
        encrypted: true,
        systemId: made.systemId,
      });
      expect(known.code).toBe(0);
      const unknown = await tool(words);
      expect([unknown.code, JSON.parse(unknown.stdout)]).toMatchObject([15, { verdict: "unknown", encrypted: true }]);
    },
  );
});

describe("a test of a backup that is encrypted", () => {
  it("restores it with the key, says nothing of it in clear, and ends with 0", async () => {
    const rows = made.chronicle.all(1).length;
    const ended = await tool(testBackup({ gpg_key: seal.keyFile, expect: `value == ${rows}` }));
    expect(verdictOf(ended)).toMatch(/is good/);
    expect(verdictOf(ended)).not.toMatch(/not encrypted/);
    expect(ended.code).toBe(0);
  });

  it("takes the key and its passphrase from the configuration", async () => {
    const locked = join(home, "locked.key");
    const [ring, config, phrase] = [join(home, "ring"), join(home, "gpg.yml"), "open sesame"];
    await mkdir(ring, { mode: 0o700 });
    const gpg = ["--homedir", ring, "--batch", "--pinentry-mode", "loopback"];
    await execa("gpg", [...gpg, "--import", seal.keyFile]);
    // A passphrase is given to a key in clear by a question and an answer: old, then new.
    await execa("gpg", [...gpg, "--command-fd", "0", "--change-passphrase", seal.id], {
      input: `${phrase}\n${phrase}\n`,
    });
    await execa("gpg", [...gpg, "--passphrase", phrase, "--output", locked, "--export-secret-keys", seal.id]);
    await execa("gpgconf", ["--homedir", ring, "--kill", "all"]);
    await chmod(locked, 0o600);
    await writeFile(config, `gpg: { key: ${locked}, passphrase: { env: PHRASE } }\n`);
    const right = await tool(testBackup({}, ["--config", config]), { more: { PHRASE: phrase } });
    expect(verdictOf(right)).toMatch(/is good/);
    expect(right.code).toBe(0);
    expect(right.stdout + right.stderr).not.toContain(phrase);
    const wrong = await tool(testBackup({}, ["--config", config]), { more: { PHRASE: "closed" } });
    expect(eventsOf(wrong).at(-1)).toMatchObject({ exitCode: 15, error: { code: "key-unusable" } });
    const journals = await execa("grep", ["-r", "-l", phrase, join(home, "state")], { reject: false });
    expect(journals.stdout).toBe("");
  });

  it.each<readonly [string, () => Readonly<Record<string, string>>, string, RegExp]>([
    ["no key", () => ({}), "could-not-test", /--input gpg_key=FILE/],
    ["another key", () => ({ gpg_key: other.keyFile }), "key-unusable", /gpg --list-secret-keys/],
    ["a key that is not there", () => ({ gpg_key: "/nowhere" }), "key-unusable", /export-secret-keys/],
  ])("could not be done with %s: 15, which is no verdict", async (_what, inputs, code, remedy) => {
    const ended = await tool(testBackup(inputs()));
    expect(eventsOf(ended).at(-1)).toMatchObject({
      exitCode: 15,
      error: { code, remedy: expect.stringMatching(remedy) as string },
    });
    expect(ended.code).toBe(15);
  });

  it.each<readonly [string, (snapshot: Snapshot) => Promise<void>, RegExp]>([
    [
      "a changed bit in the newest base backup",
      async (snapshot) => snapshot.flip(await snapshot.one(new RegExp(`^basebackups_005/${made.bases[1]}/tar_part`))),
      /serious: the backup cannot be restored: .*OpenPGP message is damaged|serious: .*cannot be used/,
    ],
    [
      "half a segment",
      async (snapshot) => snapshot.cut(await snapshot.segmentWith(6)),
      /serious: the WAL ends before a segment that cannot be used: .*\(segment-damaged\)/,
    ],
  ])("finds %s, and ends with 21", async (what, damage, says) => {
    const snapshot = await Snapshot.take(workshop.objects, made, `sealed-${what.length}`);
    await damage(snapshot);
    const ended = await tool(testBackup({ archive: source(snapshot), gpg_key: seal.keyFile }));
    expect(verdictOf(ended)).toMatch(says);
    expect(ended.code).toBe(21);
  });

  it("warns of a part that is in clear", async () => {
    const snapshot = await Snapshot.take(workshop.objects, made, "sealed-in-part");
    const last = await snapshot.segmentWith(8);
    await chmod(home, 0o755);
    const cipher = join(home, "cipher");
    await writeFile(cipher, await snapshot.read(last));
    await snapshot.write(last, await opened(cipher));
    const ended = await tool(testBackup({ archive: source(snapshot), gpg_key: seal.keyFile }));
    expect(verdictOf(ended)).toMatch(
      /warning: a part of the backup is not encrypted, such as ".*".*\(partly-in-clear\)/,
    );
    expect(ended.code).toBe(20);
  });

  it("that is killed leaves the key's copy to the next one, which removes it", async () => {
    const killed = await tool(testBackup({ gpg_key: seal.keyFile }), {
      kill: /"step":"test"[^\n]*step-progress|step-progress[^\n]*"step":"test"/,
    });
    expect(killed.code).toBeNull();
    expect(await readdir(temporary)).toHaveLength(1);
    const next = await tool(testBackup({ gpg_key: seal.keyFile }));
    expect(verdictOf(next)).toMatch(/is good/);
    expect(next.code).toBe(0);
  });
});

async function opened(file: string): Promise<Uint8Array> {
  const out = `${seal.home}/clear-${(places += 1)}`;
  await workshop.must(["gpg", "--homedir", seal.home, "--batch", "--output", out, "--decrypt", file]);
  return await readFile(out);
}
