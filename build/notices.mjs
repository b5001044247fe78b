/** The licences of all that a bundle holds: of each package in its script, and of Node itself if it is inside. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const LICENCE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/iu;

/** Where a Node that was installed by a package, or unpacked, has its own. */
const NODE_LICENCES = ["../LICENSE", "../share/doc/nodejs/LICENSE", "../share/doc/nodejs/copyright"];

/**
 * Throws if a package tells no licence.
 *
 * @param {string} root @param {readonly string[]} packages paths below root @param {string} [node]
 */
export function notices(root, packages, node) {
  const parts = packages.map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, path, "package.json"), "utf8"));
    const files = readdirSync(join(root, path)).filter((each) => LICENCE.test(each));
    if (files.length === 0 && license === undefined) throw new Error(`${path} tells no licence`);
    const texts = files.map((file) => readFileSync(join(root, path, file), "utf8").trim());
    return section(`${name} ${version} (${license ?? "see below"})`, texts);
  });
  return [...(node === undefined ? [] : [section("Node.js", [ofNode(node)])]), ...parts].join("\n");
}

const section = (title, texts) => `${"=".repeat(80)}\n${title}\n${"=".repeat(80)}\n\n${texts.join("\n\n")}\n`;

function ofNode(node) {
  const found = NODE_LICENCES.map((path) => join(dirname(node), path)).find((path) => existsSync(path));
  return found === undefined ? "https://github.com/nodejs/node/blob/main/LICENSE" : readFileSync(found, "utf8").trim();
}
