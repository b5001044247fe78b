/** The spinner keeps all output back while it turns: nothing of it may be lost. */
import { resolve } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";

it("gives out what was said while it turned, also if the process ends meanwhile", async () => {
  const script = `
    process.stdout.isTTY = true;
    const { Spinner } = await import(${JSON.stringify(resolve("src/cli/screen/spinner.ts"))});
    new Spinner("at work", () => "under it");
    const begun = setInterval(() => {
      if (!Object.hasOwn(process.stderr, "write")) return;
      clearInterval(begun);
      process.stderr.write("the last words\\n");
      process.exit(3);
    }, 10);
  `;
  const { exitCode, stderr } = await execa(process.execPath, ["--input-type=module", "--eval", script], {
    reject: false,
  });
  expect([exitCode, stderr]).toEqual([3, expect.stringContaining("the last words")]);
});
