import { readFileSync } from "node:fs";
import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { Damaged } from "../../../src/kit/damaged.ts";
import { placeOf } from "../../../src/archive/tar/place.ts";
import { readTar } from "../../../src/archive/tar/members.ts";
import { mostUnpacked } from "../../../src/archive/tar/most-unpacked.ts";
import { tarEntry, tarOf } from "../tar-builder.ts";

/** Each piece is overwritten when the next is asked for, as the unpackers do it. */
async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const room = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    room.set(piece);
    yield room.subarray(0, piece.length);
    room.fill(0xee);
  }
}

interface Seen {
  readonly kind: string;
  readonly name: string;
  readonly link: string;
  readonly content: Buffer;
}

async function members(bytes: Uint8Array, size = 700): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  await readTar(
    inPieces(bytes, size),
    async ({ kind, name, link }, body) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of body) pieces.push(Buffer.from(piece));
      seen.push({ kind, name, link, content: Buffer.concat(pieces) });
    },
    { most: mostUnpacked(bytes.length) },
  );
  return seen;
}

const LONG = `base/${"deep/".repeat(30)}${"x".repeat(60)}`;
const LONGER = `base/${"y".repeat(130)}/${"z".repeat(120)}`;
const PATTERN = Buffer.concat(
  Array.from({ length: 40 }, () => Buffer.from(Array.from({ length: 256 }, (_none, byte) => byte))),
);
const EXPECTED = [
  ["directory", "", ""],
  ["file", "PG_VERSION", "9.6\n"],
  ["directory", "base", ""],
  ["file", LONG, "long\n"],
  ["file", LONGER, "longer\n"],
  ["file", "base/été", "utf-8\n"],
  ["file", "base/1", PATTERN.toString("latin1")],
  ["link", "pg_log", "../elsewhere"],
  ["link", "base/link", "1"],
  ["file", "empty", ""],
];

const archive = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/archive/tar/${name}.tar`, import.meta.url));

describe("a tar archive of headers alone", () => {
  const pax = (): Buffer => tarEntry("x", { type: "x", content: "11 a=12345\n" });
  const nothing = async (): Promise<void> => undefined;

  /** Without an end: a reader that goes on would never come back. */
  async function* endless(entry: Buffer): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.from(entry);
  }

  it("that never come to a member is given up", async () => {
    for (const entry of [pax(), tarEntry("x", { type: "g", content: "" }), tarEntry("x", { type: "L", content: "n" })])
      await expect(readTar(endless(entry), nothing, { most: Number.POSITIVE_INFINITY })).rejects.toMatchObject({
        damage: "too-large",
      });
  });

  it("of members without a content is given up before they fill the memory and the disk", async () => {
    let seen = 0;
    const count = async (): Promise<void> => void (seen += 1);
    const limits = { most: Number.POSITIVE_INFINITY, mostMembers: 1_000 };
    await expect(readTar(endless(tarEntry("d/", { type: "5" })), count, limits)).rejects.toMatchObject({
      damage: "too-large",
    });
    expect(seen).toBe(1_000);
  });

  it("whose filling never ends is given up at the limit", async () => {
    async function* filled(): AsyncGenerator<Uint8Array> {
      yield tarOf(tarEntry("a"));
      yield* endless(Buffer.alloc(4096));
    }
    await expect(readTar(filled(), nothing, { most: 1_000_000 })).rejects.toMatchObject({ damage: "too-large" });
  });

  it("is read if some stand before one member, as several programs write them", async () => {
    const bytes = tarOf(pax(), pax(), tarEntry("x", { type: "L", content: "long\0" }), tarEntry("short"));
    expect((await members(bytes)).map(({ name }) => name)).toEqual(["long"]);
  });
});

describe.each(["python-pax", "python-gnu", "go"])("the tar archive %s", (name) => {
  const bytes = archive(name);

  it("gives the members that were put in, with their long names, in whatever pieces it comes", async () => {
    for (const size of [1, 511, 10_000, bytes.length]) {
      const seen = await members(bytes, size);
      const shown = seen.map(({ kind, name: path, link, content }) => [
        kind,
        path.replace(/^\/|\/$/g, ""),
        kind === "link" ? link : content.toString("latin1"),
      ]);
      expect(shown).toEqual(EXPECTED);
    }
  });

  it("is refused when it is cut before its end mark, and when anything but zeros follows", async () => {
    const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
    await fc.assert(
      fc.asyncProperty(fc.nat(end), async (length) => {
        await expect(members(bytes.subarray(0, length))).rejects.toBeInstanceOf(Damaged);
      }),
      { numRuns: 30 },
    );
    await expect(members(Buffer.concat([bytes, Buffer.from("x")]))).rejects.toMatchObject({ damage: "trailing" });
  });

  it("with any changed byte is read or refused, but never breaks the reader", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, value) => {
        const changed = Buffer.from(bytes);
        changed[at] = value;
        await members(changed).catch((error: unknown) => expect(error).toBeInstanceOf(Damaged));
      }),
    );
  });
});

describe("a tar archive that holds what no backup holds", () => {
  it.each([
    ["a hard link", tarEntry("base/1", { type: "1", link: "/etc/passwd" })],
    ["a character device", tarEntry("base/null", { type: "3" })],
    ["a block device", tarEntry("base/sda", { type: "4" })],
    ["a named pipe", tarEntry("base/pipe", { type: "6" })],
    ["a sparse file of GNU", tarEntry("base/sparse", { type: "S" })],
    ["a sparse file in pax", tarEntry("pax", { type: "x", content: "22 GNU.sparse.major=1\n" })],
    ["a member of an unknown kind", tarEntry("base/z", { type: "Z" })],
    ["a directory with a content", tarEntry("base/", { type: "5", content: "x" })],
    ["one name for all members", tarEntry("pax", { type: "g", content: "16 path=etc/foo\n" })],
    ["a pax record that is not whole", tarEntry("pax", { type: "x", content: "99 path=x\n" })],
    ["a size that is none", tarEntry("pax", { type: "x", content: "12 size=-1x\n" })],
  ])("is refused: %s", async (_what, entry) => {
    await expect(members(tarOf(entry))).rejects.toBeInstanceOf(Damaged);
  });

  it("is refused for a name that is longer than any path", async () => {
    const name = tarEntry("././@LongLink", { type: "L", content: "x".repeat(100_000) });
    await expect(members(tarOf(name, tarEntry("a")))).rejects.toMatchObject({ damage: "too-large" });
  });

  it("is refused for a size that no file has, before anything is kept of it", async () => {
    const huge = tarEntry("base/1", { size: "\x80\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff" });
    await expect(members(tarOf(huge))).rejects.toMatchObject({ damage: "too-large" });
    const large = tarEntry("base/1", { size: "77777777777\0" });
    await expect(members(tarOf(large))).rejects.toMatchObject({
      damage: "too-large",
      message: "a file in it claims to have 8589934591 bytes",
    });
    const pax = tarEntry("pax", { type: "x", content: "25 size=4503599627370496\n" });
    await expect(members(tarOf(pax, tarEntry("base/1")))).rejects.toMatchObject({ damage: "too-large" });
  });

  it("may hold the largest files of a database, whatever few bytes they are packed into", async () => {
    // A cut archive is found when its body is read: the size itself was taken.
    for (const size of ["10000000000", "14000000000"]) {
      const entry = tarEntry("base/1", { size: `${size}\0` });
      await expect(members(tarOf(entry))).rejects.toMatchObject({ damage: "cut" });
    }
    expect(mostUnpacked(5 * 2 ** 30)).toBeGreaterThan(5 * 2 ** 40);
  });
});

describe("a name with tens of thousands of slashes", () => {
  it("has its place at once", () => {
    const slashes = "/".repeat(60_000);
    expect(() => placeOf(`a${slashes}b`, false)).toThrow("leads out of the data directory");
    expect(placeOf(`a${slashes}`, false)).toEqual({ kind: "keep", path: "a" });
  });
});
