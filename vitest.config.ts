import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.real.test.ts", "test/**/*.exhaustive.test.ts", "node_modules/**"],
    testTimeout: 30_000,
  },
});
