/**
 * The configuration: a file if there is one, and the usual variables for all that it leaves out (docs/configuration.md).
 * Tells all mistakes of the file at once, with line and column. Reads files; opens no connection and fetches no secret.
 */
import { dirname, isAbsolute, join, resolve } from "node:path";
import { homeDirectory } from "../../kit/process/home-directory.ts";
import { type Diagnostic, diagnosticsError, placeOf } from "../../kit/text/diagnostic.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import { GONE, gone } from "../../kit/text/gone.ts";
import { printable, quoted } from "../../kit/text/printable.ts";
import { article, Fields, textOf } from "../../kit/yaml/fields.ts";
import { Findings } from "../../kit/yaml/findings.ts";
import type { Located } from "../../kit/yaml/located.ts";
import { readYaml } from "../../kit/yaml/read.ts";
import { parseAddress } from "./address.ts";
import { readBosh } from "./bosh.ts";
import { readCf } from "./cloud-foundry.ts";
import type { Config } from "./config.ts";
import { readGpg } from "./gpg.ts";
import { readLease } from "./lease.ts";
import { LOG_STORES, readLogStore } from "./log-store.ts";
import { readS3 } from "./object-store.ts";
import { Part } from "./part.ts";
import { type Environment, readIfThere, Reading } from "./reading.ts";
import { readSandbox } from "./sandbox.ts";
import { discreet } from "./secret.ts";
import { Way } from "./way.ts";

const KEYS = [
  "cf",
  "bosh",
  "s3",
  "logs",
  "elasticsearch",
  "opensearch",
  "etcd",
  "lease",
  "gpg",
  "sandbox",
  "actions",
] as const;
type ConfigFields = Fields<(typeof KEYS)[number]>;
/** A part of the configuration, and of the variables that count if it is silent. */
export type Section = (typeof KEYS)[number];

export interface ConfigOptions {
  /** Of `--config`; absent: the usual places are tried. */
  readonly file?: string;
  /** In place of a file: what is to be one, and its path. */
  readonly content?: { readonly path: string; readonly text: string };
  readonly env: Environment;
  readonly cwd: string;
  /** Sections that are read; files and variables of other systems may then be wrong or absent. Default: all. */
  readonly sections?: readonly Section[];
}

/** Throws `config-invalid`. Without any file everything comes from the environment. */
export function loadConfig(options: ConfigOptions): Config {
  const found = findFile(options);
  const { findings, root } = rootOf(found);
  const folder = found === undefined ? options.cwd : dirname(found.path);
  const reading = new Reading({ findings, env: options.env, folder, home: homeDirectory(options.env) });
  const config = readConfig(reading, root, new Set(options.sections ?? KEYS));
  const elsewhere = [...goneVariables(options.env), ...reading.elsewhere];
  if (findings.any || elsewhere.length > 0) throw mistakes(discreet(findings.list(), findings.text), elsewhere);
  return found === undefined ? config : { file: found.path, ...config };
}

export interface ConfigDocument {
  readonly path: string;
  readonly text: string;
  /** Undefined if it is silent about everything, or cannot be read at all. */
  readonly root: Located | undefined;
}

/** The file's content, sound or not; undefined if there is no file. Errors: `config-invalid`. */
export function readDocument(options: ConfigOptions): ConfigDocument | undefined {
  const found = findFile(options);
  return found === undefined ? undefined : { ...found, root: rootOf(found).root };
}

interface Root {
  readonly findings: Findings;
  readonly root: Located | undefined;
}

function rootOf(found: FoundFile | undefined): Root {
  const findings = new Findings(found?.path ?? "environment", found?.text ?? "");
  return { findings, root: isBlank(found?.text) ? undefined : readYaml(findings) };
}

/** Errors for variables of earlier versions that are set: nothing reads them any more. */
function goneVariables(env: Environment): readonly RecoverError[] {
  return Object.keys(GONE.variable).flatMap((name) => {
    const found = (env[name] ?? "") === "" ? undefined : gone("variable", name);
    return found === undefined ? [] : [refuse("config-invalid", found.message).at("environment").advise(found.remedy)];
  });
}

/** All mistakes at once: those in the file, then those in variables and in files that it names. */
function mistakes(inFile: readonly Diagnostic[], elsewhere: readonly RecoverError[]): RecoverError {
  const [first, ...others] = elsewhere;
  if (first === undefined) return diagnosticsError("config-invalid", inFile);
  if (others.length === 0 && inFile.length === 0) return first;
  const list = [
    ...inFile.map((one) => `${placeOf(one)}: ${one.message} (${one.remedy})`),
    ...elsewhere.map(({ message, remedy }) => `${message} (${remedy})`),
  ];
  return refuse("config-invalid", [`${list.length} mistakes:`, ...list].join("\n  "))
    .at(inFile[0] === undefined ? (first.place ?? "environment") : printable(inFile[0].file))
    .advise("Correct them and start again.");
}

/** Where a configuration may lie when none is named, in this order. */
export function usualFiles({ env, cwd }: ConfigOptions): readonly [string, string] {
  const xdg = env["XDG_CONFIG_HOME"];
  const home = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homeDirectory(env), ".config");
  return [join(cwd, "dingo-recover.yml"), join(home, "dingo-recover", "config.yml")];
}

/** Why a file counts: it was named, or lies in the user's own configuration directory, or in the working directory. */
export type FoundBy = "named" | "own" | "place";

export interface FoundFile {
  readonly path: string;
  readonly text: string;
  readonly by: FoundBy;
}

/** The file that counts; undefined if there is none. Errors: `config-invalid`. */
export function findFile(options: ConfigOptions): FoundFile | undefined {
  if (options.content !== undefined) return { ...options.content, by: "named" };
  const named = options.file === undefined ? undefined : resolve(options.cwd, options.file);
  const [here, own] = usualFiles(options);
  const places: readonly (readonly [string, FoundBy])[] =
    named === undefined
      ? [
          [here, "place"],
          [own, "own"],
        ]
      : [[named, "named"]];
  for (const [path, by] of places) {
    const text = readIfThere(path);
    if (text !== undefined) return { path, text, by };
  }
  if (named === undefined) return undefined;
  throw refuse("config-invalid", `there is no configuration file ${quoted(named)}`)
    .at(named)
    .advise("Name an existing file with --config, or leave it out.");
}

/** Errors: `config-invalid` if the file is no YAML: a text that nobody understands cannot be shown. */
export function requireReadable({ path, text }: FoundFile): void {
  const findings = new Findings(path, text);
  if (isBlank(text) || (readYaml(findings) !== undefined && !findings.any)) return;
  throw diagnosticsError("config-invalid", discreet(findings.list(), text));
}

/** True for a file of comments alone: such a configuration sets nothing. */
function isBlank(text: string | undefined): boolean {
  return text === undefined || text.split("\n").every((line) => /^\s*(?:#.*)?$/u.test(line));
}

const goneKey = (key: string) => gone("setting", key);

function readConfig(reading: Reading, root: Located | undefined, sections: ReadonlySet<Section>): Config {
  const fields =
    root === undefined
      ? undefined
      : Fields.of(reading.findings, root, { what: "the configuration", keys: KEYS, goneKey });
  const way = new Way(reading, fields?.get("bosh"));
  const read = <T>(key: Section, section: (node: Located | undefined) => T): T | undefined =>
    sections.has(key) ? reading.section(() => section(fields?.get(key))) : undefined;
  const etcd = read("etcd", (node) => readEtcd(reading, node));
  const lease = read("lease", (node) => readLease(reading, node));
  const gpg = read("gpg", (node) => readGpg(reading, node));
  const unsandboxed = read("sandbox", (node) => readSandbox(reading, node));
  const cf = read("cf", (node) => readCf(reading, node, way)) ?? { skipSslValidation: false };
  const s3 = read("s3", (node) => readS3(reading, node, way)) ?? {};
  const bosh = read("bosh", (node) => readBosh(reading, node));
  const logStores = LOG_STORES.flatMap(
    (section) => read(section, (node) => readLogStore(reading, node, { section, way })) ?? [],
  );
  const reached = [cf, s3, ...logStores];
  const needsWay = sections.has("bosh") || reached.some(({ viaGateway }) => viaGateway === true);
  return {
    cf,
    bosh: { ...bosh, ...(needsWay ? reading.section(() => way.value) : {}) },
    s3,
    logs: sections.has("logs") ? readPaths(reading, fields, "logs") : [],
    actions: sections.has("actions") ? readPaths(reading, fields, "actions") : [],
    logStores: logStores.length === 0 ? undefined : logStores,
    ...{ etcd, unsandboxed, lease, gpg },
  };
}

function readPaths(reading: Reading, fields: ConfigFields | undefined, key: "logs" | "actions"): readonly string[] {
  const node = fields?.get(key);
  if (node === undefined) return [];
  if (node.kind !== "list") {
    reading.findings.add(node.at, {
      message: `"${key}" is ${article(node)}, not a list`,
      remedy: `Write \`${key}: [PATH, PATH]\`.`,
    });
    return [];
  }
  const texts = node.items.flatMap((item) => textOf(reading.findings, item, key)?.value ?? []);
  return texts.map((text) => (text === "-" && key === "logs" ? text : reading.path(text)));
}

/** Takes host and port alone: cells speak to etcd in the clear (dingo.md §1.10). */
function readEtcd(reading: Reading, node: Located | undefined): string | undefined {
  return new Part(reading, "etcd", node).given("url", {
    needed: "Add `url:`, e.g. `http://10.58.111.42:4001`.",
    read: etcdAddress,
    wrong: "is no address of etcd",
    remedy: "Write `http://HOST:PORT`, as the cells reach it.",
  });
}

function etcdAddress(text: string): string | undefined {
  const address = parseAddress(text, "http");
  return address?.protocol === "http:" && address.port !== undefined ? `${address.host}:${address.port}` : undefined;
}
