/**
 * Scripts on the machine of the `docker` command that write its output to a file, hand a file to it, and tell a file's
 * size and hash: dumps. Undefined: nobody here knows the call. Held to the scripts themselves by the contract suite.
 */
import { createHash } from "node:crypto";
import { type Applied, fails, says } from "./answer.ts";
import { type FileCall, madeDirectory } from "./file-programs.ts";
import { put, recorded, textOn } from "./machine-files.ts";
import type { DockerEngineState } from "./state.ts";
import { file } from "./tree.ts";

/** One call of `docker` with these words. */
type Docker = (state: DockerEngineState, words: readonly string[], stdin: string) => Applied;

export function applyDumps(
  state: DockerEngineState,
  { words, stdin, now }: FileCall,
  docker: Docker,
): Applied | undefined {
  const [shell, c, script = "", sh, path = "", program, ...rest] = words;
  if (shell !== "sh" || c !== "-c" || sh !== "sh") return undefined;
  // The box's disk is never filled by a server.
  if (script.endsWith("> /dev/null 2>&1 &\n")) return says(state);
  if (script.endsWith('sha256sum < "$1"') && program === undefined) return says(state, described(state, path));
  if (script.endsWith('| "$@"\n')) return applyRoles(state, words, docker);
  if (program !== "docker") return undefined;
  if (script.endsWith('exec "$@" < "$f"')) {
    const text = textOn(state, path, "latin1");
    return text === undefined ? fails(state, `sh: 1: cannot open ${path}: No such file`, 2) : docker(state, rest, text);
  }
  if (!script.includes('"$@") > "$f.part"')) return undefined;
  const said = docker(state, rest, stdin);
  if (said.answer.code !== 0) return said;
  const above = madeDirectory(said.state, path.slice(0, path.lastIndexOf("/")), now);
  const written = put(above, path, file(said.answer.stdout, { modified: now }));
  return says(recorded(written, `dump ${path}`), described(written, path));
}

/** `sh -c SCRIPT sh FILE HEAD TAIL docker …` */
function applyRoles(state: DockerEngineState, words: readonly string[], docker: Docker): Applied | undefined {
  const [path = "", head = "", tail = "", program, ...rest] = words.slice(4);
  if (program !== "docker") return undefined;
  const text = textOn(state, path, "latin1");
  if (text === undefined) return fails(state, `there is no ${path}`);
  const said = text.replaceAll(/^\\(?:un)?restrict [A-Za-z0-9]+\n/gmu, "");
  return docker(state, rest, `${head}${Buffer.from(said, "latin1").toString("hex")}${tail}`);
}

function described(state: DockerEngineState, path: string): string {
  const text = textOn(state, path, "latin1");
  if (text === undefined) return "";
  return `${text.length}\n${createHash("sha256").update(Buffer.from(text, "latin1")).digest("hex")}  -\n`;
}
