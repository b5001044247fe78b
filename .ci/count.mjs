// Adds up what the test runs wrote and prints the closing line. A skipped test, or a run that wrote nothing, fails.
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const [directory, failedBefore] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of ["unit.json", "exhaustive.json", "real.json"]) {
  const file = join(directory, name);
  if (!existsSync(file)) {
    console.log(`${name}: no tests were run`);
    total.failed += 1;
    continue;
  }
  const result = JSON.parse(readFileSync(file, "utf8"));
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests + (result.numFailedTestSuites > 0 && result.numFailedTests === 0 ? result.numFailedTestSuites : 0);
  total.skipped += result.numPendingTests + result.numTodoTests;
  for (const suite of result.testResults) {
    // What could not even be set up has no failed test of its own, only skipped ones.
    if (suite.message) console.log(`failed: ${relative(process.cwd(), suite.name)}\n${beginning(suite.message)}`);
    for (const test of suite.assertionResults) {
      if (test.status === "passed") continue;
      console.log(`${test.status}: ${test.fullName}`);
      // Why is told here as well: what a suite printed may be thousands of lines above.
      for (const message of test.failureMessages ?? []) console.log(beginning(message));
    }
  }
}

function beginning(message) {
  const lines = message.split("\n").filter((line) => !/^\s+at .*node_modules/.test(line));
  return lines.slice(0, 25).map((line) => `    ${line.slice(0, 500)}`).join("\n");
}

if (failedBefore === "1" && total.failed === 0) total.failed = 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.skipped === 0 && total.passed > 0 ? 0 : 1);
