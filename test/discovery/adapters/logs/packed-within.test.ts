/** Archives of logs as tar(1) makes them: the files packed within them are named, and never count as searched. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { LocalLogFiles } from "../../../../src/discovery/adapters/logs/local-log-files.ts";
import { discover } from "../../../../src/discovery/answer/discover.ts";
import { eraF, GUID, goodDeletion, lager } from "../../broker-log.ts";
import { testDirectory } from "../../../directory.ts";

let directory: string;
beforeEach(() => (directory = testDirectory()));

const LINES = "a line\n".repeat(20_000);
const LONG = `${"a-directory-with-a-long-name/".repeat(5)}broker.log.2.gz`;

async function archive(
  members: Readonly<Record<string, string | Buffer>>,
  ...flags: readonly string[]
): Promise<string> {
  for (const [name, content] of Object.entries(members)) {
    await mkdir(dirname(join(directory, "in", name)), { recursive: true });
    await writeFile(join(directory, "in", name), content);
  }
  const file = join(directory, "logs.tgz");
  await execa("tar", [...flags, "-cf", file, "-C", join(directory, "in"), ...Object.keys(members)]);
  return file;
}

async function whyNot(file: string): Promise<string | undefined> {
  const logs = new LocalLogFiles();
  const { files } = await logs.open([file]);
  const [totals] = await logs.search(files, { needles: ["nothing"] }, { found: () => undefined });
  return totals?.failure;
}

describe("an archive of logs", () => {
  it.each([["-z"], ["--format=ustar"], ["--format=gnu", "-z"], ["--format=pax"]])(
    "made with %j names what is packed between its texts",
    async (...flags) => {
      const file = await archive({ "a.log": LINES, "b.log.1.gz": gzipSync(LINES), "c.log": LINES }, ...flags);
      expect(await whyNot(file)).toBe(
        'what it holds packed once more was not searched: "b.log.1.gz"; unpack it, and name its files',
      );
    },
  );

  it.each(["gnu", "pax"])("of the format %s may have names of any length, and names three", async (format) => {
    const packed = gzipSync(LINES);
    const members = { "a.log": LINES, [LONG]: packed, "b.gz": packed, "c.gz": packed, "d.gz": packed, "e.log": LINES };
    const why = await whyNot(await archive(members, `--format=${format}`, "-z"));
    expect(why).toContain('a-directory-with-a-lon…", "b.gz", "c.gz" and 1 more;');
  });

  it("of texts alone was searched, directories and links in it too", async () => {
    await mkdir(join(directory, "in", "sub"), { recursive: true });
    await execa("ln", ["-s", "a.log", join(directory, "in", "link")]);
    expect(await whyNot(await archive({ "a.log": LINES, "empty.log": "", "z.log": LINES }, "-z"))).toBeUndefined();
    const file = join(directory, "all.tar");
    await execa("tar", ["-cf", file, "-C", directory, "in"]);
    expect(await whyNot(file)).toBeUndefined();
  });

  it("that is cut, or is followed by something else, is not known to hold texts alone", async () => {
    const file = await archive({ "a.log": LINES, "b.log": LINES });
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, LINES.length + 600));
    expect(await whyNot(file)).toContain("cut or damaged");
    await writeFile(file, Buffer.concat([whole, Buffer.from("something else\n".repeat(100))]));
    expect(await whyNot(file)).toContain("cut or damaged");
  });

  it("of UTF-16 texts between others was not searched whole", async () => {
    const wide = Buffer.from(LINES, "utf16le");
    for (const each of [wide, Buffer.concat([Buffer.from([0xff, 0xfe]), wide]), Buffer.from(wide).swap16()])
      expect(await whyNot(await archive({ "a.log": LINES, "b.log": each, "c.log": LINES }, "-z"))).toContain(
        'as UTF-16 was not searched: "b.log"',
      );
  });
});

describe("a deletion in an archive of logs", () => {
  const created = lager([eraF.create()]);
  const deleted = lager(goodDeletion());
  const ask = async (members: Readonly<Record<string, string | Buffer>>, format: string) => {
    const patterns = [await archive(members, `--format=${format}`, "-z")];
    const sources = { logs: { files: new LocalLogFiles(), patterns }, now: new Date() };
    const { document, exitCode } = await discover({ sources, query: { name: GUID } });
    return { exitCode, first: document.candidates[0]?.guid, why: document.coverage[0]?.why };
  };

  it.each(["gnu", "ustar", "pax"])("of the format %s is known: its padding is no hole", async (format) => {
    const known = { exitCode: 0, first: GUID, why: null };
    expect(await ask({ "a.log": created + deleted }, format)).toEqual(known);
    expect(await ask({ "a.log": created, "b.log": deleted, "c.log": "x\n" }, format)).toEqual(known);
    expect(await ask({ "a.log": created.repeat(500), "b.log": deleted, "c.log": LINES }, format)).toEqual(known);
  });

  it("is told with its hole if zeros stand within a log", async () => {
    const hollow = Buffer.concat([Buffer.from(created), Buffer.alloc(5000), Buffer.from(deleted)]);
    const asked = await ask({ "a.log": created, "b.log": hollow, "c.log": LINES }, "gnu");
    expect(asked).toMatchObject({ first: GUID, why: expect.stringContaining("hole of zeros") as string });
  });
});
