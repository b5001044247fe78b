/** A test of a backup on archives that WAL-E and WAL-G really made, with a real PostgreSQL, without Cloud Foundry. */
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Archives, type ArchiveName } from "../rig/archives/archives.ts";
import { Snapshot } from "../rig/archives/snapshot.ts";
import { eventsOf, Tool, verdictOf } from "../rig/archives/tool.ts";
import { Workshop } from "../rig/archives/workshop.ts";
import { all, cut, type Damage, flipped, matching, parts, removed, row } from "../rig/archives/cases/damage.ts";
import { variablesOf } from "../rig/sts.ts";

const COUNT = "select count(*) from marks";

let workshop: Workshop;
let archives: Archives;
let home: string;
let scratch: string;
let tool: Tool["run"];

let places = 0;
const place = (): string => join(scratch, String((places += 1)));

function inputsFor(version: string, prefix: string, inputs: Readonly<Record<string, string>>): readonly string[] {
  const archive = `s3://${workshop.objects.bucket}/${prefix}`;
  const given = { archive, postgres_bin: workshop.program(`pgsql-${version}`, "bin"), scratch: place(), ...inputs };
  return Object.entries(given).flatMap(([name, value]) => ["--input", `${name}=${value}`]);
}

const WORDS = ["run", "test-backup", "--yes", "--json"];
const testBackup = async (
  snapshot: Snapshot,
  inputs: Readonly<Record<string, string>> = {},
  flags: readonly string[] = ["--json"],
) =>
  archives.limit.run(() => {
    const given = inputsFor(snapshot.made.version, snapshot.prefix, inputs);
    return tool(["run", "test-backup", "--yes", "--patience", "1s", ...flags, ...given]);
  });

const damagedCopy = async (name: ArchiveName, as: string): Promise<Snapshot> =>
  Snapshot.take(workshop.objects, await archives.make(name), as);

beforeAll(async () => {
  workshop = await Workshop.open();
  archives = new Archives(workshop);
  home = await mkdtemp(join(tmpdir(), "dingo-recover-test-backup-"));
  scratch = await mkdtemp("/var/tmp/dingo-recover-scratch-");
  await chmod(scratch, 0o711);
  tool = new Tool(workshop, { home }).run;
  await Promise.all([archives.make("line"), archives.make("deltas")]);
});

afterAll(async () => {
  await rm(home, { recursive: true, force: true });
  await rm(scratch, { recursive: true, force: true });
  await workshop.close();
});

describe("a backup that is good", () => {
  test.each(["line", "deltas"] as const)("of %s is restored, recovered and asked, and ends with 0", async (name) => {
    const snapshot = await archives.of(name);
    const before = await workshop.objects.list(`${snapshot.prefix}/`);
    const rows = snapshot.made.chronicle.all(name === "line" ? 1 : 2).length;
    const ended = await testBackup(snapshot, { sanity_query: COUNT, expect: `value == ${rows}` });
    expect(verdictOf(ended)).toMatch(/is good/);
    expect(eventsOf(ended).at(-1)).toMatchObject({ type: "run-ended", outcome: "succeeded", exitCode: 0 });
    expect(ended.code).toBe(0);
    expect(await workshop.objects.list(`${snapshot.prefix}/`)).toEqual(before);
    expect(await readdir(scratch)).toEqual([]);
  });
});

const nothing = all();
const BAD: readonly (readonly [string, Damage, Readonly<Record<string, string>>, RegExp])[] = [
  [
    "a flipped bit in a tar file of the newest base backup",
    flipped(parts(1)),
    {},
    /serious: the backup cannot be restored: /,
  ],
  ["a tar file of the newest base backup that is gone", removed(parts(1)), {}, /serious: .*newest base backup/],
  ["a segment that is gone", removed(row(6)), {}, /serious: .*\(wal-gap\)/],
  [
    "half a segment",
    cut(row(6)),
    {},
    /serious: the WAL ends before a segment that cannot be used: .*\(segment-damaged\)/,
  ],
  ["no base backup at all", removed(matching(/_backup_stop_sentinel/)), {}, /serious: nothing can be restored: /],
  ["nothing", nothing, { max_age: "1s" }, /serious: the newest base backup is .* old, more than 1s; /],
  ["nothing", nothing, { sanity_query: COUNT, expect: "value > 1000" }, /value > 1000 was expected/],
  ["nothing", nothing, { sanity_query: "select 1 from nowhere" }, /relation "nowhere" does not exist/],
  ["nothing", nothing, { sanity_query: COUNT, database: "nobody" }, /database "nobody" does not exist/],
  ["nothing", nothing, { serious: "in-clear" }, /serious: the backup is not encrypted/],
];

describe("a backup that is bad", () => {
  test.each(BAD.map(([what, ...rest], index) => [what, JSON.stringify(rest[1]), index, ...rest] as const))(
    "with damage, %s, and inputs %s, ends with 21 and says why",
    async (_what, _inputs, index, damage, inputs, says) => {
      const snapshot = await damagedCopy("line", `bad/${index}`);
      await damage(snapshot, archives);
      const ended = await testBackup(snapshot, inputs);
      expect(verdictOf(ended)).toMatch(says);
      expect(verdictOf(ended)).toMatch(/is bad/);
      expect(eventsOf(ended).at(-1)).toMatchObject({ type: "run-ended", outcome: "succeeded", exitCode: 21 });
      expect(ended.code).toBe(21);
      expect(await readdir(scratch)).toEqual([]);
    },
  );
});

const UNTESTED: readonly (readonly [
  string,
  Readonly<Record<string, string>>,
  Readonly<Record<string, string>>,
  string,
])[] = [
  ["a store that nobody answers for", {}, { AWS_ENDPOINT_URL: "http://127.0.0.1:9" }, "unreachable"],
  ["keys that the store refuses", {}, { AWS_ACCESS_KEY_ID: "WRONG" }, "access-denied"],
  ["no PostgreSQL", { postgres_bin: "/usr/lib/postgresql/9.0/bin" }, {}, "program-missing"],
  ["a PostgreSQL of another release", { postgres_bin: "/usr/lib/postgresql/15/bin" }, {}, "could-not-test"],
  ["no time", { time_limit: "1s", sanity_query: "select pg_sleep(5)" }, {}, "could-not-test"],
  ["a query that is none", { sanity_query: "select 1 from where" }, {}, "could-not-test"],
];

describe("a backup that could not be tested", () => {
  test.each(UNTESTED)("for %s ends with 15, which is no verdict", async (_why, inputs, more, code) => {
    const snapshot = await archives.of("line");
    const words = [...WORDS, "--patience", "1s"];
    const ended = await tool([...words, ...inputsFor("9.6.24", snapshot.prefix, inputs)], { more });
    expect(eventsOf(ended).at(-1)).toMatchObject({ type: "run-ended", exitCode: 15, error: { code } });
    expect(ended.code).toBe(15);
    expect(await readdir(scratch)).toEqual([]);
  });
});

describe("tests of one archive at the same time", () => {
  test("do not harm one another: in one place one is tested, the other is refused or comes after it", async () => {
    const snapshot = await archives.of("line");
    const before = await workshop.objects.list(`${snapshot.prefix}/`);
    const one = place();
    const run = (inputs: Readonly<Record<string, string>>, more: Record<string, string> = {}) =>
      tool([...WORDS, ...inputsFor("9.6.24", snapshot.prefix, { sanity_query: COUNT, ...inputs })], { more });
    const elsewhere = { DINGO_RECOVER_STATE: join(home, "other-state") };
    const [same, other, apart] = await Promise.all([
      run({ scratch: one }),
      run({ scratch: one }, elsewhere),
      run({}, elsewhere),
    ]);
    const codes = [same.code, other.code];
    expect(codes, `${same.stdout}${other.stdout}`).toContain(0);
    for (const ended of [same, other])
      if (ended.code !== 0)
        expect(eventsOf(ended).at(-1)).toMatchObject({
          exitCode: 15,
          error: { code: expect.stringMatching(/could-not-test|locked/) as string },
        });
    expect([0, 11]).toContain(apart.code);
    expect(await readdir(scratch)).toEqual([]);
    expect(await workshop.objects.list(`${snapshot.prefix}/`)).toEqual(before);
  });
});

describe("a test that is killed", () => {
  test("goes on where it was, and leaves nothing", async () => {
    const snapshot = await archives.of("line");
    const words = [...WORDS, ...inputsFor("9.6.24", snapshot.prefix, { sanity_query: COUNT })];
    const killed = await tool(words, { kill: /"step":"test"[^\n]*step-progress|step-progress[^\n]*"step":"test"/ });
    expect(killed.code).toBeNull();
    const resumed = await tool(["resume", eventsOf(killed)[0]?.run ?? "", "--yes", "--json"]);
    expect(verdictOf(resumed)).toMatch(/is good/);
    expect(resumed.code).toBe(0);
    expect(await readdir(scratch)).toEqual([]);
  });
});

describe("WAL-E's own settings", () => {
  test("say where the archive is and who may read it, and a secret that others may read is told", async () => {
    const snapshot = await archives.of("line");
    const { objects } = workshop;
    const directory = join(home, "wal-e");
    const settings = {
      WALE_S3_PREFIX: `s3://${objects.bucket}/${snapshot.prefix}`,
      WALE_S3_ENDPOINT: objects.endpoint.replace("http://", "http+path://"),
      ...variablesOf(objects.credentials),
      AWS_REGION: objects.region,
    };
    await mkdir(directory, { mode: 0o755 });
    for (const [name, value] of Object.entries(settings)) await writeFile(join(directory, name), `${value}\n`);
    const inputs = [
      `envdir=${directory}`,
      `postgres_bin=${workshop.program("pgsql-9.6.24", "bin")}`,
      `scratch=${place()}`,
    ];
    const nobody = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_ENDPOINT_URL: "", AWS_REGION: "" };
    const words = [...WORDS, ...inputs.flatMap((each) => ["--input", each])];
    const loose = await tool(words, { more: nobody });
    expect(verdictOf(loose)).toMatch(/warning: others on this machine may read .*AWS_SECRET_ACCESS_KEY \(mode 0644\)/);
    expect(loose.code).toBe(20);
    expect(loose.stdout + loose.stderr).not.toContain(objects.credentials.secretAccessKey);
    await chmod(join(directory, "AWS_SECRET_ACCESS_KEY"), 0o600);
    expect((await tool(words, { more: nobody })).code).toBe(0);
  });
});
