// Prints how old the last run of each deep suite is (test/deep-run.json), in commits and days.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const git = (...words) => execFileSync("git", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
const files = git("ls-files", "test/*.deep.test.ts").split("\n");
const record = existsSync("test/deep-run.json") ? JSON.parse(readFileSync("test/deep-run.json", "utf8")).suites : [];
const known = record.filter(({ file }) => files.includes(file));
const red = known.filter(({ failed, skipped, passed }) => failed + skipped > 0 || passed === 0);
const ages = known.map(({ commit, date }) => ({ commits: since(commit), days: (Date.now() - Date.parse(date)) / 86_400_000 }));
const most = (name) => Math.floor(Math.max(0, ...ages.map((age) => age[name])));
console.log(
  `deep tests: ${known.length} of ${files.length} suites have a record; the oldest is ${most("commits")} commits and ${most("days")} days old`,
);
for (const { file, failed, skipped } of red) console.log(`deep tests: ${file}: ${failed} failed, ${skipped} skipped`);

function since(commit) {
  try {
    return Number(git("rev-list", "--count", `${commit}..HEAD`));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
