/** A command on a cell, and curl there, in bad weather. */
import type { CommandEnd } from "../../../src/rehearsal/passage.ts";
import type { Ended } from "../../../src/rehearsal/ended.ts";
import type { Looks } from "./suffer.ts";

type Work = () => Promise<Ended>;

const GARBAGE = "\u0000\u001b]0;pwned\u0007<html>It works!</html>\n{]\n";
const NOTHING: CommandEnd = { code: 0, stdout: "", stderr: "", lost: true };

/** The command as a word of the grammar: `docker-stop`, `mv`, `curl`. */
export function commandWord(line: string): string {
  const words = line.replaceAll("'", "").split(" ");
  const name = words.find((word, at) => !["sudo", "-n", "env"].includes(word) && !(at > 0 && word.includes("="))) ?? "";
  const program = name.split("/").at(-1) ?? "";
  return program === "docker" ? `docker-${verbOf(words.slice(words.indexOf(name) + 1))}` : program;
}

/** The word behind docker's own options: `--host SOCKET`, or `--host=SOCKET`. */
function verbOf([word = "", ...rest]: readonly string[]): string {
  if (!word.startsWith("-")) return word;
  return verbOf(word.includes("=") ? rest : rest.slice(1));
}

export const overSsh = (work: Work): Looks<Ended, CommandEnd> => ({
  work,
  whole: (ended) => ended,
  half: ({ stdout }) => ({ ...NOTHING, stdout: stdout.slice(0, stdout.length / 2) }),
  twice: (ended) => ({ ...ended, stdout: ended.stdout.repeat(2) }),
  garbage: () => ({ code: 0, stdout: GARBAGE, stderr: "" }),
  gone: () => NOTHING,
  fails: (status) =>
    status === "403"
      ? { code: 1, stdout: "", stderr: "sudo: a password is required\n" }
      : { code: 1, stdout: "", stderr: "Error response from daemon: input/output error\n" },
});

const failed = (code: number, said: string, body = ""): Ended => ({
  code,
  stdout: `${body}\n000`,
  stderr: `curl: (${code}) ${said}\n`,
});
const answered = (status: number, body: string): Ended => ({ code: 0, stdout: `${body}\n${status}`, stderr: "" });

/** The exit codes and words of curl(1). */
export const overCurl = (work: Work): Looks<Ended, Ended> => ({
  work,
  whole: (ended) => ended,
  half: ({ stdout }) =>
    failed(18, "transfer closed with outstanding read data remaining", stdout.slice(0, stdout.length / 2)),
  twice: ({ stdout, ...rest }) => {
    const at = stdout.lastIndexOf("\n");
    return { ...rest, stdout: `${stdout.slice(0, at).repeat(2)}${stdout.slice(at)}` };
  },
  garbage: () => answered(200, GARBAGE),
  gone: (kind) =>
    kind === "timeout"
      ? failed(28, "Operation timed out after 10001 milliseconds with 0 bytes received")
      : failed(52, "Empty reply from server"),
  fails: (status) => answered(Number(status), `<h1>${status}</h1>`),
});
