/**
 * Makes what `npm pack` packs, and what the single executable has inside: `bundle`, the program with all that it depends on, of
 * the lockfile's versions; and in `dist` the contract of own actions with its types. An installation fetches nothing and runs no
 * script of a dependency.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeBundle } from "./bundle.mjs";
import { notices } from "./notices.mjs";
import { putContract } from "./program.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [bundle, dist] = [join(root, "bundle"), join(root, "dist")];
for (const directory of [bundle, dist]) rmSync(directory, { recursive: true, force: true });

const packages = await makeBundle(bundle);
const { bundled } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
for (const name of bundled)
  if (!packages.includes(`node_modules/${name}`)) throw new Error(`${name} is not in the bundle: package.json names it`);
writeFileSync(join(bundle, "build.json"), JSON.stringify(stamp()));
writeFileSync(join(bundle, "packages.json"), JSON.stringify(packages));
writeFileSync(join(bundle, "NOTICES"), notices(root, packages));
await putContract(dist);
putDeclarations();

/** The commit, its time, and whether something had been changed since; empty outside a clone. */
function stamp() {
  const git = (...words) => {
    const { status, stdout } = spawnSync("git", ["-C", root, ...words], { encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
  };
  // A clone of somebody else around an unpacked package is not what this was built of.
  const isClone = git("rev-parse", "--show-prefix") === "";
  const [commit, committedAt] = isClone ? (git("log", "-1", "--format=%H %cI") ?? "").split(" ") : [];
  return commit ? { commit, committedAt, changed: git("status", "--porcelain") !== "" } : {};
}

/** They name the files beside them as every release of TypeScript reads it. */
function putDeclarations() {
  const tsc = join(root, "node_modules/.bin/tsc");
  execFileSync(tsc, ["-p", join(root, "build/contract.tsconfig.json"), "--outDir", dist], { stdio: "inherit" });
  const names = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".d.ts"));
  for (const name of names) {
    const file = join(dist, name);
    writeFileSync(file, readFileSync(file, "utf8").replace(/"(\.\.?\/[^"]*)\.ts"/gu, '"$1.js"'));
  }
}
