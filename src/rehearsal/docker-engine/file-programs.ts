/**
 * The programs of the engine's machine that look at files and change them, as root, as far as our adapters call them.
 * Undefined: nobody here knows the call. Held to the programs themselves by the contract suite.
 */
import { createHash } from "node:crypto";
import { type Applied, fails, says } from "./answer.ts";
import { altered, freeBytes, graft, nodeOn, put, recorded, taken, treeOn } from "./machine-files.ts";
import { answerScript } from "./scripts.ts";
import { type DockerEngineState, spotOf } from "./state.ts";
import {
  childrenOf,
  directory,
  file,
  grafted,
  nodeAt,
  planted,
  pruned,
  sizeOf,
  type Tree,
  type TreeNode,
} from "./tree.ts";

export interface FileCall {
  readonly words: readonly string[];
  /** One character for each byte. */
  readonly stdin: string;
  /** Milliseconds of the epoch. */
  readonly now: number;
}

type Program = (state: DockerEngineState, words: readonly string[], call: FileCall) => Applied | undefined;

/** Takes calls with and without `env LC_ALL=C` in front: an adapter omits it when it reads no message. */
export function applyFiles(state: DockerEngineState, call: FileCall): Applied | undefined {
  const words = call.words[0] === "env" && call.words[1] === "LC_ALL=C" ? call.words.slice(2) : call.words;
  const program = PROGRAMS[words[0] ?? ""];
  return program?.(state, words.slice(1), call);
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  id: (state) => says(state, "0\n"),
  uname: (state) => says(state, `${state.name}\n`),
  stat: (state, [c, format, dashes, path = ""]) =>
    c === "-c" && format === "%F" && dashes === "--" ? kindOf(state, path) : undefined,
  find: (state, [path = "", ...rest]) =>
    rest.join(" ") === "-mindepth 1 -maxdepth 1 -printf %f\\0" ? namesIn(state, path.replace(/\/$/, "")) : undefined,
  du: (state, words) => sized(state, words.at(-1) ?? "", words),
  df: (state, words) => space(state, words.at(-1) ?? "", words),
  unshare: (state, [mount, shell, c, script = "", sh, from = "", to = "", inner = ""]) =>
    mount === "--mount" && shell === "sh" && c === "-c" && sh === "sh" && script.includes("\nexec chroot /sys env -i")
      ? confined(state, { from, to, inner })
      : undefined,
  rm: (state, [r, one, dashes, path = ""]) =>
    r === "-rf" && one === "--one-file-system" && dashes === "--" ? remove(state, path) : undefined,
  sh: script,
};

const NOWHERE = "No such file or directory";
/** The exit code of a script that enters a directory which is absent. */
const NOT_THERE = 6;

const KINDS = { directory: "directory", file: "regular file", link: "symbolic link", pipe: "fifo" } as const;

function kindOf(state: DockerEngineState, path: string): Applied {
  const node = nodeOn(state, path);
  if (node === undefined) return fails(state, `stat: cannot statx '${path}': ${NOWHERE}`);
  return says(state, `${node.kind === "file" && node.size === 0 ? "regular empty file" : KINDS[node.kind]}\n`);
}

function namesIn(state: DockerEngineState, path: string): Applied {
  const { tree, path: at } = spotOf(state, path);
  if (nodeAt(tree, at)?.kind !== "directory") return fails(state, `find: '${path}/': ${NOWHERE}`);
  return says(
    state,
    childrenOf(tree, at)
      .map(([name]) => `${name}\0`)
      .join(""),
  );
}

function sized(state: DockerEngineState, path: string, words: readonly string[]): Applied | undefined {
  if (words.slice(0, -1).join(" ") !== "-s -x --block-size=1 --") return undefined;
  const tree = treeOn(state, path);
  if (tree === undefined) return fails(state, `du: cannot access '${path}': ${NOWHERE}`);
  return says(state, `${bytesOf(tree)}\t${path}\n`);
}

/** Directories take a block each. */
const bytesOf = (tree: Tree): number =>
  sizeOf(tree) + 4096 * (1 + Object.values(tree.nodes).filter(({ kind }) => kind === "directory").length);

function space(state: DockerEngineState, path: string, words: readonly string[]): Applied | undefined {
  if (words.slice(0, -1).join(" ") !== "-B1 --output=avail --") return undefined;
  if (nodeOn(state, path) === undefined) return fails(state, `df: ${path}: ${NOWHERE}`);
  return says(state, `Avail\n${freeBytes(state)}\n`);
}

export function madeDirectory(state: DockerEngineState, path: string, now: number): DockerEngineState {
  const parts = path.split("/").filter((part) => part !== "");
  return parts.reduce((before, _, index) => {
    const each = `/${parts.slice(0, index + 1).join("/")}`;
    if (nodeOn(before, each) !== undefined) return before;
    return put(before, each, directory({ modified: now }));
  }, state);
}

interface Confined {
  readonly from: string;
  readonly to: string;
  readonly inner: string;
}

const COPY = '\npowers "$1"\ncp -a -T --sparse=auto --reflink=auto -- "$1" "$2"\n';
/** Only files that are newer or lacking. */
const AGAIN = '\npowers "$1"\ncp -a -T -u --sparse=auto --reflink=auto -- "$1" "$2"\n';
/** The script's exit code for programs with their owner's rights. */
const POWERS = 88;
const hasPowers = ({ kind, mode }: TreeNode): boolean =>
  kind === "file" && (mode & 0o6000) !== 0 && (mode & 0o111) !== 0;

/** For paths from which no link leads out; the box has none that would. */
function confined(state: DockerEngineState, { from, to, inner }: Confined): Applied | undefined {
  const isThere = (path: string): boolean => nodeOn(state, path)?.kind === "directory";
  if (inner.includes("\nsums() {")) return fingerprint(state, to);
  for (const path of [from, to.slice(0, to.lastIndexOf("/")) || "/"])
    if (!isThere(path)) return fails(state, `${path}: there is no such directory`, NOT_THERE);
  if (inner.includes("| uniq -z -u | head -c 1")) return different(state, from, to);
  if (inner.includes("| uniq -z -u |")) return withoutDifferences(state, from, to);
  return copy(state, { from, to, how: inner });
}

function copy(
  state: DockerEngineState,
  { from, to, how }: { readonly from: string; readonly to: string; readonly how: string },
): Applied | undefined {
  const isAgain = how.includes(AGAIN);
  if (!isAgain && !how.includes(COPY)) return undefined;
  const tree = treeOn(state, from);
  if (tree === undefined) return fails(state, `cp: cannot stat '${from}': ${NOWHERE}`);
  const powers = Object.entries(tree.nodes).flatMap(([path, node]) => (hasPowers(node) ? [path] : []));
  if (powers.length > 0) return fails(state, `${powers.join(", ")}, `, POWERS);
  return laidDown(state, isAgain ? newer(tree, treeOn(state, to)) : tree, { to, what: `cp ${from} ${to}` });
}

function newer({ top, nodes }: Tree, than: Tree | undefined): Tree {
  const isNewer = (path: string, node: TreeNode): boolean => {
    const there = than?.nodes[path];
    return there === undefined || node.kind === "directory" || node.modified > there.modified;
  };
  return { top, nodes: Object.fromEntries(Object.entries(nodes).filter(([path, node]) => isNewer(path, node))) };
}

/** Cuts a tree that does not fit, and says so; the written part stays. */
export function laidDown(
  state: DockerEngineState,
  tree: Tree,
  { to, what }: { readonly to: string; readonly what: string },
): Applied {
  const before = treeOn(state, to);
  const had = before === undefined ? 0 : bytesOf(before);
  const merged = before === undefined ? tree : { top: tree.top, nodes: { ...before.nodes, ...tree.nodes } };
  const needs = bytesOf(merged) - had;
  if (needs <= freeBytes(state)) return says(recorded(taken(graft(state, to, merged), needs), what));
  const [cut, name] = cutTo(tree, freeBytes(state));
  const after = taken(graft(state, to, cut), freeBytes(state));
  return fails(recorded(after, `${what}, cut`), `cp: error writing '${to}/${name}': No space left on device`);
}

/** As much as fits, and the name of the file in which it ended. */
function cutTo({ top, nodes }: Tree, bytes: number): readonly [Tree, string] {
  const kept: Record<string, TreeNode> = {};
  let left = bytes - 4096;
  for (const [path, node] of Object.entries(nodes)) {
    const size = node.kind === "file" ? node.size : 4096;
    if (node.kind === "file" && size > left) {
      kept[path] = { ...node, size: Math.max(0, left) };
      return [{ top, nodes: kept }, path];
    }
    kept[path] = node;
    left -= size;
  }
  return [{ top, nodes: kept }, ""];
}

function move(state: DockerEngineState, from: string, to: string): Applied {
  const [node, tree] = [nodeOn(state, from), treeOn(state, from)];
  if (node === undefined) return fails(state, `mv: cannot stat '${from}': ${NOWHERE}`);
  // -n: nothing is written over, and nothing is said of it.
  if (nodeOn(state, to) !== undefined) return says(state);
  const gone = altered(state, from, pruned);
  const there = altered(gone, to, (all, at) => (tree === undefined ? planted(all, at, node) : grafted(all, at, tree)));
  return says(recorded(there, `mv ${from} ${to}`));
}

function remove(state: DockerEngineState, path: string): Applied {
  const tree = treeOn(state, path);
  if (nodeOn(state, path) === undefined) return says(state);
  return says(recorded(taken(altered(state, path, pruned), tree === undefined ? 0 : -bytesOf(tree)), `rm -rf ${path}`));
}

const digest = (bytes: Buffer | string): string => createHash("sha256").update(bytes).digest("hex");
/** Of a large file only the first bytes are there: they and its size stand for the rest. */
const digestOf = (node: TreeNode): string => {
  if (node.kind !== "file") return "";
  const start = Buffer.from(node.start, "base64");
  return digest(start.length === node.size ? start : Buffer.concat([start, Buffer.from(`… ${node.size}`)]));
};

function hash(state: DockerEngineState, path: string): Applied {
  const node = nodeOn(state, path);
  if (node?.kind !== "file")
    return fails(state, `sha256sum: ${path}: ${node === undefined ? NOWHERE : "Is a directory"}`);
  return says(state, `${digestOf(node)}  ${path}\n`);
}

/** The box has directories of root's alone: their owner is who calls. */
function asOwner(state: DockerEngineState, [path = "", program, ...rest]: readonly string[], call: FileCall) {
  if (nodeOn(state, path.slice(0, path.lastIndexOf("/")) || "/")?.kind !== "directory")
    return fails(state, `${path.slice(0, path.lastIndexOf("/"))}: there is no such directory`, NOT_THERE);
  if (program === "sha256sum") return hash(state, path);
  return program === "sh" ? script(state, [...rest, path], call) : undefined;
}

/** Scripts are told by a line that only they have. */
function script(
  state: DockerEngineState,
  [c, text = "", sh, ...rest]: readonly string[],
  call: FileCall,
): Applied | undefined {
  if (c !== "-c" || sh !== "sh") return undefined;
  const [path = "", second = "", third = "", fourth = ""] = rest;
  if (text.includes("\nset -- mkdir -p --"))
    return says(recorded(madeDirectory(state, path, call.now), `mkdir ${path}`));
  if (text.includes("\nexec setsid -w env -i")) return asOwner(state, rest, call);
  if (text.includes("\nnew=$1.dingo-recover-new\n"))
    return write(state, { path: fourth, expected: path, sum: second, like: third }, call);
  if (text.startsWith('[ -e "$2" ] || exit 0; [ "$(sha256sum <')) return removeText(state, second, path);
  if (text.includes("\nprintf text\n")) return textFile(state, second, Number(path));
  if (text.startsWith("exec mv -T -n -- ")) return move(state, second, beside(second, path));
  if (text.includes("may make nothing in")) return says(state);
  if (text.includes("\ntold() {")) return says(state, ledBy(state, path));
  const said = answerScript(state, { script: text, words: rest, real: (each) => each });
  return said === undefined ? undefined : says(state, said);
}

const beside = (path: string, name: string): string => `${path.slice(0, path.lastIndexOf("/"))}/${name}`;

function fingerprint(state: DockerEngineState, path: string): Applied {
  const tree = treeOn(state, path);
  if (tree === undefined) return fails(state, `sh: 3: cd: can't cd to ${path}`, 2);
  const all = Object.entries<TreeNode>({ "": tree.top, ...tree.nodes }).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = all.map(([name, node]) => `${node.kind} ${node.mode} ${node.uid} ${digestOf(node)} ${name}\n`);
  const files = all.filter(([, { kind }]) => kind === "file").length;
  return says(state, `${files} ${sizeOf(tree)} ${digest(lines.join(""))}  -\n`);
}

/** Of a copy, all that is not like the other side in kind, size, time, owner and mode. */
function withoutDifferences(state: DockerEngineState, from: string, to: string): Applied {
  const [source, copy] = [treeOn(state, from), treeOn(state, to)];
  if (source === undefined || copy === undefined) return fails(state, `sh: 5: cd: can't cd to ${to}`, 2);
  const isSame = (a: TreeNode, b: TreeNode | undefined): boolean => b !== undefined && facts(a) === facts(b);
  const other = Object.entries(copy.nodes).filter(([path, node]) => !isSame(node, source.nodes[path]));
  if (other.length === 0) return says(state);
  const next = other.reduce((tree, [path]) => pruned(tree, path), copy);
  const gone = bytesOf(copy) - bytesOf(next);
  return says(recorded(taken(graft(state, to, next), -gone), `rm -rf in ${to}`));
}

function different(state: DockerEngineState, one: string, other: string): Applied {
  const [first, second] = [treeOn(state, one), treeOn(state, other)];
  if (first === undefined || second === undefined) return fails(state, `sh: 5: cd: can't cd to ${other}`, 2);
  const names = [...new Set([...Object.keys(first.nodes), ...Object.keys(second.nodes)])];
  const isOther = names.some((path) => {
    const [mine, theirs] = [first.nodes[path], second.nodes[path]];
    return mine === undefined || theirs === undefined || facts(mine) !== facts(theirs);
  });
  return says(state, isOther ? "1\n" : "0\n");
}

const facts = (node: TreeNode): string =>
  node.kind === "directory"
    ? "directory"
    : [node.kind, node.uid, node.mode, node.modified, node.kind === "file" ? node.size : 0].join();

const CHANGED = 3;

function write(
  state: DockerEngineState,
  { path, expected, sum, like }: Record<"path" | "expected" | "sum" | "like", string>,
  { stdin, now }: FileCall,
): Applied {
  const node = nodeOn(state, path);
  if ((node === undefined ? "" : digestOf(node)) !== expected) return fails(state, "", CHANGED);
  const bytes = Buffer.from(stdin, "latin1");
  if (bytes.length > freeBytes(state)) return fails(state, "cat: write error: No space left on device");
  if (digest(bytes) !== sum) return fails(state, "not all of the text has come", 4);
  const { uid, mode } = node ?? nodeOn(state, beside(path, like)) ?? { uid: 0, mode: 0o644 };
  const next = put(state, path, file(bytes, { uid, mode, modified: now }));
  return says(recorded(taken(next, bytes.length), `write ${path}`));
}

/** Links there are none on the way, in the box. */
function ledBy(state: DockerEngineState, directory: string): string {
  const parts = directory.split("/").filter((part) => part !== "");
  const way = parts.map((_part, index) => `/${parts.slice(0, index + 1).join("/")}`).reverse();
  const others = way.find((path) => {
    const { uid, mode } = nodeOn(state, path) ?? { uid: 0, mode: 0o755 };
    return uid !== 0 || (mode & 0o022) !== 0;
  });
  return others === undefined ? "" : `others than root may write to ${others}\n`;
}

function removeText(state: DockerEngineState, path: string, expected: string): Applied {
  const node = nodeOn(state, path);
  if (node === undefined) return says(state);
  if (digestOf(node) !== expected) return fails(state, "", CHANGED);
  return says(recorded(altered(state, path, pruned), `rm ${path}`));
}

function textFile(state: DockerEngineState, path: string, most: number): Applied {
  const node = nodeOn(state, path);
  if (node === undefined) return says(state, "absent");
  if (node.kind !== "file") return says(state, "other");
  return says(state, `text${Buffer.from(node.start, "base64").subarray(0, most).toString()}`);
}
