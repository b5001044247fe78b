/**
 * Makes the single executable: Node itself with the whole tool inside, for a machine that has no Node (Linux; the platform and
 * the release are those of the Node that it is made of, which is the clone's). After `npm run build`.
 *
 *   node build/executable.mjs [--node FILE] [--out DIRECTORY]
 *
 * Writes `dingo-recover-PLATFORM-ARCH` into DIRECTORY (default `release`), and beside it its manual page, what is in it
 * (`sbom.cdx.json`), the licences of that (`NOTICES`), and SHA256SUMS.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { newestWanted, withNote } from "./elf-note.mjs";
import { script } from "./program.mjs";
import { notices } from "./notices.mjs";
import { billOfMaterials } from "./sbom.mjs";

/** Its modules lie inside, as in the directory `bundle` of a package. */
const URL_INSIDE = 'require("node:url").pathToFileURL(process.execPath+"/bundle/program.cjs").href';

const { values } = parseArgs({ options: { node: { type: "string" }, out: { type: "string" } } });
const root = fileURLToPath(new URL("..", import.meta.url));
const node = resolve(values.node ?? process.execPath);
const out = resolve(values.out ?? join(root, "release"));
const work = mkdtempSync(join(tmpdir(), "executable-"));
try {
  await make();
} finally {
  rmSync(work, { recursive: true });
}

async function make() {
  const about = JSON.parse(said(node, ["-p", "JSON.stringify({ version: process.version, platform: process.platform, arch: process.arch })"]));
  if (about.platform !== "linux") throw new Error("a single executable is made for Linux only");
  const packages = JSON.parse(readFileSync(join(root, "bundle/packages.json"), "utf8"));
  const assets = shipped();
  const index = join(work, "index.json");
  writeFileSync(index, JSON.stringify(Object.keys(assets)));
  const blob = await blobOf({ ...assets, "index.json": index });
  const elf = readFileSync(node);
  const name = `dingo-recover-${about.platform}-${about.arch}`;
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, name), withNote(elf, blob));
  chmodSync(join(out, name), 0o755);
  copyFileSync(join(root, "bundle/dingo-recover.1"), join(out, "dingo-recover.1"));
  writeFileSync(join(out, "NOTICES"), notices(root, packages, node));
  const inside = { version: about.version.slice(1), sha256: digest(node) };
  writeFileSync(join(out, "sbom.cdx.json"), billOfMaterials(root, { packages, node: inside }));
  writeFileSync(join(out, "SHA256SUMS"), sums(readdirSync(out).sort()));
  const megabytes = (readFileSync(join(out, name)).length / 1e6).toFixed(1);
  console.error(
    `${join(out, name)}: ${megabytes} MB, Node ${about.version}, needs glibc ${newestWanted(elf, "GLIBC")} and GLIBCXX_${newestWanted(elf, "GLIBCXX")}`,
  );
}

/** Files by their name inside. */
function shipped() {
  const runbooks = readdirSync(join(root, "runbooks")).map((name) => `runbooks/${name}`);
  const names = ["package.json", "fixtures/real-archive/cluster.br", ...runbooks];
  const bundled = ["help.json", "schema.json", "build.json", "runbooks.json", "worker.cjs"];
  return Object.fromEntries([
    ...names.map((name) => [name, join(root, name)]),
    ...bundled.map((name) => [`bundle/${name}`, join(root, "bundle", name)]),
  ]);
}

async function blobOf(assets) {
  const [config, output] = [join(work, "sea.json"), join(work, "sea.blob")];
  const main = join(work, "program.cjs");
  await script({ entry: "main.ts", outfile: main, url: URL_INSIDE, footer: "module.exports.main(process.argv.slice(2));" });
  writeFileSync(config, JSON.stringify({ main, output, assets, disableExperimentalSEAWarning: true, useCodeCache: true }));
  said(node, ["--experimental-sea-config", config]);
  return readFileSync(output);
}

function said(file, words) {
  const { status, stdout, stderr, error } = spawnSync(file, words, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${basename(file)} ${words[0]} ended with ${status}: ${stderr ?? error}`);
  return stdout;
}

function digest(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function sums(names) {
  return names.map((name) => `${digest(join(out, name))}  ${name}\n`).join("");
}
