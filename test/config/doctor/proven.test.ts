import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { besideProven, PROVEN } from "../../../src/config/doctor/proven.ts";

describe("what a real recovery has run with", () => {
  it("is what the page on versions says", () => {
    const table = readFileSync("docs/compatibility.md", "utf8").split("\n## Proven on")[1]?.split("\n## ")[0] ?? "";
    expect(table).toContain(`| Node | ${PROVEN.node} on Linux`);
    expect(table).toContain(`| cf CLI | ${PROVEN.cf} |`);
  });

  it("stands beside a version that nobody has tried", () => {
    expect(besideProven("cf", "8.18.3")).toBe("8.18.3");
    expect(besideProven("cf", "8.18.3+abc.2026")).toBe("8.18.3+abc.2026");
    expect(besideProven("cf", "8.18.30")).toBe("8.18.30 (proven with 8.18.3)");
    expect(besideProven("node", "24.21.0")).toBe("24.21.0");
    expect(besideProven("node", "26.1.0")).toBe("26.1.0 (proven with 24.21)");
  });
});
