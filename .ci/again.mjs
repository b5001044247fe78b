// Prints the real-peer suites that failed, one path a line, when they are few: then each may be run again, alone. Many
// failures are no accident of a busy machine.
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const [directory] = process.argv.slice(2);
const file = join(directory, "real.json");
const MOST = 3;
const suites = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).testResults : [];
const failed = suites.filter(({ status }) => status !== "passed").map(({ name }) => relative(process.cwd(), name));
if (failed.length <= MOST) for (const name of failed) console.log(name);
