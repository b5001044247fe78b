/** The picture of an archive in a terminal and on a page. The goldens are to be looked at: `npx vitest run -u` writes them. */
import { describe, expect, it } from "vitest";
import { Axis, type Drawn } from "../../../src/archive/picture/scene.ts";
import { svgPicture } from "../../../src/archive/picture/svg.ts";
import { terminalPicture } from "../../../src/archive/picture/terminal.ts";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import { verifyArchive } from "../../../src/archive/judgement/verify.ts";
import { lzop } from "../../../src/rehearsal/world/formats/lzop.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { add, lzopLike, OLD, sampleArchive, segment, sentinelText, stamp } from "../sample-archive.ts";

const SCREEN = { width: 80, unicode: true };
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** A failover in segment 25, three base backups of which the last is broken, and a gap. */
function eventful(): MemoryObjectStore {
  const store = sampleArchive({ segments: numbers(1, 40) });
  const history = lzop([Buffer.from("1\t0/19000098\tno recovery target specified\n")], { mtime: 0, fileMode: 0 });
  add(store, "wal_005/00000002.history.lzo", history);
  for (const number of numbers(25, 89).filter((each) => each !== 60))
    add(store, `wal_005/${segment(number, 2)}.lzo`, lzopLike(`2 ${number}`), { lastModified: stamp(number) });
  for (const [number, parts] of [
    [30, 1],
    [50, 0],
  ] as const) {
    const name = `basebackups_005/base_${segment(number, 2)}_00000040`;
    const seed = { lastModified: stamp(number) };
    add(store, `${name}/extended_version.txt`, "PostgreSQL 9.6.24 on x86_64", seed);
    if (parts > 0) add(store, `${name}/tar_partitions/part_00000000.tar.lzo`, lzopLike("part"), seed);
    add(store, `${name}_backup_stop_sentinel.json`, sentinelText(segment(number, 2)), seed);
  }
  return store;
}

const drawn = async (store: MemoryObjectStore): Promise<Drawn> =>
  verifyArchive(await readArchive(store.reader(), OLD, { times: true }), { restorer: "person" });

describe("the picture in a terminal", () => {
  it("shows timelines, base backups, gaps and the recovery point within 80 columns", async () => {
    const verdict = await drawn(eventful());
    const lines = terminalPicture(verdict, SCREEN);
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("goldens/eventful.txt");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("is the same in ASCII for a dumb terminal, a file or a locale without UTF-8", async () => {
    const lines = terminalPicture(await drawn(eventful()), { ...SCREEN, unicode: false });
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("goldens/eventful-ascii.txt");
    expect(lines.join("")).toMatch(/^[ -~]*$/);
  });

  it("is small for a small archive, and nothing for one without WAL", async () => {
    await expect(`${terminalPicture(await drawn(sampleArchive()), SCREEN).join("\n")}\n`).toMatchFileSnapshot(
      "goldens/plain.txt",
    );
    expect(terminalPicture(await drawn(sampleArchive({ segments: [] })), SCREEN)).toEqual([]);
  });

  it("shows a gap of one segment among thousands, and thousands beside a hole of billions", async () => {
    const store = sampleArchive({ segments: numbers(1, 3000).filter((number) => number !== 1500) });
    expect(terminalPicture(await drawn(store), SCREEN)[0]).toMatch(/━×─/);
    add(store, "wal_005/00000001FFFFFFFF000000FF.lzo", lzopLike("far"));
    const [line = ""] = terminalPicture(await drawn(store), SCREEN);
    expect(line).toMatch(/━{20,}×─{20,}×+─$/);
  });

  it("says the recovery point within the width, wherever it lies", async () => {
    for (const last of numbers(2, 40)) {
      const store = sampleArchive({ segments: numbers(1, 40).filter((number) => number !== last + 1) });
      for (const width of [40, 60, 80, 100])
        for (const line of terminalPicture(await drawn(store), { width, unicode: false }))
          expect(line.length, line).toBeLessThanOrEqual(Math.max(60, width));
    }
  });

  it("keeps to the newest twelve timelines and says so", async () => {
    const store = sampleArchive();
    for (const timeline of numbers(2, 20)) add(store, `wal_005/${segment(7, timeline)}.lzo`, lzopLike(`${timeline}`));
    const lines = terminalPicture(await drawn(store), SCREEN);
    expect(lines.filter((line) => line.includes("timeline "))).toHaveLength(12);
    expect(lines.at(-1)).toBe("  8 older timelines are not shown");
  });
});

describe("the picture on a page", () => {
  it("names both ends, says which timelines have no room, and cuts a long title in its middle", async () => {
    const store = sampleArchive();
    for (const timeline of numbers(2, 20)) add(store, `wal_005/${segment(7, timeline)}.lzo`, lzopLike(`${timeline}`));
    const svg = svgPicture(await drawn(store), `s3://bucket/${"deep/".repeat(60)}wal`);
    expect(svg).toContain(`from ${segment(7, 9)}, 8 older timelines not shown<`);
    expect(svg).toContain(`to ${segment(7, 20)}<`);
    const [, title = ""] = /class="strong"[^>]*>([^<]*)</.exec(svg) ?? [];
    expect(title).toMatch(/^s3:.{50,}….{50,}wal$/);
  });

  it("marks the base backup that is taken, and no other", async () => {
    const svg = svgPicture(await drawn(eventful()), "s3://bucket/wal");
    expect(svg.match(/<polygon class="taken"/g)).toHaveLength(1);
    expect(svg.match(/<polygon class="broken"/g)).toHaveLength(1);
  });

  it("shows the same, for light and dark, with nothing from elsewhere", async () => {
    const svg = svgPicture(await drawn(eventful()), "s3://our-postgresql-backups/backups/6e101b27/wal");
    await expect(svg).toMatchFileSnapshot("goldens/eventful.svg");
    expect(svg).toContain("prefers-color-scheme:dark");
    expect(svg.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|href|url\(|<script|@import/);
  });

  it("takes no text for markup", async () => {
    const svg = svgPicture(await drawn(sampleArchive()), `s3://b/<script>"'&\u0000\ud800`);
    expect(svg).toContain("s3://b/&#60;script&#62;&#34;&#39;&#38;\ufffd\ufffd");
    expect(svg).not.toContain("<script");
  });

  it("is there for an archive without WAL as well", async () => {
    expect(svgPicture(await drawn(sampleArchive({ segments: [] })), "x")).toMatch(/^<svg [^]*<\/svg>\n$/);
  });
});

describe("the axis of a picture", () => {
  it("grows with the numbers, from 0 to 1", () => {
    const axis = new Axis([
      { first: 10, last: 19 },
      { first: 5_000_000, last: 5_000_009 },
    ]);
    const places = [10, 15, 20, 2_500_000, 5_000_000, 5_000_005, 5_000_010].map((number) => axis.at(number));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect([places[0], places.at(-1)]).toEqual([0, 1]);
    expect(new Set(places).size).toBe(places.length);
  });
});
