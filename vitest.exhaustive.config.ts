import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** CI adds the results up (.ci/count.mjs). */
const results = process.env["VITEST_RESULTS"];

export default defineConfig({
  test: {
    // A failure is told whole in the message that CI prints at its end.
    chaiConfig: { truncateThreshold: 2_000 },
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    include: ["test/**/*.exhaustive.test.ts"],
    // Each of them uses every core by itself.
    fileParallelism: false,
    // Rehearsals that play at the same time: more than keep two cores at work make each of them slow, and their box is quick.
    maxConcurrency: 3,
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    reporters: results === undefined ? ["default"] : ["default", "json"],
    ...(results === undefined ? {} : { outputFile: { json: join(results, "exhaustive.json") } }),
  },
});
