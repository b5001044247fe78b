/**
 * The origin of each setting: a line of the file, a variable, or the default. Of a secret it says whether one is set, and
 * the place. Nothing is fetched or run.
 */
import { existsSync } from "node:fs";
import { Lines } from "../../kit/yaml/lines.ts";
import { descend, type Located } from "../../kit/yaml/located.ts";
import { dirname } from "node:path";
import type { ConfigDocument } from "./load.ts";
import { type Environment, pathBelow } from "./reading.ts";
import { VARIABLE_NAME } from "./secret.ts";
import { type Setting, SETTINGS } from "./settings.ts";
import { hostOnly, shownValue } from "./shown-value.ts";

export interface Origin {
  readonly name: string;
  /** As it is shown; for a secret how it is had. Undefined if it is not set. */
  readonly value: string | undefined;
  readonly secret: boolean;
  /** Of a secret, whether it is there to be had: a command is not run to find out. */
  readonly set: boolean | "unknown";
  readonly from: "flag" | "file" | "environment" | "default" | "nowhere";
  /** `FILE:LINE`, the name of the variable or flag, or nothing. */
  readonly place: string;
}

export interface Sources {
  readonly document: ConfigDocument | undefined;
  readonly env: Environment;
  readonly home: string;
}

/** Every setting, in the order of the table. */
export function originsOf(sources: Sources): readonly Origin[] {
  const all = SETTINGS.map((setting) => asShown(originOf(setting, sources), setting.kind));
  return [...all, ...proxyOrigin(sources)];
}

/** Masks the place of a secret too: it may be the secret, put there by mistake. */
const asShown = (origin: Origin, kind: Setting["kind"]): Origin => ({
  ...origin,
  value: origin.value && shownValue(origin.value, origin.secret ? "secret" : kind),
});

/** BOSH_ALL_PROXY, if neither the file nor BOSH_GW_HOST names a gateway. It may hold a password. */
function proxyOrigin({ document, env }: Sources): readonly Origin[] {
  const text = env["BOSH_ALL_PROXY"] ?? "";
  const named = document?.root !== undefined && descend(document.root, ["bosh", "gateway"]) !== undefined;
  if (text === "" || named || (env["BOSH_GW_HOST"] ?? "") !== "") return [];
  return [
    {
      name: "bosh.gateway",
      value: hostOnly(text),
      secret: false,
      set: true,
      from: "environment",
      place: "BOSH_ALL_PROXY",
    },
  ];
}

function originOf(setting: Setting, sources: Sources): Origin {
  const { document, env } = sources;
  const node = document?.root === undefined ? undefined : descend(document.root, setting.name.split("."));
  if (node !== undefined && document !== undefined) {
    const { line } = new Lines(document.text).placeOf(node.at);
    return { ...shown(setting, node, sources), name: setting.name, from: "file", place: `${document.path}:${line}` };
  }
  const variable = countedVariables(setting, sources).find((name) => (env[name] ?? "") !== "");
  if (variable !== undefined) return { ...ofVariable(setting, variable, env), from: "environment", place: variable };
  return { name: setting.name, ...unset(setting) };
}

function unset({ kind, fallback }: Setting): Omit<Origin, "name"> {
  const secret = kind === "secret";
  return { value: fallback, secret, set: false, from: fallback === undefined ? "nowhere" : "default", place: "" };
}

function ofVariable(
  { name, kind }: Setting,
  variable: string,
  env: Environment,
): Pick<Origin, "name" | "value" | "secret" | "set"> {
  const secret = kind === "secret";
  return { name, secret, set: true, value: secret ? `the variable ${variable}` : (env[variable] ?? "") };
}

/** The variables that count. If a section sets a matter, no variable is read for the rest of it. */
function countedVariables({ name, variables = [] }: Setting, { document }: Sources): readonly string[] {
  const [section = "", group] = name.split(".");
  const has = (...path: readonly string[]): boolean =>
    document?.root !== undefined && descend(document.root, path) !== undefined;
  if (group === "gateway" && has("bosh", "gateway")) return [];
  if (group === "credentials" && has("s3", "credentials")) return [];
  if (["elasticsearch", "opensearch"].includes(section))
    return has(section) && !has(section, "username") && !has(section, "api_key") ? variables : [];
  return variables;
}

type Shown = Pick<Origin, "value" | "secret" | "set">;

function shown({ kind }: Setting, node: Located, sources: Sources): Shown {
  if (node.kind === "map") return reference(node, sources);
  if (kind === "secret") return { value: "written into the file, which is refused", secret: true, set: true };
  const texts = node.kind === "list" ? node.items.map(textOf) : [textOf(node)];
  return { value: texts.join(", "), secret: false, set: true };
}

const textOf = (node: Located): string => (node.kind === "scalar" ? String(node.value) : `a ${node.kind}`);

function reference(node: Located, { env, document, home }: Sources): Shown {
  const text = (key: string): string | undefined => {
    const found = descend(node, [key]);
    return found?.kind === "scalar" ? String(found.value) : undefined;
  };
  const [name, file, command] = [text("env"), text("file"), descend(node, ["command"])];
  if (name !== undefined && !VARIABLE_NAME.test(name))
    return { secret: true, set: false, value: "what is no name of a variable, which is refused" };
  if (name !== undefined) return { secret: true, set: (env[name] ?? "") !== "", value: `the variable ${name}` };
  if (file !== undefined) {
    const path = pathBelow(file, { folder: dirname(document?.path ?? ""), home });
    return { secret: true, set: existsSync(path), value: `the file ${path}` };
  }
  const program = command === undefined ? undefined : descend(command, [0]);
  const what = program?.kind === "scalar" ? String(program.value) : "";
  return { secret: true, set: "unknown", value: `the command ${what}, which is not run to find out` };
}
