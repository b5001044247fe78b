import { join } from "node:path";
import { defineConfig } from "vitest/config";

const results = process.env["VITEST_RESULTS"];

export default defineConfig({
  test: {
    // The SDK's announcement of future Node versions is no part of a test.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    include: ["test/**/*.real.test.ts"],
    setupFiles: ["test/rig/tell-failure.ts"],
    // The rig is one foundation: its suites take turns.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
    reporters: results === undefined ? ["default"] : ["default", "json"],
    ...(results === undefined ? {} : { outputFile: { json: join(results, "real.json") } }),
  },
});
