/** Ends with one sentence when the clone lacks packages, as after `npm ci --omit=optional`. Without them a check or a build ends in a stack trace. */
import { existsSync, readFileSync } from "node:fs";

/** Those that the lockfile names for this platform. One of several for different C libraries may be rightly absent. */
function absent() {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  return Object.entries(packages).flatMap(([path, { os, cpu, libc }]) => {
    const isForHere = os?.includes(process.platform) && cpu?.includes(process.arch) && libc === undefined;
    return isForHere && !existsSync(path) ? [path.replace(/.*node_modules\//, "")] : [];
  });
}

const [first, ...others] = absent();
if (first !== undefined) {
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  console.error(`This clone lacks packages for this platform (${first}${more}): "npm ci", without --omit=optional, installs them.`);
  process.exit(1);
}
