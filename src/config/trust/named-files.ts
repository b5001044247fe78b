/**
 * The files that a configuration makes the tool run or believe. Trust covers their content as well as the configuration's:
 * - own actions with all that they import, packages included;
 * - files of the configuration's directory that its commands name;
 * - files there that say who is believed.
 */
import { createRequire, isBuiltin } from "node:module";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { homeOf } from "../settings/load.ts";
import { Findings } from "../../kit/yaml/findings.ts";
import type { Located } from "../../kit/yaml/located.ts";
import { readYaml } from "../../kit/yaml/read.ts";

export interface Document {
  readonly path: string;
  readonly text: string;
}

export interface NamedFiles {
  /** Own actions, and what they import. */
  readonly modules: readonly string[];
  /** Files within the configuration's directory that commands name. */
  readonly programs: readonly string[];
  readonly authorities: readonly string[];
}

/** Keys of files that say who is believed. */
const SAYS_WHO: ReadonlySet<string> = new Set(["ca_cert"]);
/** More than anybody reads; a module that imports for ever must not hold us. */
const MOST = 500;
const IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["']((?:\.{1,2}\/|@?[a-z0-9])[^"'\s]*)["']/giu;
/** An import of types alone in TypeScript: Node strips it, and loads nothing. */
const TYPES = /\b(?:import|export)\s+type\s+(?:\{[^{}"'`]*\}|\*\s*as\s+[\w$]+|[\w$]+)\s+from\s*["'][^"'\s]*["']/gu;
/** Characters between the words of a shell: a script may stand within one word of a command. */
const BETWEEN_WORDS = /[\s"'`;|&()<>{}=,$]+/u;

/** Absolute paths. */
export function namedFiles(document: Document): NamedFiles {
  const root = readYaml(new Findings(document.path, document.text));
  const folder = dirname(document.path);
  const found = { modules: new Set<string>(), programs: new Set<string>(), authorities: new Set<string>() };
  if (root !== undefined) walk(root, "", visit);
  for (const module of found.modules)
    for (const each of importsOf(module)) if (found.modules.size < MOST) found.modules.add(each);
  return { modules: [...found.modules], programs: [...found.programs], authorities: [...found.authorities] };

  function visit(key: string, text: string): void {
    const path = text.startsWith("~/") ? join(homeOf(process.env), text.slice(2)) : resolve(folder, text);
    if (key === "actions") found.modules.add(path);
    if (key === "command")
      for (const each of [text, ...text.split(BETWEEN_WORDS)].map((word) => resolve(folder, word)))
        if (isWithin(folder, each)) found.programs.add(each);
    if (SAYS_WHO.has(key) && isWithin(folder, path)) found.authorities.add(path);
  }
}

/** Each text with the key that it stands behind, also within a list. */
function walk(node: Located, key: string, visit: (key: string, text: string) => void): void {
  if (node.kind === "scalar") visit(key, String(node.value));
  else if (node.kind === "list") for (const item of node.items) walk(item, key, visit);
  else for (const [name, { value }] of node.entries) walk(value, name, visit);
}

/** A word of a command may be anything: only a file that is there counts. */
function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && !way.startsWith("..") && isFile(path);
}

/** A text that is no name, or too long for one, such as a certificate, is no file. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function importsOf(module: string): readonly string[] {
  const content = contentOf(module)?.toString("utf8") ?? "";
  const text = /\.[cm]?ts$/u.test(module) ? content.replaceAll(TYPES, "") : content;
  const specifiers = [...text.matchAll(IMPORT)].map(([, specifier = ""]) => specifier);
  return specifiers.filter((specifier) => !isBuiltin(specifier)).map((specifier) => foundAs(module, specifier));
}

/** As Node finds it: without its ending, as a directory, or as a package. When nothing is there, as it is written. */
function foundAs(module: string, specifier: string): string {
  const inPackage = specifier.startsWith(".") ? "" : "node_modules";
  const written = resolve(dirname(module), inPackage, specifier);
  if (isFile(written)) return written;
  try {
    return createRequire(module).resolve(specifier);
  } catch {
    return written;
  }
}

/** Undefined if it is not there, or is no file that can be read. */
export function contentOf(path: string): Buffer | undefined {
  try {
    return isFile(path) ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** One file by one name, whichever link leads to it. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
