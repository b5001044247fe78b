import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { inflated } from "../../../../src/discovery/adapters/logs/inflate.ts";
import { LocalLogFiles } from "../../../../src/discovery/adapters/logs/local-log-files.ts";
import { discover, type DiscoverResult } from "../../../../src/discovery/answer/discover.ts";
import type { DiscoveryQuery } from "../../../../src/discovery/judgement/candidate.ts";
import type { FoundLine, LogFile } from "../../../../src/ports/log-files.ts";
import { eraF, GUID, goodDeletion, lager } from "../../broker-log.ts";
import { testDirectory } from "../../../directory.ts";

let directory = "";
beforeEach(() => (directory = testDirectory()));

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const full = path.join(directory, name);
  await mkdir(path.dirname(full), { recursive: true });
  await writeFile(full, content);
  return full;
}

async function* chunked(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<{ text: string; error?: unknown; longest: number }> {
  const parts: Uint8Array[] = [];
  const result = (error?: unknown) => ({
    text: Buffer.concat(parts).toString(),
    longest: Math.max(0, ...parts.map((part) => part.length)),
    ...(error === undefined ? {} : { error }),
  });
  try {
    for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  } catch (error) {
    return result(error);
  }
  return result();
}

async function linesOf(logs: LocalLogFiles, files: readonly LogFile[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const found = (_file: LogFile, { bytes }: FoundLine) => lines.push(Buffer.from(bytes).toString());
  await logs.search(files, { needles: ["line"] }, { found });
  return lines;
}

const ask = (patterns: readonly string[], query: DiscoveryQuery = {}): Promise<DiscoverResult> => {
  const logs = { files: new LocalLogFiles(), patterns };
  return discover({ sources: { logs, now: new Date("2016-03-18T00:00:00Z") }, query });
};

const names = (files: readonly LogFile[]) => files.map((file) => path.relative(directory, file.path)).sort();

/** Parallel packers begin with such a frame. */
const SKIPPED = Buffer.from("502a4d180400000061626364", "hex");
const CHECKED = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

function withLastByte(packed: Buffer): Buffer {
  packed[packed.length - 1] = (packed.at(-1) ?? 0) ^ 1;
  return packed;
}

describe("patterns of log files", () => {
  it("name files, rotated and packed ones, in one directory or any depth", async () => {
    for (const name of [
      "broker.log",
      "broker.log.1",
      "broker.log.2.gz",
      "a/broker.log",
      "a/b/broker.log",
      ".hidden.log",
    ]) {
      await put(name, "x\n");
    }
    const logs = new LocalLogFiles();
    const found = async (pattern: string) => names((await logs.open([path.join(directory, pattern)])).files);
    expect(await found("broker.log*")).toEqual(["broker.log", "broker.log.1", "broker.log.2.gz"]);
    expect(await found("*.log")).toEqual(["broker.log"]);
    expect(await found("**/broker.log")).toEqual(["a/b/broker.log", "a/broker.log", "broker.log"]);
    expect(await found("broker.log.[0-9]")).toEqual(["broker.log.1"]);
    expect(await found("broker.{log,log.1}")).toEqual(["broker.log", "broker.log.1"]);
    expect(await found("*/broker.???")).toEqual(["a/broker.log"]);
  });

  it("say which directories they fit and do not enter, but not those that ** enters", async () => {
    await put("fits/broker.log", "x\n");
    await put("fits/older/broker.log", "x\n");
    const left = async (pattern: string) =>
      (await new LocalLogFiles().open([path.join(directory, pattern)])).unreadable.map(({ path: name, why }) => [
        path.relative(directory, name),
        why,
      ]);
    expect(await left("fits/*")).toEqual([["fits/older", "is a directory; name its files, such as DIR/*.log"]]);
    expect(await left("fits/*.log")).toEqual([]);
    expect(await left("fits/**")).toEqual([]);
    expect(await left("fits/**/*")).toEqual([]);
  });

  it("that name a file twice open it once", async () => {
    const file = await put("broker.log", "x\n");
    expect((await new LocalLogFiles().open([file, `${directory}/*`, file])).files).toHaveLength(1);
  });

  it("take a file that is called like a pattern by its name", async () => {
    const file = await put("broker[1].log", "x\n");
    expect(names((await new LocalLogFiles().open([file])).files)).toEqual(["broker[1].log"]);
  });

  it("say which directories ** did not enter: linked ones, and very deep ones", async () => {
    await put("tree/a/broker.log", "x\n");
    await put("elsewhere/broker.log", "x\n");
    const [link, known, cycle] = ["tree/link", "tree/known", "tree/a/cycle"].map((name) => path.join(directory, name));
    await symlink(path.join(directory, "elsewhere"), link ?? "");
    await symlink(path.join(directory, "tree/a"), known ?? "");
    await symlink(path.join(directory, "tree"), cycle ?? "");
    await put(`tree/${"d/".repeat(30)}broker.log`, "x\n");
    const { files, unreadable } = await new LocalLogFiles().open([path.join(directory, "tree/**/*.log")]);
    expect(names(files)).toEqual(["tree/a/broker.log"]);
    expect(unreadable).toEqual([
      { path: expect.stringMatching(/d\/d$/) as string, why: expect.stringMatching(/more than 20 levels/) as string },
      { path: link, why: expect.stringMatching(/is a link to a directory/) as string },
    ]);
  });

  it("do not wait for the writer of a pipe that fits", async () => {
    await writeFile(path.join(directory, "a.log"), "a");
    execFileSync("mkfifo", [path.join(directory, "b.log")]);
    const { files, unreadable } = await new LocalLogFiles().open([path.join(directory, "*.log")]);
    expect(files.map((file) => path.basename(file.path))).toEqual(["a.log"]);
    expect(unreadable.map(({ why }) => why)).toEqual(["is no file but a pipe or a device; name it itself"]);
    const named = await new LocalLogFiles().open([path.join(directory, "b.log")]);
    expect(named.files).toHaveLength(1);
  });

  it("that find nothing are said with the reason", async () => {
    await mkdir(path.join(directory, "sub.log"));
    const patterns = ["missing.log", "none*.log", "sub.log"].map((name) => path.join(directory, name));
    const { files, unreadable } = await new LocalLogFiles().open(patterns);
    expect(files).toEqual([]);
    expect(unreadable.map(({ why }) => why)).toEqual([
      "there is no such file",
      "no file fits this pattern",
      "is a directory; name its files, such as DIR/*.log",
    ]);
  });
});

describe("bytes of log files", () => {
  const text = "one\ntwo\nthree\n".repeat(50_000);

  it("come plain in chunks of at most 1 MiB", async () => {
    const { text: read, longest } = await textOf(inflated(chunked(Buffer.from(text.repeat(4)), 3_000_000), "x"));
    expect(read).toBe(text.repeat(4));
    expect(longest).toBeLessThanOrEqual(1024 * 1024);
  });

  it.each([
    ["gzip members", gzipSync],
    ["zstd frames", zstdCompressSync],
    ["zstd frames after one that is skipped", (content: string) => Buffer.concat([SKIPPED, zstdCompressSync(content)])],
  ] as const)("come inflated, whatever the file is called, also of several %s", async (_name, pack) => {
    const file = await put("broker.log.3", Buffer.concat([pack("line a\n"), pack("line b\n")]));
    const logs = new LocalLogFiles();
    expect(await linesOf(logs, (await logs.open([file])).files)).toEqual(["line a", "line b"]);
  });

  it("come from standard input, plain and packed, one byte at a time", async () => {
    for (const bytes of ["line a\nline b\n", gzipSync("line a\nline b\n"), zstdCompressSync("line a\nline b\n")].map(
      (each) => Buffer.from(each),
    )) {
      const logs = new LocalLogFiles([], chunked(bytes, 1));
      expect(await linesOf(logs, (await logs.open(["-"])).files)).toEqual(["line a", "line b"]);
    }
  });

  it.each([
    ["a cut gzip file", (): Buffer => gzipSync("one\ntwo\n").subarray(0, -6)],
    ["a cut zstd file", (): Buffer => zstdCompressSync("one\ntwo\n", CHECKED).subarray(0, -2)],
    ["a zstd file with a wrong checksum", (): Buffer => withLastByte(zstdCompressSync("one\ntwo\n", CHECKED))],
    ["a zstd file that something follows", (): Buffer => Buffer.concat([zstdCompressSync("one\ntwo\n"), Buffer.of(7)])],
  ])("of %s come up to the break, and then the break is said", async (_name, pack) => {
    const { text: read, error } = await textOf(inflated(chunked(pack()), "cut"));
    expect("one\ntwo\n").toContain(read);
    expect(error).toMatchObject({ code: "answer-incomplete", place: "cut" });
  });

  it("of zstd come up to the frame that breaks", async () => {
    const [whole, cut] = [zstdCompressSync(text), zstdCompressSync(text).subarray(0, 40)];
    const { text: read, error } = await textOf(inflated(chunked(Buffer.concat([whole, cut])), "cut"));
    expect(read.slice(0, text.length)).toBe(text);
    expect(error).toMatchObject({ code: "answer-incomplete", place: "cut" });
  });

  it.each([
    ["gzip", gzipSync],
    ["zstd", zstdCompressSync],
  ] as const)("of a bomb of %s are read only until it is known for one", async (_name, pack) => {
    const bomb = pack(Buffer.alloc(64 * 1024 * 1024));
    const limits = { freeBytes: 1024 * 1024, ratio: 400 };
    const { text: read, error } = await textOf(inflated(chunked(bomb, 1_000_000), "bomb.gz", limits));
    expect(read.length).toBeLessThan(24 * 1024 * 1024);
    expect(error).toMatchObject({ code: "answer-incomplete" });
  });

  it("in a packing that cannot be read are refused, not searched as noise", async () => {
    const { text: read, error } = await textOf(inflated(chunked(Buffer.from("fd377a585a000000", "hex")), "x.xz"));
    expect(read).toBe("");
    const pipe = /packed with xz, .*: xz -dc x\.xz \| dingo-recover discover --logs -$/;
    expect(error).toMatchObject({ code: "answer-incomplete", message: expect.stringMatching(pipe) as string });
  });

  it("of an empty file are none", async () => {
    expect(await textOf(inflated(chunked(Buffer.alloc(0)), "x"))).toEqual({ text: "", longest: 0 });
  });

  it("whose source fails in the middle end with that failure instead of waiting for ever", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield gzipSync("one\n").subarray(0, 20);
      throw new Error("EIO");
    }
    expect((await textOf(inflated(failing(), "x"))).error).toMatchObject({ code: "answer-incomplete" });
  });

  it("can be left in the middle", async () => {
    const chunks = inflated(chunked(gzipSync(text)), "x");
    expect((await chunks.next()).done).toBe(false);
    expect((await chunks.return(undefined)).done).toBe(true);
  });
});

describe("discovery in files of this machine", () => {
  it("finds the deletion in a packed file, and says what could not be read", async () => {
    const file = await put("logs/broker.log.1.gz", gzipSync(lager(goodDeletion())));
    const patterns = [path.join(directory, "logs/*.gz"), path.join(directory, "missing.log")];
    const { document, exitCode, table } = await ask(patterns);
    // With nothing asked, the file that is missing may tell of a later instance.
    expect(exitCode).toBe(20);
    expect(document.candidates).toMatchObject([
      { guid: GUID, evidence: [{ file, line: 1, byteOffset: 0 }, {}, {}, {}, {}] },
    ]);
    expect(table).toMatch(/missing\.log: there is no such file/);
  });
});

describe("a window in which no file has a line", () => {
  const at = (iso: string): number => Date.parse(iso) / 1000;
  const quiet = (iso: string): string => lager([["catalog.start"]], "dingo-postgresql-broker", at(iso));
  const askAt = async (time: string, ...patterns: readonly string[]) => {
    const { document, exitCode } = await ask(patterns, { around: new Date(time), windowMs: 3_600_000 });
    return { exitCode, whys: document.coverage.flatMap(({ why }) => why ?? []) };
  };
  const many = (iso: string): string =>
    Array.from({ length: 2000 }, (_each, index) => quiet(new Date(Date.parse(iso) + index * 1000).toISOString())).join(
      "",
    );

  it.each([
    ["short", quiet],
    ["of many lines", many],
  ])("is not covered by a file %s that has lines before it and after it", async (_how, lines) => {
    const hole = await put("hole/a.log", Buffer.from(lines("2016-03-17T08:00:00Z") + lines("2016-03-17T20:00:00Z")));
    const { exitCode, whys } = await askAt("2016-03-17T14:00:00Z", hole);
    expect(exitCode).toBe(15);
    expect(whys).toEqual([
      expect.stringMatching(/^no line of the log files was written from 2016-03-17T13:00:00.000Z to .*; .*--cf-events/),
    ]);
    for (const time of ["2016-03-17T09:00:00Z", "2016-03-17T19:00:00Z"])
      expect(await askAt(time, hole)).toEqual({ exitCode: 17, whys: [] });
  });

  it("is covered if one of several files has one, and if that cannot be told", async () => {
    const hole = await put("holes/a.log", Buffer.from(quiet("2016-03-17T08:00:00Z") + quiet("2016-03-17T20:00:00Z")));
    const other = await put("holes/b.log", Buffer.from(quiet("2016-03-17T14:10:00Z")));
    const packed = await put("holes/c.log.gz", gzipSync(quiet("2016-03-17T08:00:00Z") + quiet("2016-03-17T20:00:00Z")));
    for (const patterns of [[hole, other], [packed]])
      expect((await askAt("2016-03-17T14:00:00Z", ...patterns)).exitCode).toBe(17);
  });
});

describe("a packed file without a first line", () => {
  it.each([
    ["empty", "gz", Buffer.alloc(0)],
    ["empty", "zst", Buffer.alloc(0)],
    ["one byte", "gz", Buffer.of(0x1f)],
  ])("of %s (%s) was not looked at", async (_how, ending, content) => {
    const whole = await put("beside/broker.log", Buffer.from(lager([eraF.create()])));
    const broken = await put(`beside/broker.log.1.${ending}`, content);
    const { document, exitCode } = await ask([whole, broken]);
    expect(exitCode).toBe(15);
    expect(document.coverage.find(({ file }) => file === broken)).toMatchObject({
      complete: false,
      why: expect.stringMatching(/breaks off before its first line/) as string,
    });
  });

  it("is not one that is empty and is called otherwise", async () => {
    const files = [
      await put("empty/a.log", Buffer.from(lager([eraF.create()]))),
      await put("empty/b.log", Buffer.alloc(0)),
    ];
    expect((await ask(files)).exitCode).toBe(17);
  });

  it("is not one whose file system names no size: that is read", async () => {
    const [file] = await new LocalLogFiles().open(["/proc/self/status"]).then(({ files }) => files);
    const lines: string[] = [];
    await new LocalLogFiles().search(
      [file!],
      { needles: ["Threads:"] },
      { found: (_file, { bytes }) => lines.push(Buffer.from(bytes).toString()) },
    );
    expect(lines.join()).toMatch(/^Threads:/);
  });
});

describe("a file that is no text", () => {
  const text = lager([eraF.create(), ...goodDeletion()]);
  const utf16 = Buffer.from(text, "utf16le");
  const born = Buffer.from(lager([eraF.create()]));
  it.each<[string, Uint8Array, RegExp]>([
    ["UTF-16 with its mark", Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), /it is UTF-16/],
    [
      "UTF-32",
      Buffer.from(
        Array.from(`\ufeff${text}`).flatMap((each) => [
          ...Buffer.from(Uint32Array.of(each.codePointAt(0) ?? 0).buffer),
        ]),
      ),
      /it is UTF-32/,
    ],
    ["UTF-16 without it", utf16, /it is UTF-16/],
    ["UTF-16, the other way round", Buffer.from(utf16).swap16(), /it is UTF-16/],
    ["packed twice", gzipSync(gzipSync(text)), /packed again \(gzip\)/],
    ["zlib", deflateSync(text), /packed with zlib/],
    ["lzma", Buffer.from([0x5d, 0, 0, 0x80, 0, 0xff, 0xff]), /packed with lzma/],
    ["bzip2", Buffer.from("BZh91AY&SY"), /packed with bzip2/],
    ["what is no zstd after a frame that is skipped", Buffer.concat([SKIPPED, Buffer.from("deadbeef", "hex")]), /zstd/],
    ["text with a hole of zeros", Buffer.concat([born, Buffer.alloc(5000), born]), /a hole of zeros/],
    ["zeros alone", Buffer.alloc(5000), /no line of it was understood/],
    [
      "noise",
      Buffer.from(Array.from({ length: 3000 }, (_each, at) => (at * at * 31 + at * 7 + (at >> 3)) % 256)),
      /% of its/,
    ],
  ])("is a hole beside a good one: %s", async (_name, bytes, why) => {
    const good = await put("good.log", lager([eraF.create()]));
    const bad = await put("bad.log", bytes);
    const { document, exitCode, table } = await ask([good, bad]);
    expect(document.coverage.find(({ file }) => file === bad)).toMatchObject({
      complete: false,
      why: expect.stringMatching(why) as string,
    });
    expect(table).toContain("bad.log");
    expect(exitCode).toBe(15);
  });

  it("is read behind the zeros that it begins with, and beside its copy (copytruncate)", async () => {
    const copy = await put("copy.log", lager([eraF.create()]) + text);
    const cut = await put("cut.log", Buffer.concat([Buffer.alloc(200_000), Buffer.from(text)]));
    const whole = await ask([await put("whole.log", lager([eraF.create()]) + text)]);
    const { document, exitCode } = await ask([copy, cut]);
    expect([document.coverage.every(({ complete }) => complete), exitCode]).toEqual([true, whole.exitCode]);
    expect(document.candidates.map(({ guid, kind, deletedAt }) => [guid, kind, deletedAt])).toEqual(
      whole.document.candidates.map(({ guid, kind, deletedAt }) => [guid, kind, deletedAt]),
    );
  });

  it("vouches for nothing if it is text of which no line is understood", async () => {
    const paths = [await put("good.log", lager([eraF.create()])), await put("plain.log", "nothing of ours\n")];
    const { table, exitCode } = await ask(paths);
    expect(table).toMatch(/plain\.log: no line of it was understood/);
    expect(exitCode).toBe(15);
  });
});
