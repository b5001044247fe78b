/** A file whose name takes no other file, or that is protected: by the system itself if it lets the test make one. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { testDirectory } from "../../directory.ts";

const [NOBODY, OTHER] = [65534, 65533];
const isRoot = process.getuid?.() === 0;
const maps = isRoot ? ["-m"] : ["-rm"];
const mayMount = spawnSync("unshare", [...maps, "true"]).status === 0;

let place: string;
let file: string;
let script: string;
beforeEach(() => {
  place = testDirectory();
  chmodSync(place, 0o755);
  mkdirSync(join(place, "in"));
  file = join(place, "in", "report.md");
  writeFileSync(file, "older than it");
  script = join(place, "write.mts");
  const source = join(import.meta.dirname, "../../../src/cli/process/own-text.ts");
  // Root may write everything, so another account is asked for writes that must fail.
  writeFileSync(
    script,
    `import { writeOwnText } from ${JSON.stringify(source)};
if (process.argv[3]) { process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY}); }
try { writeOwnText(process.argv[2], "new", ""); } catch (error) { console.log(error.message); }`,
  );
});

const written = (as = isRoot ? "nobody" : ""): string =>
  execFileSync(process.execPath, [script, file, as], { encoding: "utf8" });

function give(path: string, owner: number): void {
  if (isRoot) chownSync(path, owner, owner);
}

describe("a file that is there", () => {
  it("is left as it is if its owner protected it", () => {
    chmodSync(file, 0o444);
    give(join(place, "in"), NOBODY);
    give(file, NOBODY);
    expect(written()).toContain("cannot be written");
    expect(readFileSync(file, "utf8")).toBe("older than it");
    expect(readdirSync(join(place, "in"))).toEqual(["report.md"]);
  });

  it("is written if its directory may not be", () => {
    chmodSync(file, 0o666);
    chmodSync(join(place, "in"), 0o555);
    expect(written()).toBe("");
    chmodSync(join(place, "in"), 0o755);
    expect(readFileSync(file, "utf8")).toBe("new");
  });

  it.runIf(isRoot)("is written where it is another user's and its directory sticky", () => {
    chmodSync(file, 0o666);
    chmodSync(join(place, "in"), 0o1777);
    give(join(place, "in"), OTHER);
    give(file, OTHER);
    expect(written()).toBe("");
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(lstatSync(file).uid).toBe(OTHER);
    expect(readdirSync(join(place, "in"))).toEqual(["report.md"]);
  });

  it.runIf(isRoot)("is not shared as another user's was that lay under its name", () => {
    chmodSync(file, 0o666);
    give(file, OTHER);
    expect(written("")).toBe("");
    expect(lstatSync(file)).toMatchObject({ uid: 0, mode: 0o100600 });
  });

  it.runIf(mayMount)("is written where it is mounted", () => {
    const mounted = join(place, "mounted");
    writeFileSync(mounted, "older than it");
    const line = `mount --bind "$1" "$2" && exec "$3" "$4" "$2"`;
    const words = ["bash", mounted, file, process.execPath, script];
    expect(execFileSync("unshare", [...maps, "bash", "-c", line, ...words], { encoding: "utf8" })).toBe("");
    expect(readFileSync(mounted, "utf8")).toBe("new");
    expect(readFileSync(file, "utf8")).toBe("older than it");
    expect(readdirSync(join(place, "in"))).toEqual(["report.md"]);
  });
});
