// Adds up what the test runs wrote and prints the closing line. A skipped test, or a run that wrote nothing, fails.
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const [directory, failedBefore] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
const durations = [];
const LONGEST = 24;
const again = suitesOf(read("again/real.json"));
for (const name of ["unit.json", "exhaustive.json", "real.json"]) {
  const result = read(name);
  if (result === undefined) {
    console.log(`${name}: no tests were run`);
    total.failed += 1;
    continue;
  }
  console.log(`${name}: ${seconds(timeOf(result))}`);
  for (const first of result.testResults) {
    durations.push({ name: relative(process.cwd(), first.name), ms: first.endTime - first.startTime });
    const second = name === "real.json" ? again.get(first.name) : undefined;
    if (second !== undefined) tellFailures(first, "failed at first, then run again alone");
    const suite = second ?? first;
    add(suite);
    tell(suite);
  }
}

console.log("the longest suites:");
for (const { name, ms } of durations.sort((one, other) => other.ms - one.ms).slice(0, LONGEST))
  console.log(`    ${seconds(ms).padStart(7)} ${name}`);

if (failedBefore === "1" && total.failed === 0) total.failed = 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.skipped === 0 && total.passed > 0 ? 0 : 1);

function read(name) {
  const file = join(directory, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

function suitesOf(result) {
  return new Map((result?.testResults ?? []).map((suite) => [suite.name, suite]));
}

function add({ status, assertionResults }) {
  const count = (wanted) => assertionResults.filter((test) => wanted.includes(test.status)).length;
  const failures = count(["failed"]);
  total.passed += count(["passed"]);
  // What could not even be set up has no failed test of its own, only skipped ones.
  total.failed += failures === 0 && status !== "passed" ? 1 : failures;
  total.skipped += count(["pending", "skipped", "todo", "disabled"]);
}

function tell(suite) {
  tellFailures(suite, "failed");
  for (const { status, fullName } of suite.assertionResults)
    if (status !== "passed" && status !== "failed") console.log(`${status}: ${fullName}`);
}

function tellFailures({ name, message, assertionResults }, word) {
  if (message) console.log(`${word}: ${relative(process.cwd(), name)}\n${beginning(message)}`);
  for (const { status, fullName, failureMessages = [] } of assertionResults) {
    if (status !== "failed") continue;
    console.log(`${word}: ${fullName}`);
    // Why is told here as well: what a suite printed may be thousands of lines above.
    for (const each of failureMessages) console.log(beginning(each));
  }
}

function timeOf({ startTime, testResults }) {
  return Math.max(startTime, ...testResults.map(({ endTime }) => endTime)) - startTime;
}

function seconds(ms) {
  return `${Math.round(ms / 1000)} s`;
}

function beginning(message) {
  const lines = message.split("\n").filter((line) => !/^\s+at .*node_modules/.test(line));
  return lines.slice(0, 25).map((line) => `    ${line.slice(0, 1_500)}`).join("\n");
}
