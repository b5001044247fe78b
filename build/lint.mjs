/** The static checks run side by side. The output of those that failed comes at the end. */
import { spawn } from "node:child_process";
import "./whole-clone.mjs";

const CHECKS = ["biome format .", "tsc -p tsconfig.json", "oxlint", "node build/arrows.mjs", "node build/words.mjs", "knip --treat-config-hints-as-errors"];

/** @param {string} command a program of node_modules/.bin, which npm puts into PATH */
async function check(command) {
  const began = performance.now();
  const running = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [running.stdout, running.stderr]) stream.on("data", (part) => (said += part));
  const code = await new Promise((resolve) => running.on("close", resolve));
  console.log(`${code === 0 ? "holds" : "FAILS"}  ${command}  ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return { command, code, said };
}

const failed = (await Promise.all(CHECKS.map(check))).filter(({ code }) => code !== 0);
for (const { command, said } of failed) console.log(`\n== ${command}\n${said}`);
process.exitCode = failed.length === 0 ? 0 : 1;
