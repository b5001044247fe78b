/** The consequences of obeying a configuration, for the person who is to trust it. Finding them out runs nothing. */
import { shownValue } from "../settings/shown-value.ts";
import { type Setting, SETTINGS } from "../settings/settings.ts";
import { printable } from "../../kit/text/printable.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import { Findings } from "../../kit/yaml/findings.ts";
import type { Located } from "../../kit/yaml/located.ts";
import { readYaml } from "../../kit/yaml/read.ts";
import type { Document } from "./named-files.ts";

/** Each consequence is a list of lines, in the order of the file. */
export interface Consequences {
  /** Programs and modules. */
  readonly runs: readonly string[];
  /** Addresses and places that are spoken to. */
  readonly reaches: readonly string[];
  /** Where its log-ins come from: variables that are set here, and files. */
  readonly sends: readonly string[];
  /** Everything else that it says. */
  readonly sets: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A value with the names of the keys that lead to it. */
interface Leaf {
  readonly path: readonly string[];
  readonly text: string;
}

const PLACES: ReadonlySet<string> = new Set(["bosh.gateway.host", "s3.bucket", "lease"]);

export function consequencesOf({ path, text }: Document, env: Environment): Consequences {
  const root = readYaml(new Findings(path, text));
  const leaves = root === undefined ? [] : leavesOf(root, []);
  const found = { runs: [] as string[], reaches: [] as string[], sends: [] as string[], sets: [] as string[] };
  for (const leaf of leaves) {
    const [kind, line] = judged(leaf, env);
    found[kind].push(printable(line));
  }
  return { ...found, sends: [...new Set([...found.sends, ...fromEnvironment(leaves, env)])] };
}

function judged({ path, text }: Leaf, env: Environment): [keyof Consequences, string] {
  const [name, last] = [settingName(path), path.at(-1)];
  const shownAs = path.join(".");
  if (name === "actions") return ["runs", `the module ${text}, with all rights of this tool`];
  if (last === "command") return ["runs", `${text}   (${shownAs})`];
  if (last === "env") return ["sends", `the variable ${text}${(env[text] ?? "") === "" ? ", which is not set" : ""}`];
  if (last === "file") return ["sends", `what stands in the file ${text}`];
  const setting = SETTINGS.find((each) => each.name === name);
  // Nobody reads it: it may be a secret of another version's.
  if (setting === undefined) return ["sets", `${shownAs}, which is no setting`];
  const { kind } = setting;
  const value = kind === "secret" ? "a secret, which is refused" : shownValue(text, kind);
  return [isPlace(name, setting) ? "reaches" : "sets", `${shownAs}: ${value}`];
}

const isPlace = (name: string, setting: Setting): boolean => PLACES.has(name) || setting.kind === "address";

/** Variables with log-ins that are set here, and count for a section of the file. */
function fromEnvironment(leaves: readonly Leaf[], env: Environment): readonly string[] {
  const sections = new Set(leaves.map(({ path }) => settingName(path).split(".")[0]));
  return SETTINGS.filter(({ kind }) => kind === "secret" || kind === "text-or-secret")
    .filter(({ name }) => sections.has(name.split(".")[0] ?? ""))
    .flatMap(({ variables = [] }) => variables.filter((each) => (env[each] ?? "") !== ""))
    .map((variable) => `the variable ${variable}`);
}

/** The name of a setting as the table of settings has it. */
const settingName = (path: readonly string[]): string => path.join(".");

function leavesOf(node: Located, path: readonly string[]): readonly Leaf[] {
  if (node.kind === "scalar") return [{ path, text: String(node.value ?? "") }];
  if (node.kind === "map") return [...node.entries].flatMap(([key, { value }]) => leavesOf(value, [...path, key]));
  if (path.at(-1) !== "command") return node.items.flatMap((item) => leavesOf(item, path));
  return [{ path, text: quote(node.items.map((item) => (item.kind === "scalar" ? String(item.value) : ""))) }];
}
