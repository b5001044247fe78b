import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** CI adds the results up (.ci/count.mjs). */
const results = process.env["VITEST_RESULTS"];

export default defineConfig({
  test: {
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    include: ["test/**/*.exhaustive.test.ts"],
    // Each of them uses every core by itself.
    fileParallelism: false,
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    reporters: results === undefined ? ["default"] : ["default", "json"],
    ...(results === undefined ? {} : { outputFile: { json: join(results, "exhaustive.json") } }),
  },
});
