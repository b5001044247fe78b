/**
 * The forms that no printed line may have, for every action and every way back: with hostile values, and with
 * placeholders.
 */
import { execFileSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import type { AnyAction, PrintedCommand } from "../../src/action.ts";
import { REGISTRY } from "../../src/wiring/registry.ts";
import { unknownInput } from "../../src/engine/state/foresight.ts";
import { ifKnown, UnknownValue } from "../../src/kit/commands/placeholder.ts";
import { typedIn } from "../../src/kit/text/typed-lines.ts";
import { fc, inputs } from "../properties.ts";
import { fillLine } from "./fill.ts";
import { inputsOf } from "./samples.ts";
import { callsOf } from "./shell.ts";

const RUN = "20261121-020000-abcd";
/** Its words before docker are the operator's own there, and its own directories are removed. */
const ON_DOCKER_HOSTS = /^(?:compose|salvage|storage)\./u;
/** These remove only files of the run itself. */
const REMOVE = ["docker.delete-aside", "scratch.delete-copy", "backup.restore-test", "compose.warm-copy"];
const REMOVAL = /\brm -rf --one-file-system -- [\w./=-]+$/u;
/** Of a team's own runbook. */
const OWN_COMMANDS = "compose.by-hand";

const PROGRAMS = [
  ...[
    "aws",
    "bosh",
    "cf",
    "curl",
    "df",
    "dingo-recover",
    "docker",
    "docker-compose",
    "env",
    "grep",
    "ls",
    "mv",
    "pg_dump",
    "pg_restore",
  ],
  ...["psql", "rm", "sh", "sudo", "tail", "xargs", "/opt/postgresql/bin/pg_ctl", "/opt/postgresql/bin/postgres"],
];

interface Printed {
  readonly real: readonly PrintedCommand[];
  readonly unknown: readonly PrintedCommand[];
}

function printedBy(action: AnyAction): readonly Printed[] {
  return fc.sample(inputsOf(action.input), { seed: 1, numRuns: inputs(5) }).map((input) => {
    const parsed = action.input.parse(input);
    const nothing = Object.fromEntries(Object.keys(input).map((field) => [field, `<step.${field}>`]));
    const all = ifKnown(() => action.describe(unknownInput(action.input, nothing) as never, RUN));
    const undo = action.effect === "read" || action.undo === undefined || "leaves" in action.undo ? [] : [action.undo];
    const left = { output: undefined, records: () => [] };
    return {
      real: [...action.describe(parsed, RUN), ...undo.flatMap((back) => back.describe(parsed, RUN, left as never))],
      unknown: all instanceof UnknownValue ? [] : all,
    };
  });
}

/** The line as a shell sees it outside of quotes: each quoted part is one letter. */
const bare = (line: string): string => line.replaceAll(/\\[^]|'[^']*'/gu, (part) => (part.startsWith("'") ? "Q" : ""));

/** Lines that are typed, without a remark behind them. */
const typed = (commands: readonly PrintedCommand[]): readonly string[] =>
  typedIn(commands).flatMap(({ text }) => (text.startsWith("#") ? [] : [text]));

const ALL = [...REGISTRY].map(([id, action]) => {
  const printed = printedBy(action);
  const lines = [...new Set(printed.flatMap(({ real, unknown }) => [...typed(real), ...typed(unknown)]))];
  return { id, printed, lines };
});
const RUN_BY_A_SHELL = ALL.filter(({ id }) => id !== OWN_COMMANDS);

/** By action: one shell runs the lines of all. */
let called: ReadonlyMap<string, ReadonlySet<string | undefined>>;
beforeAll(() => {
  const calls = callsOf(RUN_BY_A_SHELL.flatMap(({ printed }) => printed.map(({ real }) => real)));
  const programs = calls.map((list) => list.map(([, program]) => program));
  called = new Map(
    RUN_BY_A_SHELL.map(({ id, printed }) => [id, new Set(programs.splice(0, printed.length).flat())] as const),
  );
});

describe("what any action prints", () => {
  it.each(["bash", "sh"])("is understood by %s", (shell) => {
    const script = RUN_BY_A_SHELL.flatMap(({ lines }) => lines).map((line) => `${line}\n`);
    execFileSync(shell, ["-n"], { input: script.join(""), stdio: ["pipe", "pipe", "inherit"] });
  });
});

describe.each(ALL)("what $id prints", ({ id, lines }) => {
  it("calls the programs that it means, whatever the values are", () => {
    if (id === OWN_COMMANDS) return;
    expect([...(called.get(id) ?? ["nothing was run"])].filter((one) => !PROGRAMS.includes(one ?? ""))).toEqual([]);
  });

  it("names docker on a cell by its full path and its socket, and as root", () => {
    if (ON_DOCKER_HOSTS.test(id)) return;
    for (const line of lines) {
      expect(line).not.toMatch(/(?:^|[\s|;&("])docker /u);
      for (const [call = ""] of line.matchAll(/.{8}\/var\/vcap\/packages\/docker\/bin\/docker .{8}/gu))
        expect(call).toMatch(/^sudo -n \S+ --host /u);
    }
  });

  it("asks by HTTP as the tool does: no file of the user's, no proxy, no pattern, a time-out", () => {
    if (ON_DOCKER_HOSTS.test(id)) return;
    for (const line of lines)
      for (const [, call = ""] of line.matchAll(/(?<!cf )\bcurl ([^|;]*)/gu))
        expect(call).toMatch(/^-q -s(?:S|) -g (?:--fail )?--noproxy '/u);
  });

  it("removes nothing but the run's own, by its whole name", () => {
    const removals = lines.map(bare).filter((line) => /\brm -[a-z]*r/u.test(line));
    if (!REMOVE.includes(id)) expect(removals).toEqual([]);
    for (const line of removals) expect(line).toMatch(REMOVAL);
  });

  it("leaves no word to be put in by hand but a placeholder, which stands in quotes", () => {
    for (const line of lines) {
      expect(line.replace("for CONTAINER in", "")).not.toMatch(
        /(?<![$\w{"=])(?:BUCKET|CONTAINER|GUID|NAME|PREFIX|RUN|VOLUME|YOUR_\w+)(?![\w=])/u,
      );
      fillLine(line, () => "x");
    }
  });

  it("pipes into something", () => {
    if (id === OWN_COMMANDS) return;
    expect(lines.map(bare).filter((line) => /\|\s*(?:$|#|;|\))/mu.test(line))).toEqual([]);
  });
});
