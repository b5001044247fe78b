import { join } from "node:path";
import { defineConfig } from "vitest/config";

const results = process.env["VITEST_RESULTS"];

export default defineConfig({
  test: {
    // A failure is told whole in the message that CI prints at its end.
    chaiConfig: { truncateThreshold: 2_000 },
    // The SDK's announcement of future Node versions is no part of a test.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    include: ["test/**/*.real.test.ts"],
    setupFiles: ["test/rig/tell-failure.ts"],
    // Each suite has a rig of its own, and most of a recovery is waiting: two share a machine of two cores well.
    maxWorkers: 2,
    testTimeout: 900_000,
    hookTimeout: 1_200_000,
    reporters: results === undefined ? ["default"] : ["default", "json"],
    ...(results === undefined ? {} : { outputFile: { json: join(results, "real.json") } }),
  },
});
