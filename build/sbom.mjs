/**
 * The software bill of materials, as CycloneDX 1.6: each packed package, with its data from the lockfile. `npm sbom` is not used: it lists
 * the installed packages and leaves out those that a development dependency wants as well.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @param {string} root
 * @param {{ readonly packages: readonly string[], readonly node?: { readonly version: string, readonly sha256: string } }} inside
 *   packages as paths below root; node: if it is inside
 */
export function billOfMaterials(root, { packages, node }) {
  const read = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));
  const { name, version, license } = read("package.json");
  const { commit, committedAt } = read("bundle/build.json");
  const lock = read("package-lock.json").packages;
  const components = [
    ...(node === undefined ? [] : [nodeItself(node)]),
    ...packages.map((path) => component(read(join(path, "package.json")), lock[path])),
  ];
  const main = {
    ...{ type: "application", "bom-ref": `pkg:npm/${name}@${version}`, name, version },
    ...{ purl: `pkg:npm/${name}@${version}`, licenses: [licence(license)] },
    ...(commit === undefined ? {} : { properties: [{ name: "commit", value: commit }] }),
  };
  const bill = {
    ...{ bomFormat: "CycloneDX", specVersion: "1.6", version: 1 },
    metadata: { ...(committedAt === undefined ? {} : { timestamp: committedAt }), component: main },
    components,
    dependencies: [{ ref: main["bom-ref"], dependsOn: components.map((each) => each["bom-ref"]) }],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function component({ name, version, license, description }, locked) {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return {
    ...{ type: "library", "bom-ref": purl, name, version, purl },
    ...(description === undefined ? {} : { description }),
    ...(license === undefined ? {} : { licenses: [licence(license)] }),
    ...(locked?.integrity === undefined ? {} : { hashes: hashesOf(locked.integrity) }),
  };
}

/** An expression is none of the identifiers. */
const licence = (text) => (/^[\w.+-]+$/u.test(text) ? { license: { id: text } } : { expression: text });

/** @param {string} integrity as a lockfile has it: `sha512-BASE64` */
const hashesOf = (integrity) =>
  integrity.split(" ").map((each) => {
    const [algorithm, digest] = each.split(/-(.*)/u);
    return {
      alg: algorithm.toUpperCase().replace("SHA", "SHA-"),
      content: Buffer.from(digest, "base64").toString("hex"),
    };
  });

const nodeItself = ({ version, sha256 }) => ({
  ...{ type: "platform", "bom-ref": `pkg:generic/node@${version}`, name: "node", version },
  purl: `pkg:generic/node@${version}`,
  licenses: [licence("MIT")],
  hashes: [{ alg: "SHA-256", content: sha256 }],
});
