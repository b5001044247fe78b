import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.real.test.ts"],
    // The rig is one foundation: its suites take turns.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
