/**
 * Notes in dist/build.json which sources it was built of: the commit, its time, and whether something had been changed since.
 * Outside a clone it says nothing of them.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @param {readonly string[]} words */
function git(...words) {
  const { status, stdout } = spawnSync("git", words, { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

// A clone of somebody else around an unpacked package is not what this was built of.
const isClone = git("rev-parse", "--show-prefix") === "";
const [commit, committedAt] = isClone ? (git("log", "-1", "--format=%H %cI") ?? "").split(" ") : [];
const stamp = commit ? { commit, committedAt, changed: git("status", "--porcelain") !== "" } : {};
writeFileSync(fileURLToPath(new URL("../dist/build.json", import.meta.url)), `${JSON.stringify(stamp)}\n`);
