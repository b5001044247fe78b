/**
 * The files that a configuration makes the tool run or believe. Trust covers their content as well as the configuration's:
 * - own actions with all that they import, packages included;
 * - files of the configuration's directory that its commands name;
 * - files there that say who is believed.
 */
import { createRequire, isBuiltin } from "node:module";
import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type RecoverError, refuse } from "../../errors.ts";
import { homeDirectory } from "../../kit/process/home-directory.ts";
import { quoted } from "../../kit/text/printable.ts";
import { Findings } from "../../kit/yaml/findings.ts";
import type { Located } from "../../kit/yaml/located.ts";
import { readYaml } from "../../kit/yaml/read.ts";

export interface Document {
  readonly path: string;
  readonly text: string;
}

export interface NamedFiles {
  /** Modules of own actions. */
  readonly actions: readonly string[];
  /** Own actions, and what they import. */
  readonly modules: readonly string[];
  /** Files within the configuration's directory that commands name. */
  readonly programs: readonly string[];
  readonly authorities: readonly string[];
}

/** Keys of files that say who is believed. */
const SAYS_WHO: ReadonlySet<string> = new Set(["ca_cert"]);
/** The most files that are followed: a module may import without end. */
const MOST = 5_000;
const LARGEST = 64 * 1024 * 1024;
/** Blanks and comments between the word and the name. Nobody writes more, unless to keep us busy. */
const GAP = String.raw`(?:\s|\/\*[^*]{0,500}\*\/|\/\/[^\n]{0,500}\n){0,200}`;
/** A path may hold blanks. A package's name holds none: a quoted text with blanks is a sentence, and no import. */
const SPECIFIER = String.raw`(\.{1,2}(?:\/[^"'\n\u0060]*)?|[@#]?[a-z0-9\/][^"'\s\u0060]*)`;
const IMPORT = new RegExp(
  String.raw`(?:\bfrom${GAP}|\b(?:import|require)${GAP}(?:\(${GAP})?)["']${SPECIFIER}["']|\b(?:import|require)${GAP}\(${GAP}\u0060${SPECIFIER}\u0060`,
  "giu",
);
/** The conditions by which Node chooses a file of an imported package. `require` has conditions by default. */
const OF_IMPORT = { conditions: new Set(["node", "import", "module-sync", "node-addons"]) };
/** An import of types alone in TypeScript: Node strips it, and loads nothing. */
const TYPES = /\b(?:import|export)\s+type\s+(?:\{[^{}"'`]*\}|\*\s*as\s+[\w$]+|[\w$]+)\s+from\s*["'][^"'\s]*["']/gu;
/** The same in a comment of JavaScript: after an `@`, no program can import anything by that word. */
const TYPES_OF_COMMENT = /@import\s+\{[^{}"'`]*\}\s+from\s*["'][^"'\s]*["']/gu;
/** This package has types alone for an action, which need not be installed. */
const OWN_TYPES = "dingo-recover/action";
/** Characters between the words of a shell: a script may stand within one word of a command. */
const BETWEEN_WORDS = /[\s"'`;|&()<>{}=,$]+/u;

/** The files that a configuration names, by absolute paths. */
export function namedFiles(document: Document): NamedFiles {
  const root = readYaml(new Findings(document.path, document.text));
  const folder = dirname(document.path);
  const found = { modules: new Set<string>(), programs: new Set<string>(), authorities: new Set<string>() };
  if (root !== undefined) walk(root, "", visit);
  const actions = [...found.modules];
  for (const module of found.modules) {
    for (const each of importsOf(module)) found.modules.add(each);
    if (found.modules.size > MOST)
      throw refuse("config-untrusted", `the own actions of ${quoted(document.path)} import more than ${MOST} files`)
        .at(document.path)
        .advise("Bundle them into one file: what nobody can look through is not trusted.");
  }
  return { actions, modules: [...found.modules], programs: [...found.programs], authorities: [...found.authorities] };

  function visit(key: string, text: string): void {
    const path = text.startsWith("~/") ? join(homeDirectory(process.env), text.slice(2)) : resolve(folder, text);
    if (key === "actions") found.modules.add(path);
    if (key === "command")
      for (const each of [text, ...text.split(BETWEEN_WORDS)].map((word) => resolve(folder, word)))
        if (isWithin(folder, each)) found.programs.add(each);
    if (SAYS_WHO.has(key) && isWithin(folder, path)) found.authorities.add(path);
  }
}

/** Visits each text with the key before it, also within a list. */
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

/** The files that a module imports, packages included, as far as their names stand in its text. */
export function importsOf(module: string): readonly string[] {
  const content = contentOf(module)?.toString("utf8") ?? "";
  const loaded = content.replaceAll(TYPES_OF_COMMENT, "");
  const text = /\.[cm]?ts$/u.test(module) ? loaded.replaceAll(TYPES, "") : loaded;
  const specifiers = [...text.matchAll(IMPORT)].map(([, inQuotes, template = ""]) => inQuotes ?? template);
  return specifiers.filter((specifier) => !isBuiltin(specifier)).flatMap((specifier) => foundAs(module, specifier));
}

/** The files that Node may load: without its ending, a directory or a package. If none is there, the path as written. */
function foundAs(module: string, specifier: string): readonly string[] {
  const isPath = /^[./]/u.test(specifier);
  const written = resolve(dirname(module), isPath ? "" : "node_modules", specifier);
  if (isPath && isFile(written)) return [written];
  const { resolve: find } = createRequire(module);
  const found = [{}, OF_IMPORT].flatMap((how) => {
    try {
      return [find(specifier, how)];
    } catch {
      return [];
    }
  });
  return found.length === 0 && specifier !== OWN_TYPES ? [written] : found;
}

/** Undefined if nothing is there, or no file. Throws `config-untrusted` if nobody can hash the file. */
export function contentOf(path: string): Buffer | undefined {
  if (!isFile(path)) return undefined;
  try {
    if (statSync(path).size > LARGEST) throw new Error(`it is larger than ${LARGEST} bytes`);
    return readFileSync(path);
  } catch (cause) {
    throw unhashed(path, cause);
  }
}

function unhashed(path: string, cause: unknown): RecoverError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return refuse("config-untrusted", `${quoted(path)} would be trusted, and cannot be read: ${why}`)
    .at(path)
    .advise("Make it readable for you, or take the line out that names it: trust covers its content.", cause);
}
