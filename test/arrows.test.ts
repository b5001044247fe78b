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

/** For each rule: a file, an import that it may not have, and one that it may. */
const BROKEN: readonly (readonly [rule: string, file: string, breaks: string, allowed: string])[] = [
  ["bundled-dependencies-only", "src/cli/x.ts", "left-pad", "yargs"],
  ["product-knows-no-test", "src/cli/x.ts", "../../test/tool.ts", "./tool.ts"],
  ["vocabulary-stands-alone", "src/kit/text/x.ts", "../yaml/read.ts", "../../ports/clock.ts"],
  ["kit-knows-no-house", "src/kit/ssh/x.ts", "../../engine/state/plan.ts", "../../ports/clock.ts"],
  ["ports-knows-no-house-above", "src/ports/x.ts", "../engine/state/plan.ts", "../errors.ts"],
  ["engine-knows-no-house-above", "src/engine/run/x.ts", "../../archive/loss.ts", "../../ports/clock.ts"],
  ["archive-knows-no-house-above", "src/archive/x.ts", "../discovery/lines/x.ts", "../ports/clock.ts"],
  ["discovery-knows-no-house-above", "src/discovery/inventory/x.ts", "../../docker/x.ts", "../../archive/names/x.ts"],
  ["docker-knows-no-house-above", "src/docker/actions/x.ts", "../../foundation/actions/x.ts", "../compose/x.ts"],
  ["foundation-knows-no-house-above", "src/foundation/actions/x.ts", "../../config/x.ts", "../../archive/names/x.ts"],
  ["config-knows-no-house-above", "src/config/doctor/x.ts", "../../report/x.ts", "../../ports/clock.ts"],
  ["report-knows-no-house-above", "src/report/x.ts", "../wiring/x.ts", "../engine/journal/entry.ts"],
  ["wiring-knows-no-house-above", "src/wiring/x.ts", "../cli/x.ts", "../config/settings/x.ts"],
  ["action-contract-names-ports-only", "src/action.ts", "./engine/plan.ts", "./ports/clock.ts"],
  ["ports-know-only-vocabulary", "src/ports/x.ts", "../kit/ssh/gateway.ts", "../kit/commands/x.ts"],
  ["yaml-knows-only-vocabulary", "src/kit/yaml/x.ts", "../../config/read.ts", "yaml"],
  ["explanation-knows-only-vocabulary", "src/report/explanation/x.ts", "../summary.ts", "../../errors.ts"],
  ["compose-is-pure", "src/docker/compose/x.ts", "../../ports/clock.ts", "../../kit/yaml/read.ts"],
  ["trust-obeys-nothing", "src/config/trust/x.ts", "../doctor/x.ts", "../settings/read.ts"],
  ["page-knows-only-vocabulary", "src/report/page/x.ts", "../../engine/journal/entry.ts", "./server.ts"],
  ["expression-knows-only-vocabulary", "src/engine/expression/x.ts", "../runbook/x.ts", "../../errors.ts"],
  ["runbook-is-pure", "src/engine/runbook/x.ts", "../state/x.ts", "../expression/x.ts"],
  ["journal-knows-no-domain", "src/engine/journal/x.ts", "../../archive/names/x.ts", "../../ports/clock.ts"],
  ["lease-knows-the-journal-and-a-port", "src/engine/lease/x.ts", "../run/x.ts", "../journal/entry.ts"],
  ["engine-knows-no-domain", "src/engine/run/x.ts", "../lease/claim.ts", "../journal/entry.ts"],
  ["engine-goes-one-way", "src/engine/state/x.ts", "../steps/x.ts", "../journal/entry.ts"],
  ["steps-know-no-loop", "src/engine/steps/x.ts", "../run/x.ts", "../state/x.ts"],
  [
    "archive-and-discovery-know-only-ports",
    "src/discovery/lines/x.ts",
    "../adapters/logs/x.ts",
    "../../kit/log-patterns/x.ts",
  ],
  ["log-patterns-know-only-vocabulary", "src/kit/log-patterns/x.ts", "../yaml/x.ts", "../../errors.ts"],
  ["archive-goes-one-way", "src/archive/reading/x.ts", "../copy/x.ts", "../tar/x.ts"],
  ["archive-is-read-before-it-is-judged", "src/archive/reading/x.ts", "../judgement/x.ts", "../wal/x.ts"],
  ["archive-names-and-packing-know-no-archive", "src/archive/wal/x.ts", "../reading/x.ts", "../names/x.ts"],
  [
    "data-directory-knows-files",
    "src/docker/data-directory/x.ts",
    "../../archive/reading/x.ts",
    "../../archive/wal/x.ts",
  ],
  ["docker-storage-is-judged-from-facts", "src/docker/audit/x.ts", "../adapters/x.ts", "../compose/x.ts"],
  ["scan-knows-bytes", "src/discovery/scan/x.ts", "../lines/x.ts", "../../ports/x.ts"],
  ["actions-speak-to-ports", "src/foundation/actions/cf/x.ts", "../../adapters/cf/x.ts", "../../../ports/x.ts"],
  [
    "doctor-looks-through-ports",
    "src/config/doctor/x.ts",
    "../../foundation/actions/cf/x.ts",
    "../../foundation/actions/bosh/x.ts",
  ],
  ["adapters-know-no-policy", "src/discovery/adapters/logs/x.ts", "../../lines/x.ts", "../../scan/x.ts"],
  ["rehearsal-is-another-world", "src/rehearsal/x.ts", "../kit/text/time.ts", "../errors.ts"],
  ["screen-sees-events", "src/cli/screen/x.ts", "../../engine/state/plan.ts", "../../engine/state/event.ts"],
  ["cli-goes-one-way", "src/cli/session/x.ts", "../commands/x.ts", "../process/x.ts"],
  ["report-is-a-function-of-the-journal", "src/report/x.ts", "../engine/run/x.ts", "./standing/x.ts"],
  ["standing-knows-the-journal", "src/report/standing/x.ts", "../x.ts", "../../engine/journal/entry.ts"],
  ["config-reads-only", "src/config/settings/x.ts", "../../archive/names/x.ts", "../../kit/yaml/x.ts"],
  ["nobody-knows-the-command-line", "src/wiring/wiring.ts", "../cli/x.ts", "../foundation/adapters/x.ts"],
  ["wiring-is-called-by-the-command-line", "src/rehearsal/x.ts", "../wiring/wiring.ts", "./y.ts"],
  ["aws-in-one-folder", "src/foundation/adapters/cf/x.ts", "@aws-sdk/client-s3", "zod"],
  [
    "store-by-its-front-door",
    "src/wiring/wiring.ts",
    "../archive/adapters/s3/connection.ts",
    "../archive/adapters/s3/archive-store.ts",
  ],
  ["guard-knows-no-connection", "src/archive/adapters/s3/guard/x.ts", "../connection.ts", "../failure.ts"],
  ["log-store-client-in-one-place", "src/foundation/adapters/cf/x.ts", "@elastic/elasticsearch", "zod"],
  ["log-store-client-on-demand", "src/discovery/adapters/elasticsearch/x.ts", "./plain-client.ts", "./query.ts"],
  ["ssh-only-at-the-border", "src/cli/x.ts", "ssh2", "yargs"],
  ["processes-only-at-the-border", "src/engine/run/x.ts", "node:child_process", "node:path"],
  ["prompts-only-on-the-screen", "src/cli/x.ts", "inquirer", "yargs"],
  ["cel-only-in-expression", "src/engine/runbook/x.ts", "@marcbachmann/cel-js", "../expression/x.ts"],
  ["yaml-only-in-yaml", "src/config/settings/x.ts", "yaml", "../../kit/yaml/x.ts"],
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
    const file = "src/discovery/adapters/elasticsearch/x.ts";
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
    expect(broken("src/engine/run/x.ts", `const now = ${word};\n`)).toEqual(["no-wall-clock"]);
    expect(broken("src/cli/x.ts", `const now = ${word};\n`)).toEqual([]);
    expect(broken("src/engine/run/x.ts", "const then = new Date(0);\n")).toEqual([]);
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
