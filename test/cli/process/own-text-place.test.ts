/** Files that a person asked for, and the things that may lie there already. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { writeOwnText } from "../../../src/cli/process/own-text.ts";
import { testDirectory } from "../../directory.ts";

let place: string;
beforeEach(() => (place = testDirectory()));

const modeOf = (path: string): number => lstatSync(path).mode & 0o777;

describe("a file that a person asked for", () => {
  it("is its owner's alone", () => {
    writeOwnText(join(place, "report.md"), "new", "");
    expect(modeOf(join(place, "report.md"))).toBe(0o600);
  });

  it.each([0o644, 0o640, 0o600])(
    "takes the place of the one before, which is whole until then, shared as it (%i)",
    (mode) => {
      const [file, before] = [join(place, "report.md"), join(place, "before")];
      writeFileSync(file, "old");
      chmodSync(file, mode);
      linkSync(file, before);
      writeOwnText(file, "new", "");
      expect(readFileSync(file, "utf8")).toBe("new");
      expect(readFileSync(before, "utf8")).toBe("old");
      expect(modeOf(file)).toBe(mode);
      expect(readdirSync(place).sort()).toEqual(["before", "report.md"]);
    },
  );

  it.each(["precious", "nothing"])("takes the place of a link to %s, and is not written through it", (target) => {
    const [file, precious] = [join(place, "report.md"), join(place, "precious")];
    writeFileSync(precious, "mine");
    symlinkSync(target, file);
    writeOwnText(file, "new", "");
    expect(lstatSync(file).isFile()).toBe(true);
    expect(readFileSync(precious, "utf8")).toBe("mine");
    expect(readdirSync(place).sort()).toEqual(["precious", "report.md"]);
  });

  it("takes the place of a link in memory that all may write in", () => {
    const shared = mkdtempSync("/dev/shm/own-text-");
    try {
      const [file, precious] = [join(shared, "report.md"), join(place, "precious")];
      writeFileSync(precious, "mine");
      symlinkSync(precious, file);
      writeOwnText(file, "new", "");
      expect(lstatSync(file).isFile()).toBe(true);
      expect(readFileSync(precious, "utf8")).toBe("mine");
    } finally {
      rmSync(shared, { recursive: true });
    }
  });

  it("is written to an open file by the name that the system gives it, and to a pipe", () => {
    const script = join(place, "write.mts");
    const source = join(import.meta.dirname, "../../../src/cli/process/own-text.ts");
    writeFileSync(
      script,
      `import { writeOwnText } from ${JSON.stringify(source)};\nwriteOwnText(process.argv[2], "new", "");\n`,
    );
    const run = (line: string): string =>
      execFileSync("bash", ["-c", line, "bash", process.execPath, script], { encoding: "utf8" });
    const kept = join(place, "kept");
    expect(run(`"$1" "$2" /dev/stdout | cat`)).toBe("new");
    run(`"$1" "$2" /dev/stdout > '${kept}'`);
    expect(readFileSync(kept, "utf8")).toBe("new");
    expect(lstatSync("/dev/stdout").isSymbolicLink()).toBe(true);
    expect(run(`mkfifo '${place}/pipe'; "$1" "$2" '${place}/pipe' & cat '${place}/pipe'; wait`)).toBe("new");
    expect(lstatSync(join(place, "pipe")).isFIFO()).toBe(true);
  });

  it("that cannot be written is told, and leaves nothing beside it", () => {
    mkdirSync(join(place, "directory"));
    writeFileSync(join(place, "file"), "mine");
    for (const file of ["directory", "file/report.md", "no/where.md"].map((name) => join(place, name)))
      expect(() => writeOwnText(file, "new", "Name another.")).toThrow(
        expect.objectContaining({ code: "usage", remedy: "Name another.", place: file }),
      );
    expect(readdirSync(place).sort()).toEqual(["directory", "file"]);
  });
});
