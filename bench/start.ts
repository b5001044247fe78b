/**
 * What `--help` costs beside Node itself. Both take turns, so that a busy machine disturbs both alike.
 *
 *   npm run build && npx tsx bench/start.ts     goal: ratio of the medians ≤ 1.25
 */
import { spawnSync } from "node:child_process";

const ROUNDS = 40;
const GOAL = 1.25;

// Reading more certificates costs Node itself far more than what is measured here.
const { NODE_EXTRA_CA_CERTS: _left, ...env } = process.env;

function milliseconds(words: readonly string[]): number {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, words, { env, stdio: "ignore" });
  if (status !== 0) throw new Error(`node ${words.join(" ")} ended with ${status ?? "a signal"}`);
  return performance.now() - began;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

const node: number[] = [];
const help: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  node.push(milliseconds(["-e", "0"]));
  help.push(milliseconds(["dist/bin.cjs", "--help"]));
}
const ratio = median(help) / median(node);
console.log(`node -e 0 ${median(node).toFixed(1)} ms, --help ${median(help).toFixed(1)} ms`);
console.log(`ratio ${ratio.toFixed(2)} (goal ≤ ${GOAL})`);
