/** The arrows of the architecture (build/arrows.mjs): every rule is broken by something. That src/ breaks none is told by `npm run lint`. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";

interface Arrows {
  readonly RULES: readonly { readonly name: string }[];
  readonly WORDS: readonly { readonly name: string }[];
  readonly arrowsOf: (path: string, source: string) => readonly unknown[];
  readonly forbidden: (sources: ReadonlyMap<string, string>) => readonly string[];
}

const { RULES, WORDS, arrowsOf, forbidden } = (await import(
  join(import.meta.dirname, "../build/arrows.mjs")
)) as Arrows;

/** For each rule: a file, what it may not import, and what it may. */
const BROKEN: readonly (readonly [rule: string, file: string, breaks: string, allowed: string])[] = [
  ["bundled-dependencies-only", "src/cli/x.ts", "left-pad", "yargs"],
  ["product-knows-no-test", "src/cli/x.ts", "../../test/tool.ts", "./tool.ts"],
  ["vocabulary-stands-alone", "src/time.ts", "./ports/clock.ts", "./errors.ts"],
  ["action-contract-names-ports-only", "src/action.ts", "./engine/plan.ts", "./ports/clock.ts"],
  ["ports-know-only-vocabulary", "src/ports/x.ts", "../engine/plan.ts", "../errors.ts"],
  ["yaml-knows-only-vocabulary", "src/yaml/x.ts", "../config/read.ts", "yaml"],
  ["explanation-knows-only-vocabulary", "src/explanation/x.ts", "../cli/x.ts", "../errors.ts"],
  ["compose-is-pure", "src/compose/x.ts", "../ports/clock.ts", "../yaml/read.ts"],
  ["trust-obeys-nothing", "src/trust/x.ts", "../adapters/x.ts", "../config/read.ts"],
  ["page-knows-only-vocabulary", "src/page/x.ts", "../journal/entry.ts", "./server.ts"],
  ["expression-knows-only-vocabulary", "src/expression/x.ts", "../runbook/x.ts", "../errors.ts"],
  ["runbook-is-pure", "src/runbook/x.ts", "../adapters/x.ts", "../expression/x.ts"],
  ["journal-knows-no-domain", "src/journal/x.ts", "../archive/names/x.ts", "../ports/clock.ts"],
  ["lease-knows-the-journal-and-a-port", "src/lease/x.ts", "../engine/x.ts", "../journal/entry.ts"],
  ["archive-and-discovery-know-only-ports", "src/discovery/x.ts", "../adapters/x.ts", "../log-patterns/x.ts"],
  ["log-patterns-know-only-vocabulary", "src/log-patterns/x.ts", "../discovery/x.ts", "../errors.ts"],
  ["archive-goes-one-way", "src/archive/reading/x.ts", "../copy/x.ts", "../tar/x.ts"],
  ["archive-is-read-before-it-is-judged", "src/archive/reading/x.ts", "../judgement/x.ts", "../wal/x.ts"],
  ["archive-names-and-packing-know-no-archive", "src/archive/wal/x.ts", "../reading/x.ts", "../names/x.ts"],
  ["data-directory-knows-files", "src/data-directory/x.ts", "../archive/reading/x.ts", "../archive/wal/x.ts"],
  ["docker-storage-is-judged-from-facts", "src/docker-storage/x.ts", "../adapters/x.ts", "../compose/x.ts"],
  ["scan-knows-bytes", "src/scan/x.ts", "../discovery/x.ts", "../ports/x.ts"],
  ["engine-knows-no-domain", "src/engine/x.ts", "../archive/names/x.ts", "../journal/entry.ts"],
  ["actions-speak-to-ports", "src/actions/cf/x.ts", "../../adapters/x.ts", "../../ports/x.ts"],
  ["doctor-looks-through-ports", "src/doctor/x.ts", "../actions/cf/x.ts", "../actions/bosh/x.ts"],
  ["adapters-know-no-policy", "src/adapters/x.ts", "../engine/x.ts", "../scan/x.ts"],
  ["rehearsal-is-another-world", "src/rehearsal/x.ts", "../time.ts", "../errors.ts"],
  ["ui-sees-events", "src/ui/x.ts", "../engine/plan.ts", "../engine/event.ts"],
  ["report-is-a-function-of-the-journal", "src/report/x.ts", "../engine/x.ts", "../standing/x.ts"],
  ["standing-knows-the-journal", "src/standing/x.ts", "../report/x.ts", "../journal/entry.ts"],
  ["config-reads-only", "src/config/x.ts", "../adapters/x.ts", "../yaml/x.ts"],
  ["nobody-knows-the-command-line", "src/wiring.ts", "./cli/x.ts", "./adapters/x.ts"],
  ["wiring-is-called-by-the-command-line", "src/rehearsal/x.ts", "../wiring.ts", "./wiring.ts"],
  ["aws-in-one-folder", "src/adapters/cf/x.ts", "@aws-sdk/client-s3", "zod"],
  ["store-by-its-front-door", "src/wiring.ts", "./adapters/s3/connection.ts", "./adapters/s3/archive-store.ts"],
  ["guard-knows-no-connection", "src/adapters/s3/guard/x.ts", "../connection.ts", "../failure.ts"],
  ["log-store-client-in-one-place", "src/adapters/cf/x.ts", "@elastic/elasticsearch", "zod"],
  ["log-store-client-on-demand", "src/adapters/elasticsearch/x.ts", "./plain-client.ts", "./query.ts"],
  ["ssh-only-at-the-border", "src/cli/x.ts", "ssh2", "yargs"],
  ["processes-only-at-the-border", "src/engine/x.ts", "node:child_process", "node:path"],
  ["prompts-only-in-ui", "src/cli/x.ts", "inquirer", "yargs"],
  ["cel-only-in-expression", "src/runbook/x.ts", "@marcbachmann/cel-js", "../expression/x.ts"],
  ["yaml-only-in-yaml", "src/config/x.ts", "yaml", "../yaml/x.ts"],
];

const broken = (file: string, source: string): readonly string[] =>
  forbidden(new Map([[file, source]])).map((sentence) => /: ([a-z-]+)\. /.exec(sentence)?.[1] ?? sentence);

describe("the rules", () => {
  it("are all here", () => {
    expect(BROKEN.map(([rule]) => rule)).toEqual(RULES.map(({ name }) => name));
    expect(WORDS.map(({ name }) => name)).toEqual(["no-wall-clock", "suppressions-say-why"]);
  });

  it.each(BROKEN)("%s is broken by %s when it imports %s, and not by %s", (rule, file, breaks, allowed) => {
    expect(broken(file, `import { x } from "${breaks}";\n`)).toContain(rule);
    expect(broken(file, `import { x } from "${allowed}";\n`)).toEqual([]);
  });

  it("let the log store's client be loaded on demand, and named as a type", () => {
    const file = "src/adapters/elasticsearch/x.ts";
    expect(
      broken(file, 'import type { Client } from "./plain-client.ts";\nawait import("./plain-client.ts");\n'),
    ).toEqual([]);
  });

  it.each([
    ["an import of types", 'import type { B } from "./b.ts";\n'],
    ["an import on demand", 'export const b = () => import("./b.ts");\n'],
  ])("find a circle that %s closes", (_, source) => {
    const circle = new Map([
      ["src/cli/a.ts", source],
      ["src/cli/b.ts", 'export * from "./c.ts";\n'],
      ["src/cli/c.ts", 'import { a } from "./a.ts";\n'],
    ]);
    expect(forbidden(circle)).toEqual([
      expect.stringContaining("src/cli/a.ts -> src/cli/b.ts -> src/cli/c.ts -> src/cli/a.ts: no-circles."),
    ]);
    circle.set("src/cli/c.ts", "");
    expect(forbidden(circle)).toEqual([]);
  });

  it.each(["new Date()", "new Date"])("find the wall clock in a pure folder: %s", (word) => {
    expect(broken("src/engine/x.ts", `const now = ${word};\n`)).toEqual(["no-wall-clock"]);
    expect(broken("src/cli/x.ts", `const now = ${word};\n`)).toEqual([]);
    expect(broken("src/engine/x.ts", "const then = new Date(0);\n")).toEqual([]);
  });

  it("find a rule that is turned off without a reason", () => {
    const off = "// oxlint-disable-next-line no-console";
    expect(broken("src/cli/x.ts", `${off}\n`)).toEqual(["suppressions-say-why"]);
    expect(broken("src/cli/x.ts", `${off} -- nothing else is there yet\n`)).toEqual([]);
  });
});

describe("an import", () => {
  const to = "src/b.ts";
  it.each([
    ['import "./b.ts";', "static", to],
    ['import b from "./b.ts";', "static", to],
    ['import * as b from "./b.ts";', "static", to],
    ['import {\n  a, // of b (both)\n  type B,\n} from "./b.ts";', "static", to],
    ['export * from "./b.ts";', "static", to],
    ['export { a } from "./b.ts";', "static", to],
    ['import type { B } from "./b.ts";', "type", to],
    ['import type B from "./b.ts";', "type", to],
    ['export type { B } from "./b.ts";', "type", to],
    ['const b = await import("./b.ts");', "dynamic", to],
    ['type B = typeof import("./b.ts");', "dynamic", to],
    ['const b = require("./b.cts");', "static", "src/b.cts"],
    ['import { join } from "node:path";', "static", "path"],
    ['import { x } from "yaml/x";', "static", "node_modules/yaml/x/"],
  ])("is seen: %s", (source, how, target) => {
    expect(arrowsOf("src/a.ts", `${source}\n`)).toEqual([{ from: "src/a.ts", to: target, how }]);
  });

  it("is not seen in what is exported, or said", () => {
    const source = 'export const from = "./b.ts";\nexport type B = "./b.ts";\nexport { a };\nconst text = "from";\n';
    expect(arrowsOf("src/a.ts", source)).toEqual([]);
  });
});
