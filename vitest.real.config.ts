import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const results = process.env["VITEST_RESULTS"];

/** The longest suites, as CI told them last. */
const LONG = [
  "printed-commands",
  "salvage-docker-volumes",
  "scenes-of-nodes",
  "kills",
  "scenes-of-meddling",
  "container-lines",
  "damage",
  "persist-compose-data",
  "archives",
  "window",
  "two-laptops",
  "recover-to-time",
  "test-backup",
  "page-loops",
];

/** Long suites begin first, so that no core waits for the last one. vitest goes by the size of a file, which tells nothing here. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/${name}.real.test.ts`));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    // A failure is told whole in the message that CI prints at its end.
    chaiConfig: { truncateThreshold: 2_000 },
    // The SDK's announcement of future Node versions is no part of a test.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    include: ["test/**/*.real.test.ts"],
    setupFiles: ["test/rig/tell-failure.ts"],
    // Each suite has a rig of its own, and most of a recovery is waiting: three share a machine of two cores well.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 900_000,
    hookTimeout: 1_200_000,
    reporters: results === undefined ? ["default"] : ["default", "json"],
    ...(results === undefined ? {} : { outputFile: { json: join(results, "real.json") } }),
  },
});
