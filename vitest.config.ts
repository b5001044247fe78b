import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** CI adds the results up (.ci/count.mjs). */
const results = process.env["VITEST_RESULTS"];

export default defineConfig({
  test: {
    // The SDK's announcement of future Node versions is no part of a test.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.real.test.ts", "test/**/*.exhaustive.test.ts", "node_modules/**"],
    testTimeout: 30_000,
    reporters: results === undefined ? ["default"] : ["default", "json"],
    ...(results === undefined ? {} : { outputFile: { json: join(results, "unit.json") } }),
  },
});
