// npm run test:deep [-- FILE…]: runs the deep suites, or those that FILE names, and writes how each of them ended to
// test/deep-run.json. Ends with 1 if a test failed or was skipped, or if no test was run.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";

const RECORD = "test/deep-run.json";
const SAMPLED = ["CRASH_STRIDE", "FAULT_SCHEDULES"].filter((name) => process.env[name] !== undefined);

const room = mkdtempSync(join(tmpdir(), "dingo-recover-deep-"));
const results = join(room, "deep.json");
const words = ["vitest", "run", "--project", "deep", ...process.argv.slice(2)];
const { status } = spawnSync("npx", words, {
  stdio: "inherit",
  env: { ...process.env, VITEST_RESULTS_FILE: results },
});
const suites = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")).testResults.map(suite) : [];
rmSync(room, { recursive: true });

if (SAMPLED.length > 0) console.log(`${SAMPLED.join(" and ")} took a sample: ${RECORD} stays as it is`);
else if (suites.length > 0) write(suites);
const sum = (name) => suites.reduce((total, each) => total + each[name], 0);
console.log(`deep: ${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exit(status === 0 && sum("passed") > 0 && sum("failed") === 0 && sum("skipped") === 0 ? 0 : 1);

function suite({ name, status: end, startTime, endTime, assertionResults }) {
  const count = (...wanted) => assertionResults.filter((test) => wanted.includes(test.status)).length;
  const failed = count("failed");
  return {
    file: relative(process.cwd(), name),
    commit: execFileSync("git", ["rev-parse", "--short=12", "HEAD"], { encoding: "utf8" }).trim(),
    date: new Date(startTime).toISOString().slice(0, 10),
    cores: availableParallelism(),
    seconds: Math.round((endTime - startTime) / 1000),
    passed: count("passed"),
    // A suite that could not be set up has no failed test, only skipped ones.
    failed: failed === 0 && end !== "passed" ? 1 : failed,
    skipped: count("pending", "skipped", "todo", "disabled"),
  };
}

/** Each suite keeps its last run, so that the suites may be run in several calls. A suite that is gone goes here too. */
function write(ran) {
  const before = existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, "utf8")).suites : [];
  const kept = before.filter(({ file }) => existsSync(file) && !ran.some((each) => each.file === file));
  const all = [...kept, ...ran].sort((one, other) => (one.file < other.file ? -1 : 1));
  writeFileSync(RECORD, `${JSON.stringify({ suites: all }, undefined, 2)}\n`);
}
