import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeMetrics } from "../../src/cli/alert-channel.js";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "metrics-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

describe("a file of metrics", () => {
  it("is there whole for the collector to read, and nothing beside it", () => {
    const directory = join(place, "made", "on", "the", "way");
    for (const text of ["up 1\n", "up 2\n"]) writeMetrics(directory, "a.prom", text);
    expect(readdirSync(directory)).toEqual(["a.prom"]);
    expect(readFileSync(join(directory, "a.prom"), "utf8")).toBe("up 2\n");
    expect(statSync(join(directory, "a.prom")).mode & 0o777).toBe(0o644);
  });

  it("takes the place of a link that somebody left there, and is not written through it", () => {
    const precious = join(place, "precious");
    writeFileSync(precious, "mine");
    for (const name of ["a.prom", `a.prom.${process.pid}`]) symlinkSync(precious, join(place, name));
    writeMetrics(place, "a.prom", "up 1\n");
    expect(readFileSync(precious, "utf8")).toBe("mine");
    expect(lstatSync(join(place, "a.prom")).isFile()).toBe(true);
  });

  it("goes into a directory that is a link", () => {
    mkdirSync(join(place, "real"));
    symlinkSync("real", join(place, "link"));
    writeMetrics(join(place, "link"), "a.prom", "up 1\n");
    expect(readdirSync(join(place, "real"))).toEqual(["a.prom"]);
  });

  it("that cannot be written is told, and leaves nothing", () => {
    mkdirSync(join(place, "a.prom"));
    writeFileSync(join(place, "file"), "");
    for (const directory of [place, join(place, "file")])
      expect(() => writeMetrics(directory, "a.prom", "up 1\n")).toThrow(
        expect.objectContaining({ code: "state-dir-unusable", exitCode: 15 }),
      );
    expect(readdirSync(place).sort()).toEqual(["a.prom", "file"]);
  });
});
