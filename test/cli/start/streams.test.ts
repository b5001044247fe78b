/** The streams of the program, as a shell connects them. */
import { spawnSync } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TOOL } from "../../tool.ts";
import { fileDirectory } from "../../directory.ts";

const directory = fileDirectory();

const GUID = "12345678-1234-1234-1234-123456789abc";
const removed = JSON.stringify({
  timestamp: "1458195017.896692991",
  source: "dingo-postgresql-broker",
  message: "dingo-postgresql-broker.remove-random-node.perform",
  log_level: 1,
  data: { cell: "10.10.5.3", "instance-id": GUID, "node-uuid": "87654321-4321-4321-4321-cba987654321" },
});

describe("the program", () => {
  it("says the same to a pipe and to a file, and nothing of a stdout that is closed", () => {
    const log = join(directory, "broker.log");
    writeFileSync(log, `${removed}\n`);
    const words = [TOOL, "discover", "--json", "--logs", log];
    const piped = spawnSync(process.execPath, words, { encoding: "utf8" });
    expect(piped.stdout).toContain(GUID);
    const path = join(directory, "out");
    const filed = spawnSync(process.execPath, words, {
      encoding: "utf8",
      stdio: ["ignore", openSync(path, "w"), "pipe"],
    });
    expect(readFileSync(path, "utf8")).toBe(piped.stdout);
    expect([piped.status, piped.stderr]).toEqual([filed.status, filed.stderr]);
    const closed = spawnSync("bash", ["-c", `exec "$@" >&-`, "bash", process.execPath, ...words], { encoding: "utf8" });
    expect(closed.stderr).toBe("");
  });

  it.each(["show drill", "show --help"])("says in a sentence that a full disk takes no more of %s", (words) => {
    const command = `"$@" > /dev/full`;
    const program = [process.execPath, TOOL, ...words.split(" ")];
    const { stderr, status } = spawnSync("bash", ["-c", command, "bash", ...program], { encoding: "utf8" });
    expect({ stderr, status }).toEqual({
      stderr: `error: standard output cannot be written: the disk is full
  Make room there, or lead the output elsewhere.
  (output-unwritable)
`,
      status: 15,
    });
  });

  it("ends as a program that SIGPIPE ended if its reader is gone", () => {
    const log = join(directory, "gone.log");
    writeFileSync(log, `${removed}\n`);
    const command = `"$@" | true; echo "\${PIPESTATUS[0]}"`;
    const words = [process.execPath, TOOL, "discover", "--json", "--logs", log];
    expect(spawnSync("bash", ["-c", command, "bash", ...words], { encoding: "utf8" }).stdout.trim()).toBe("141");
  });
});
