// Prints the suites that failed, one path a line, when they are few: each may be run again, alone. Many failures are no
// accident of a busy machine.
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

const [file] = process.argv.slice(2);
const MOST = 2;
const suites = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).testResults : [];
const failed = suites.filter(({ status }) => status !== "passed").map(({ name }) => relative(process.cwd(), name));
if (failed.length <= MOST) for (const name of failed) console.log(name);
