/** The tiers of tests, told by a file's ending: `.test.ts`, `.gate.test.ts` and `.deep.test.ts` (CONTRIBUTING.md). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Where `.ci/run` wants the results of this call, as JSON. */
const results = process.env["VITEST_RESULTS_FILE"];

const MINUTE = 60_000;

/** The longest suites of the gate. */
const LONG_GATE = ["test/real/page-wreck.gate.test.ts", "test/real/recovery.gate.test.ts"];

/** Seconds of each deep suite in the last whole run: `test/deep-run.json`. */
function lastSeconds(): ReadonlyMap<string, number> {
  const file = join(import.meta.dirname, "test/deep-run.json");
  if (!existsSync(file)) return new Map();
  const { suites } = JSON.parse(readFileSync(file, "utf8")) as { suites: readonly { file: string; seconds: number }[] };
  return new Map(suites.map(({ file: name, seconds }) => [name, seconds]));
}

/** Starts the longest suites first, so that no core waits for the last one. vitest goes by file size, which tells nothing here. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = lastSeconds();
    const of = ({ moduleId }: TestSpecification): number => {
      const file = moduleId.slice(import.meta.dirname.length + 1);
      return seconds.get(file) ?? (LONG_GATE.includes(file) ? 1 : 0);
    };
    return (await super.sort(files)).sort((one, other) => of(other) - of(one));
  }
}

const unit: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "unit",
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.{gate,deep}.test.ts"],
    globalSetup: ["test/program/setup.ts"],
    setupFiles: ["test/program/tell.ts"],
    testTimeout: 5 * MINUTE,
    // A hook may run whole commands.
    hookTimeout: 5 * MINUTE,
    // Without this, vitest keeps one core for itself: on a machine with two, files would run one after another.
    maxWorkers: "100%",
    sequence: { groupOrder: 0 },
  },
};

const gate: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "gate",
    include: ["test/**/*.gate.test.ts"],
    globalSetup: ["test/rig/require-parts.ts"],
    setupFiles: ["test/rig/tell-failure.ts"],
    testTimeout: 15 * MINUTE,
    hookTimeout: 20 * MINUTE,
    // A recovery waits more than it works: three suites share a machine of two cores well.
    maxWorkers: 3,
    sequence: { groupOrder: 1 },
  },
};

const deep: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "deep",
    include: ["test/**/*.deep.test.ts"],
    // Inputs of each property, for one in `npm test` (test/properties.ts).
    env: { PROPERTY_TIMES: "20" },
    globalSetup: ["test/rig/require-parts.ts"],
    setupFiles: ["test/rig/tell-failure.ts"],
    testTimeout: 20 * MINUTE,
    hookTimeout: 20 * MINUTE,
    // Rehearsals that play at the same time: more than keep two cores at work make each of them slow.
    maxConcurrency: 3,
    maxWorkers: 3,
    sequence: { groupOrder: 2 },
  },
};

export default defineConfig({
  test: {
    // CI prints the whole message of a failure at its end.
    chaiConfig: { truncateThreshold: 2_000 },
    // Commands are printed as if the tool were installed.
    env: { DINGO_RECOVER_COMMAND: "dingo-recover" },
    reporters: results === undefined ? ["default"] : ["default", "json"],
    ...(results === undefined ? {} : { outputFile: { json: results } }),
    sequence: { sequencer: LongestFirst },
    projects: [unit, gate, deep],
  },
});
