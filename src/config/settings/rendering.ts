/** A configuration as text: every setting with a comment. Those without a value are examples, commented out. */
import { wrapWords } from "../../kit/text/wrap-words.ts";
import { type Setting, SECTION_TITLES, SETTINGS } from "./settings.ts";

export interface RenderOptions {
  /** By the setting's name, as it stands behind the colon. */
  readonly values: ReadonlyMap<string, string>;
  /** Examples are not commented out, so that a test can check them. */
  readonly examples?: true;
}

const HEAD = [
  "# Configuration of dingo-recover. No secret stands here: each is named as { env: NAME },",
  "# { file: PATH } or { command: [PROGRAM, ARGUMENT] }, and fetched when it is needed.",
  "# In brackets: the variables that count if a line is silent. What is commented out is an example.",
  "# dingo-recover config show --origin    what it comes to, and where each value comes from",
  "# dingo-recover doctor                  whether everything is there, and can be reached",
];
const WIDTH = 98;

export function renderConfig({ values, examples }: RenderOptions): string {
  return `${[...HEAD, ...bodyLines({ values, examples: examples === true })].join("\n")}\n`;
}

function bodyLines(drawing: Drawing): readonly string[] {
  const sections = [...new Set(SETTINGS.map(({ name }) => name.split(".")[0] ?? ""))];
  return sections.flatMap((section) => {
    const within = SETTINGS.filter(({ name }) => name.split(".")[0] === section);
    return ["", `# ${SECTION_TITLES[section] ?? section}`, ...groupLines([], within, drawing)];
  });
}

interface Drawing {
  readonly values: ReadonlyMap<string, string>;
  readonly examples: boolean;
}

/** Settings below one path: leaves as lines, further keys as groups of their own. */
function groupLines(path: readonly string[], settings: readonly Setting[], drawing: Drawing): readonly string[] {
  const keys = [...new Set(settings.map(({ name }) => name.split(".")[path.length] ?? ""))];
  return keys.flatMap((key) => {
    const here = [...path, key];
    const within = settings.filter(({ name }) => name === here.join(".") || name.startsWith(`${here.join(".")}.`));
    const [leaf] = within.filter(({ name }) => name === here.join("."));
    if (leaf !== undefined) return leafLines(leaf, here, drawing);
    const alive = drawing.examples || within.some(({ name }) => drawing.values.has(name));
    return [`${indent(here)}${alive ? "" : "# "}${key}:`, ...groupLines(here, within, drawing)];
  });
}

function leafLines(setting: Setting, path: readonly string[], { values, examples }: Drawing): readonly string[] {
  const value = values.get(setting.name) ?? (examples ? setting.example : undefined);
  const line = `${path.at(-1) ?? ""}: ${value ?? setting.example}`;
  const comment = wrapWords(describe(setting), WIDTH - indent(path).length, "").map(
    (text) => `${indent(path)}# ${text}`,
  );
  return [...comment, `${indent(path)}${value === undefined ? "# " : ""}${line}`];
}

const indent = (path: readonly string[]): string => "  ".repeat(path.length - 1);

function describe({ what, variables = [], fallback }: Setting): string {
  const silent = [...variables, ...(fallback === undefined ? [] : [fallback])];
  return silent.length === 0 ? what : `${what} [${silent.join(", else ")}]`;
}
