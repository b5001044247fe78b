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
  ["product-knows-no-test", "src/cli/x.ts", "../../test/tool.js", "./tool.js"],
  ["vocabulary-stands-alone", "src/time.ts", "./ports/clock.js", "./errors.js"],
  ["action-contract-names-ports-only", "src/action.ts", "./engine/plan.js", "./ports/clock.js"],
  ["ports-know-only-vocabulary", "src/ports/x.ts", "../engine/plan.js", "../errors.js"],
  ["yaml-knows-only-vocabulary", "src/yaml/x.ts", "../config/read.js", "yaml"],
  ["explanation-knows-only-vocabulary", "src/explanation/x.ts", "../cli/x.js", "../errors.js"],
  ["compose-is-pure", "src/compose/x.ts", "../ports/clock.js", "../yaml/read.js"],
  ["trust-obeys-nothing", "src/trust/x.ts", "../adapters/x.js", "../config/read.js"],
  ["page-knows-only-vocabulary", "src/page/x.ts", "../journal/entry.js", "./server.js"],
  ["expression-knows-only-vocabulary", "src/expression/x.ts", "../runbook/x.js", "../errors.js"],
  ["runbook-is-pure", "src/runbook/x.ts", "../adapters/x.js", "../expression/x.js"],
  ["journal-knows-no-domain", "src/journal/x.ts", "../archive/names/x.js", "../ports/clock.js"],
  ["lease-knows-the-journal-and-a-port", "src/lease/x.ts", "../engine/x.js", "../journal/entry.js"],
  ["archive-and-discovery-know-only-ports", "src/discovery/x.ts", "../adapters/x.js", "../log-patterns/x.js"],
  ["log-patterns-know-only-vocabulary", "src/log-patterns/x.ts", "../discovery/x.js", "../errors.js"],
  ["archive-goes-one-way", "src/archive/reading/x.ts", "../copy/x.js", "../tar/x.js"],
  ["archive-is-read-before-it-is-judged", "src/archive/reading/x.ts", "../judgement/x.js", "../wal/x.js"],
  ["archive-names-and-packing-know-no-archive", "src/archive/wal/x.ts", "../reading/x.js", "../names/x.js"],
  ["data-directory-knows-files", "src/data-directory/x.ts", "../archive/reading/x.js", "../archive/wal/x.js"],
  ["docker-storage-is-judged-from-facts", "src/docker-storage/x.ts", "../adapters/x.js", "../compose/x.js"],
  ["scan-knows-bytes", "src/scan/x.ts", "../discovery/x.js", "../ports/x.js"],
  ["engine-knows-no-domain", "src/engine/x.ts", "../archive/names/x.js", "../journal/entry.js"],
  ["actions-speak-to-ports", "src/actions/cf/x.ts", "../../adapters/x.js", "../../ports/x.js"],
  ["doctor-looks-through-ports", "src/doctor/x.ts", "../actions/cf/x.js", "../actions/bosh/x.js"],
  ["adapters-know-no-policy", "src/adapters/x.ts", "../engine/x.js", "../scan/x.js"],
  ["rehearsal-is-another-world", "src/rehearsal/x.ts", "../time.js", "../errors.js"],
  ["ui-sees-events", "src/ui/x.ts", "../engine/plan.js", "../engine/event.js"],
  ["report-is-a-function-of-the-journal", "src/report/x.ts", "../engine/x.js", "../standing/x.js"],
  ["standing-knows-the-journal", "src/standing/x.ts", "../report/x.js", "../journal/entry.js"],
  ["config-reads-only", "src/config/x.ts", "../adapters/x.js", "../yaml/x.js"],
  ["nobody-knows-the-command-line", "src/wiring.ts", "./cli/x.js", "./adapters/x.js"],
  ["wiring-is-called-by-the-command-line", "src/rehearsal/x.ts", "../wiring.js", "./wiring.js"],
  ["aws-in-one-folder", "src/adapters/cf/x.ts", "@aws-sdk/client-s3", "zod"],
  ["store-by-its-front-door", "src/wiring.ts", "./adapters/s3/connection.js", "./adapters/s3/archive-store.js"],
  ["guard-knows-no-connection", "src/adapters/s3/guard/x.ts", "../connection.js", "../failure.js"],
  ["log-store-client-in-one-place", "src/adapters/cf/x.ts", "@elastic/elasticsearch", "zod"],
  ["log-store-client-on-demand", "src/adapters/elasticsearch/x.ts", "./plain-client.js", "./query.js"],
  ["ssh-only-at-the-border", "src/cli/x.ts", "ssh2", "yargs"],
  ["processes-only-at-the-border", "src/engine/x.ts", "node:child_process", "node:path"],
  ["prompts-only-in-ui", "src/cli/x.ts", "inquirer", "yargs"],
  ["cel-only-in-expression", "src/runbook/x.ts", "@marcbachmann/cel-js", "../expression/x.js"],
  ["yaml-only-in-yaml", "src/config/x.ts", "yaml", "../yaml/x.js"],
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
      broken(file, 'import type { Client } from "./plain-client.js";\nawait import("./plain-client.js");\n'),
    ).toEqual([]);
  });

  it.each([
    ["an import of types", 'import type { B } from "./b.js";\n'],
    ["an import on demand", 'export const b = () => import("./b.js");\n'],
  ])("find a circle that %s closes", (_, source) => {
    const circle = new Map([
      ["src/cli/a.ts", source],
      ["src/cli/b.ts", 'export * from "./c.js";\n'],
      ["src/cli/c.ts", 'import { a } from "./a.js";\n'],
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
    ['import "./b.js";', "static", to],
    ['import b from "./b.js";', "static", to],
    ['import * as b from "./b.js";', "static", to],
    ['import {\n  a, // of b (both)\n  type B,\n} from "./b.js";', "static", to],
    ['export * from "./b.js";', "static", to],
    ['export { a } from "./b.js";', "static", to],
    ['import type { B } from "./b.js";', "type", to],
    ['import type B from "./b.js";', "type", to],
    ['export type { B } from "./b.js";', "type", to],
    ['const b = await import("./b.js");', "dynamic", to],
    ['type B = typeof import("./b.js");', "dynamic", to],
    ['const b = require("./b.cjs");', "static", "src/b.cts"],
    ['import { join } from "node:path";', "static", "path"],
    ['import { x } from "yaml/x";', "static", "node_modules/yaml/x/"],
  ])("is seen: %s", (source, how, target) => {
    expect(arrowsOf("src/a.ts", `${source}\n`)).toEqual([{ from: "src/a.ts", to: target, how }]);
  });

  it("is not seen in what is exported, or said", () => {
    const source = 'export const from = "./b.js";\nexport type B = "./b.js";\nexport { a };\nconst text = "from";\n';
    expect(arrowsOf("src/a.ts", source)).toEqual([]);
  });
});
