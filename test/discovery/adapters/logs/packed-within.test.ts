/** Archives of logs as tar(1) makes them: the files packed within them are named, and never count as searched. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { LocalLogFiles } from "../../../../src/discovery/adapters/logs/local-log-files.ts";
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
});
