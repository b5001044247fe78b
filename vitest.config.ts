import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** CI adds the results up (.ci/count.mjs). */
const results = process.env["VITEST_RESULTS"];

export default defineConfig({
  test: {
    // A failure is told whole in the message that CI prints at its end.
    chaiConfig: { truncateThreshold: 2_000 },
    // The SDK's announcement of future Node versions is no part of a test.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.real.test.ts", "test/**/*.exhaustive.test.ts", "node_modules/**"],
    testTimeout: 300_000,
    // A hook may run whole commands.
    hookTimeout: 300_000,
    // Left to itself vitest keeps one core for itself: on a machine with two, files would run one after another.
    maxWorkers: "100%",
    reporters: results === undefined ? ["default"] : ["default", "json"],
    ...(results === undefined ? {} : { outputFile: { json: join(results, "unit.json") } }),
  },
});
