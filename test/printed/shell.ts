/**
 * Printed lines as a shell runs them: every program is replaced by a note of its arguments and of its standard input, so
 * that two ways of writing the same command are seen to be the same.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PrintedCommand } from "../../src/action.ts";
import { typedIn } from "../../src/kit/text/typed-lines.ts";
import { quote } from "../../src/kit/commands/shell-quote.ts";

/** Programs that a line works a value out with. */
const REAL = ["sed", "tr", "cut"];
/** When a directory of programs is named, it is this one. */
export const PROGRAMS = "/opt/postgresql/bin";
const NAMED = ["postgres", "pg_ctl", "pg_dump", "psql"].map((name) => `${PROGRAMS}/${name}`);

/** The answer of Cloud Foundry has all words that a line looks for: a line that lacks one runs nothing. */
const ANSWER = '{"tags": ["ours"], "credentials": {"uri": "postgres://appuser:s3cr3t-word@10.0.0.1:33001/postgres"}}';

const HEAD = `
exec 9>> "$1"
note() { local given; IFS= read -r -d '' given; printf '%s\\0' "$AT" "$#" "$@" "$given" >&9; }
command_not_found_handle() {
  note "$@"
  [[ $1 != aws || $3 != ls ]] || return "$LISTED"
  [[ $1 != cf || $2 != curl ]] || printf '%s' ${quote([ANSWER])}
}
${REAL.map((name) => `${name}() { /usr/bin/${name} "$@"; }`).join("\n")}
${NAMED.map((path) => `${path}() { note ${path} "$@"; }`).join("\n")}
PATH=/nothing
`;

/** One program that was called: its words, then its standard input. */
type Call = readonly string[];

/** How `aws s3 ls` ends when it finds nothing: a line that must not write over anything goes on then. */
const NOTHING_FOUND = 1;

/**
 * The calls of each list of commands, by line; the programs of one line side by side are in no order. `listed`: the
 * exit code of `aws s3 ls`.
 */
export function callsOf(
  lists: readonly (readonly PrintedCommand[])[],
  { listed = NOTHING_FOUND }: { readonly listed?: number } = {},
): readonly (readonly Call[])[] {
  const scripts = lists.map((commands, list) => {
    const lines = typedIn(commands).flatMap(({ text }, index) => [`AT=${list}/${index}`, text]);
    return `( eval ${quote([lines.join("\n")])} )`;
  });
  const calls = lists.map((): Call[] => []);
  for (const [at = "", ...call] of noted(`${HEAD}\nLISTED=${listed}\n${scripts.join("\n")}\ntrue\n`)) {
    const [list, line = ""] = at.split("/");
    calls[Number(list)]?.push([line, ...call]);
  }
  return calls.map((each) => each.sort((a, b) => (a.join("\0") < b.join("\0") ? -1 : 1)));
}

function noted(script: string): readonly Call[] {
  const directory = mkdtempSync(join(tmpdir(), "printed-"));
  const [file, calls] = [join(directory, "script"), join(directory, "calls")];
  try {
    writeFileSync(file, script);
    execFileSync("/bin/bash", ["--norc", file, calls], { env: {}, stdio: ["ignore", "ignore", "ignore"] });
    return callsIn(readFileSync(calls, "utf8").split("\0"));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function callsIn(fields: readonly string[]): readonly Call[] {
  const calls: Call[] = [];
  for (let at = 0; at + 1 < fields.length; ) {
    const words = Number(fields[at + 1]);
    calls.push([fields[at] ?? "", ...fields.slice(at + 2, at + 3 + words)]);
    at += 3 + words;
  }
  return calls;
}
