/** Answers of other shells, and answers that were cut; the ordinary answers are in the contract. */
import { describe, expect, it } from "vitest";
import { readLooks, readSearches } from "../../../src/docker/adapters/look-answer.ts";
import { bytesOf } from "../../../src/docker/adapters/sizes.ts";

const TERMS = { nameBytes: 100, entries: 10 };
const STAT = "S41ed 0 755 1790000000 4096 .\n\0D4096 100 50 10 5\n\0E\0";

describe("the answer of a look", () => {
  it("tells kinds by how often a name stands there", () => {
    const names = ["./base", "./base", "./k", "./k", "./PG_VERSION", "./link", "./link", "./link"].join("\0");
    expect(readLooks(`${STAT}${names}\0\0\0=\0`, ["a"], TERMS)).toMatchObject([
      {
        state: "seen",
        entries: [
          { name: "PG_VERSION", kind: "file" },
          { name: "base", kind: "directory" },
          { name: "k", kind: "directory" },
          { name: "link", kind: "other" },
        ],
        more: false,
        space: { bytes: 409_600, free: 204_800, inodes: 10, freeInodes: 5 },
      },
    ]);
  });

  it("does not say what a name is that may stand there more often than the room lets it", () => {
    const cut = `./${"x".repeat(40)}`;
    expect(readLooks(`${STAT}./a\0${cut}\0${cut}\0./xxxxxxxx\0\0=\0`, ["a"], TERMS)).toMatchObject([
      { state: "seen", entries: [{ name: "a", kind: "file" }], more: true },
    ]);
  });

  it("is unknown if it was cut, for this place and for all after it", () => {
    const answer = `A\0=\0${STAT}fPG_VER`;
    expect(readLooks(answer, ["a", "b", "c"], TERMS).map(({ state }) => state)).toEqual([
      "absent",
      "unknown",
      "unknown",
    ]);
  });

  it("is unknown, and not empty, if the directory could not be listed", () => {
    expect(readLooks(`${STAT}!\0\0\0=\0`, ["a"], TERMS)).toMatchObject([{ state: "unknown" }]);
  });

  it("does not believe a name that fills all the room to be whole", () => {
    const names = `./a\0./${"x".repeat(40)}\0./${"y".repeat(70)}`;
    const [looked] = readLooks(`${STAT}${names}\0\0=\0`, ["a"], TERMS);
    expect(looked).toMatchObject({ state: "seen", more: true, entries: [{ name: "a" }] });
  });

  it("counts a file as not read if its bytes did not come", () => {
    const stat = "S41ed 0 755 1790000000 4096 .\n8180 0 600 1790000000 3 PG_VERSION\n\0D\0E\0";
    expect(readLooks(`${stat}\0\0fPG_VERSION\0!\0=\0`, ["a"], TERMS)).toMatchObject([
      { files: [], unread: ["PG_VERSION"] },
    ]);
  });

  it("has the target of a link beside what was not read", () => {
    const [looked] = readLooks(`${STAT}\0\0upg_wal\0l/walvol/pg_wal\0upipe\0=\0`, ["a"], TERMS);
    expect(looked).toMatchObject({ unread: ["pg_wal", "pipe"], links: new Map([["pg_wal", "/walvol/pg_wal"]]) });
  });

  it("has no inodes if the file system counts none", () => {
    const [looked] = readLooks("S41ed 0 755 1 4096 .\n\0D4096 100 50 0 0\n\0E\0\0\0=\0", ["a"], TERMS);
    expect(looked).toMatchObject({ space: { inodes: undefined, freeInodes: undefined } });
  });
});

describe("the answer of a search", () => {
  it("is unknown if part of the directory could not be searched", () => {
    expect(readSearches("P\0./a\0!\0\0\0=\0", ["a"], 100)).toMatchObject([{ state: "unknown" }]);
  });
});

describe("a size as docker shows it", () => {
  it.each([
    ["0B", 0],
    ["41.1MB", 41_100_000],
    ["12.3kB (virtual 211MB)", 12_300],
    ["1.2TB", 1.2e12],
    ["N/A", undefined],
  ])("%s is %s bytes", (text, bytes) => {
    expect(bytesOf(text)).toBe(bytes);
  });
});
