// Adds up what the test runs wrote and prints the closing table and line. A skipped test, or a run that wrote nothing, fails.
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const [directory, failedBefore] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
const suites = [];
const secondTries = [];
const SLOWEST = 10;
const again = new Map((read("again.json")?.testResults ?? []).map((suite) => [suite.name, suite]));
for (const name of ["unit.json", "gate.json"]) {
  const result = read(name);
  if (result === undefined) {
    console.log(`failed: ${name}: no tests were run`);
    total.failed += 1;
    continue;
  }
  for (const first of result.testResults) {
    suites.push({ name: relative(process.cwd(), first.name), ms: first.endTime - first.startTime });
    const second = name === "gate.json" ? again.get(first.name) : undefined;
    if (second !== undefined) {
      tellFailures(first, "failed at first");
      secondTries.push(relative(process.cwd(), first.name));
    }
    const suite = second ?? first;
    add(suite);
    tell(suite);
  }
}

console.log("seconds  step");
for (const line of readFileSync(join(directory, "steps"), "utf8").trim().split("\n")) {
  const [seconds, ...name] = line.split(" ");
  row(seconds, name.join(" "));
}
console.log("seconds  slowest files");
for (const { name, ms } of suites.sort((one, other) => other.ms - one.ms).slice(0, SLOWEST))
  row(Math.round(ms / 1000), name);
for (const name of secondTries) console.log(`second try: ${name}`);

if (failedBefore === "1" && total.failed === 0) total.failed = 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.skipped === 0 && total.passed > 0 ? 0 : 1);

function row(seconds, name) {
  console.log(`${String(seconds).padStart(7)}  ${name}`);
}

function read(name) {
  const file = join(directory, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

function add({ status, assertionResults }) {
  const count = (wanted) => assertionResults.filter((test) => wanted.includes(test.status)).length;
  const failures = count(["failed"]);
  total.passed += count(["passed"]);
  // A suite that could not be set up has no failed test, only skipped ones.
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
    for (const each of failureMessages) console.log(beginning(each));
  }
}

function beginning(message) {
  const lines = message.split("\n").filter((line) => !/^\s+at .*node_modules/.test(line));
  return lines.slice(0, 25).map((line) => `    ${line.slice(0, 1_500)}`).join("\n");
}
