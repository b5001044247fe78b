/** Asks a host's own Compose for the meaning of a project's files. It needs no engine for that. */
import { RecoverError } from "../../errors.ts";
import * as compose from "../../kit/commands/compose-commands.ts";
import type { DockerWords } from "../../kit/commands/docker-commands.ts";
import type { Shell } from "../../kit/shell/shell.ts";
import { printable } from "../../kit/text/printable.ts";
import type { CommandResult } from "../../ports/cells.ts";
import type { ComposeAnswer } from "../../ports/docker-host.ts";
import { dockerFailure } from "./failure.ts";

const MAX_OUTPUT = 16 * 1024 * 1024;
const SLOW_MS = 120_000;
const LONGEST = 300;

/** "1.29.2"; undefined if the host has none of that generation. */
export async function versionOfCompose(
  shell: Shell,
  words: DockerWords,
  generation: compose.ComposeGeneration,
): Promise<string | undefined> {
  const result = await shell.run(compose.composeVersion(words, generation)).catch((error: unknown) => {
    if (error instanceof RecoverError && ["docker-missing", "program-missing"].includes(error.code)) return undefined;
    throw error;
  });
  return result?.code === 0 ? /(?<!\d)(\d+(?:\.\d+)+)/u.exec(result.stdout)?.[1] : undefined;
}

export async function askCompose(
  shell: Shell,
  words: DockerWords,
  {
    call,
    over,
  }: { readonly call: compose.ComposeCall; readonly over?: { readonly file: string; readonly text: string } },
): Promise<ComposeAnswer> {
  if ((await versionOfCompose(shell, words, call.generation)) === undefined)
    return { state: "missing", program: compose.composeWords(["docker"], call.generation).join(" ") };
  const argv =
    over === undefined ? compose.composeConfig(words, call) : compose.composeConfigOver(words, call, over.file);
  const stdin = over === undefined ? {} : { stdin: over.text };
  const result = await shell.run(argv, { timeoutMs: SLOW_MS, maxOutputBytes: MAX_OUTPUT, ...stdin });
  if (result.code === 0) return { state: "told", text: result.stdout, unset: unsetIn(result.stderr) };
  const failed = dockerFailure(shell, argv, result);
  if (failed.code !== "command-failed") throw failed;
  return { state: "refused", why: shell.secrets.mask(refusalIn(result)) };
}

const UNSET = /The \\?"?([A-Za-z_]\w*)\\?"? variable is not set/gu;

const unsetIn = (stderr: string): readonly string[] => [
  ...new Set([...stderr.matchAll(UNSET)].map(([, name = ""]) => name)),
];

/** Quoted: the name of a service or a variable, a path. */
const TOLD = /^(?:service .*|.(?:\.?\/[^\s=$]*|[A-Z][A-Z0-9_]*).)$/u;

/** The last lines but for warnings. Compose repeats what it does not understand, perhaps a password: names and paths stay. */
function refusalIn({ stderr, code }: CommandResult): string {
  const [told = ""] = stderr.split("You may need to escape");
  const lines = told.split("\n").filter((line) => line.trim() !== "" && !/level=warning|is not set\. /u.test(line));
  const said = lines
    .slice(-3)
    .map((line) => line.replace(/: ["'].*/u, "").replace(/interpolating .*/u, "interpolating it"))
    .join("; ")
    .replaceAll(/(?:service )?(["'`]).*?\1/gu, (span, sign: string) => (TOLD.test(span) ? span : `${sign}…${sign}`));
  const text = printable(said.replaceAll(/=\S+/gu, "=…").trim());
  if (text === "") return `it ended with ${code}`;
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
