import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../../src/errors.ts";
import { COMMANDS } from "../../../src/cli/commands/table.ts";
import { renderHelp } from "../../../src/cli/start/render-help.ts";
import { TOOL_DIRECTORY } from "../../tool.ts";

const PAGE = readFileSync(join(TOOL_DIRECTORY, "dingo-recover.1"), "utf8");

/** As it is read: without requests and escapes. */
const TEXT = PAGE.split("\n")
  .filter((line) => !/^\.(?:nf|fi|PP|TP)$/u.test(line))
  .map((line) => line.replaceAll("\\-", "-").replace(/^\\&/u, "").replaceAll("\\e", "\\"))
  .join("\n");

describe("the manual page", () => {
  it("says of every command what its help says", async () => {
    const help = await renderHelp();
    for (const command of COMMANDS) {
      expect(PAGE).toContain(`\n.SS dingo\\-recover ${command.replaceAll("-", "\\-")}\n`);
      for (const block of (help[command] ?? "").trimEnd().split("\n\n"))
        if (!block.startsWith("Everywhere:")) expect(TEXT).toContain(block);
    }
  });

  it("has every exit code, and the requests of a manual page alone", () => {
    for (const code of Object.values(EXIT)) expect(PAGE).toContain(`\n.B ${code}\n`);
    const requests = PAGE.split("\n").flatMap((line) => /^[.']\S*/u.exec(line)?.[0] ?? []);
    expect([...new Set(requests)].sort()).toEqual([".B", ".I", ".PP", ".SH", ".SS", ".TH", ".TP", ".fi", ".nf"]);
    expect(PAGE).toMatch(/^\.TH DINGO\\-RECOVER 1 "[0-9-]*" "dingo\\-recover [\d.]+"/u);
  });
});
