/**
 * How the tool was called, for the commands that it prints: they work as they are typed, in a clone too. Texts name it
 * `dingo-recover` everywhere; only the screen says it as the caller has to type it.
 */
import { existsSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join, relative } from "node:path";
import { quote } from "../commands/shell-quote.ts";
import { realPath } from "./real-path.ts";

/** A script around the tool says here what its users type. A rehearsal says it to the program that it starts. */
export const COMMAND_VARIABLE = "DINGO_RECOVER_COMMAND";

/** A rehearsal names the configuration of its box here: no command that is printed in it reaches a real foundation. */
export const BOX_CONFIG_VARIABLE = "DINGO_RECOVER_BOX_CONFIG";

const NAME = "dingo-recover";

export interface Call {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of Node's first argument: a script, or a link to one. */
  readonly script: string | undefined;
  /** Node, or the executable that holds it and the tool. */
  readonly execPath: string;
  readonly isExecutable: boolean;
  readonly cwd: string;
}

export function calledAs({ env, script, execPath, isExecutable, cwd }: Call = thisCall()): string {
  const given = env[COMMAND_VARIABLE];
  if (given !== undefined && given !== "") return given;
  const file = isExecutable ? execPath : script;
  if (file === undefined) return NAME;
  const places = pathWithoutNpm(env["PATH"]);
  // npm goes to the package's directory; what is printed is typed where npm was called.
  const here = env["INIT_CWD"] ?? cwd;
  if (!isExecutable && basename(file) !== NAME)
    return `${isFound("node", execPath, places) ? "node" : typed(shortest(execPath, env["PATH"]), here, true)} ${typed(file, here, false)}`;
  if (isFound(basename(file), file, places)) return basename(file);
  const isOfProject = NPM_BIN.test(dirname(file)) && !file.includes("/_npx/");
  return env["npm_command"] === "exec" && isOfProject ? `npx ${NAME}` : typed(file, here, true);
}

function thisCall(): Call {
  const { env, argv, execPath } = process;
  return {
    env,
    script: argv[1],
    execPath,
    isExecutable: process.getBuiltinModule("node:sea").isSea(),
    cwd: process.cwd(),
  };
}

const NPM_BIN = /(?:^|\/)node_modules\/\.bin$/u;

/** npm puts its own places first for what it starts: the caller's shell does not look there. */
const pathWithoutNpm = (path = ""): readonly string[] =>
  path.split(delimiter).filter((place) => place !== "" && !NPM_BIN.test(place) && !place.endsWith("/node-gyp-bin"));

/** Whether that name, typed by itself, starts this very file. */
function isFound(name: string, file: string, places: readonly string[]): boolean {
  const first = places.map((place) => join(place, name)).find((path) => existsSync(path));
  return first !== undefined && realPath(first) === realPath(file);
}

/** A clone's own Node lies deep: the link that npm found it by is shorter. */
function shortest(execPath: string, path = ""): string {
  const links = path.split(delimiter).map((place) => join(place, "node"));
  return links.find((link) => existsSync(link) && realPath(link) === realPath(execPath)) ?? execPath;
}

function typed(path: string, here: string, isProgram: boolean): string {
  const below = relative(here, path);
  if (below === "" || below.startsWith("..") || isAbsolute(below)) return quote([path]);
  return quote([isProgram && !below.includes("/") ? `./${below}` : below]);
}

/**
 * `text` with each command of ours as `called` says it; one that is said so already stays. `boxConfig`: the
 * configuration of a rehearsal's box, for commands that would reach a foundation.
 */
export function asCalled(
  text: string,
  called: () => string = calledAs,
  boxConfig = process.env[BOX_CONFIG_VARIABLE],
): string {
  if (!text.includes(`${NAME} `)) return text;
  const command = called();
  const isSaid = (at: number): boolean =>
    command.includes(NAME) && text.startsWith(command, at - command.indexOf(NAME));
  const inBox = boxConfig === undefined ? "" : ` ${quote(["--config", boxConfig])}`;
  return text.replace(COMMANDS, (name, verb: string | undefined, at: number) =>
    isSaid(at) ? name : `${command}${OUTWARD.has(verb ?? "") ? inBox : ""}`,
  );
}

/** In prose the name stands alone, or before another word. */
export const VERBS: readonly string[] = [
  "run resume undo cleanup rehearse drill discover archive inventory status runs report",
  "serve journal init config trust doctor explain show lint schema completion",
].flatMap((line) => line.split(" "));

/** The verbs that reach a foundation by the configuration. The others name a run, and a rehearsal's run knows its box. */
const OUTWARD: ReadonlySet<string> = new Set("run cleanup drill discover archive inventory doctor".split(" "));

const COMMANDS = new RegExp(String.raw`(?<![\w./-]|npx )${NAME}(?= (?:--|(${VERBS.join("|")})(?![\w-])))`, "gu");
