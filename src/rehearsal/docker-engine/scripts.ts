/**
 * The scripts that look into directories, by their answers: fields that end in NUL. Held to the scripts themselves,
 * run by a real shell in a real container, by the contract suite.
 */
import { type DockerEngineState, type Spot, spotOf } from "./state.ts";
import { childrenOf, isLinked, nodeAt, sizeOf, type Tree, type TreeNode } from "./tree.ts";
import { treeOn } from "./machine-files.ts";

interface Pair {
  readonly path: string;
  /** A directory below it, or the number of levels that are searched. */
  readonly word: string;
}

/** `words` are those behind the script; `real` turns a path in the container into one of the engine's machine. */
export function answerScript(
  state: DockerEngineState,
  {
    script,
    words,
    real,
  }: { readonly script: string; readonly words: readonly string[]; readonly real: (path: string) => string },
): string | undefined {
  const pairsIn = (rest: readonly string[]): readonly Pair[] =>
    rest.flatMap((path, index) => (index % 2 === 0 ? [{ path: real(path), word: rest[index + 1] ?? "" }] : []));
  if (script.includes("du -skx"))
    return pairsIn(words)
      .map((pair) => kilobytes(state, pair))
      .join("");
  const [most = "", wanted = "", ...rest] = words;
  const pairs = pairsIn(rest);
  const terms = wanted === "" ? [] : wanted.split(" ");
  if (script.includes("\nlook() {"))
    return pairs.map((pair) => look(state, pair, { most: Number(most), terms })).join("");
  if (script.includes("\nsearch() {"))
    return pairs.map((pair) => search(state, pair, { most: Number(most), terms })).join("");
  return undefined;
}

function kilobytes(state: DockerEngineState, { path, word }: Pair): string {
  const tree = treeOn(state, join(path, word));
  return tree === undefined ? "-1\n" : `${Math.ceil(sizeOf(tree) / 1024)}\n`;
}

interface Terms {
  readonly most: number;
  readonly terms: readonly string[];
}

const END = "=\0";

function look(state: DockerEngineState, { path, word: inside }: Pair, terms: Terms): string {
  const spot = spotOf(state, path);
  if (inside !== "" && isLinked(spot.tree, join(spot.path, inside))) return `Ua link lies on the way\0${END}`;
  const at = join(spot.path, inside);
  const node = nodeAt(spot.tree, at);
  if (node === undefined) return `A\0${END}`;
  if (node.kind !== "directory") return `F${node.kind === "file" ? node.size : 0}\0${END}`;
  return `${inDirectory(state, { ...spot, path: at }, terms)}${END}`;
}

function inDirectory({ space }: DockerEngineState, { tree, path }: Spot, { most, terms }: Terms): string {
  const wanted = terms.map((term) => {
    const split = term.indexOf(":");
    return { bytes: Number(term.slice(0, split)), name: term.slice(split + 1) };
  });
  const there = wanted.flatMap(({ name, bytes }) => {
    const node = nodeAt(tree, join(path, name));
    const linked = isLinked(tree, join(path, name));
    return node === undefined && !linked ? [] : [{ name, bytes, node, isFile: node?.kind === "file" && !linked }];
  });
  const files = there.filter(({ isFile }) => isFile);
  const stats = [{ name: ".", node: nodeAt(tree, path) }, ...files].map(({ name, node }) => statLine(name, node));
  const { block, blocks, free, inodes, freeInodes } = space;
  const names = childrenOf(tree, path)
    .map(([name, node]) => `./${name}\0`.repeat(TIMES[node.kind]))
    .join("");
  return [
    `S${stats.join("")}\0D${block} ${blocks} ${free} ${inodes} ${freeInodes}\n\0E\0${cut(names, most)}\0\0`,
    ...files.map(({ name, bytes, node }) => `f${name}\0${hex(node, bytes)}\0`),
    ...there
      .filter(({ isFile }) => !isFile)
      .map(({ name, node }) => `u${name}\0${node?.kind === "link" ? `l${node.target ?? ""}\0` : ""}`),
  ].join("");
}

const TIMES = { file: 1, directory: 2, link: 3, pipe: 3 } as const;
const TYPE_BITS = { file: 0o100000, directory: 0o40000, link: 0o120000, pipe: 0o10000 } as const;

function statLine(name: string, node: TreeNode | undefined): string {
  if (node === undefined) return "";
  const { kind, mode, uid, modified } = node;
  const bits = (TYPE_BITS[kind] | mode).toString(16);
  const size = node.kind === "file" ? node.size : 4096;
  return `${bits} ${uid} ${mode.toString(8)} ${Math.floor(modified / 1000)} ${size} ${name}\n`;
}

function hex(node: TreeNode | undefined, bytes: number): string {
  if (node?.kind !== "file" || bytes === 0) return "";
  let text = "";
  for (const byte of Buffer.from(node.start, "base64").subarray(0, bytes)) text += DIGITS[byte] ?? "";
  return text;
}

/** Of each byte, as `od` prints it. */
const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) => ` ${byte.toString(16).padStart(2, "0")}`);

/** As `head -c` cuts. */
const cut = (text: string, most: number): string => Buffer.from(text).subarray(0, most).toString();

function search(state: DockerEngineState, { path, word }: Pair, { most, terms }: Terms): string {
  const spot = spotOf(state, path);
  if (nodeAt(spot.tree, spot.path) === undefined) return `A\0${END}`;
  const isNear = (each: string): boolean => word === "" || each.split("/").length <= Number(word);
  const found = pathsBelow(spot.tree, spot.path).filter(
    (each) => isNear(each) && terms.some((end) => `/${each}`.endsWith(end.startsWith("*") ? end.slice(1) : `/${end}`)),
  );
  const isLast = (each: string): boolean => each.split("/").length === Number(word);
  const deeper = pathsBelow(spot.tree, spot.path).some(
    (each) => isLast(each) && nodeAt(spot.tree, join(spot.path, each))?.kind === "directory",
  );
  const said = [...found.map((each) => `./${each}`), ...(deeper ? ["~"] : [])];
  return `P\0${cut(said.map((each) => `${each}\0`).join(""), most)}\0\0${END}`;
}

function pathsBelow(tree: Tree, path: string): readonly string[] {
  const before = path === "" ? "" : `${path}/`;
  return Object.keys(tree.nodes)
    .filter((each) => each.startsWith(before))
    .map((each) => each.slice(before.length));
}

const join = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("/");
