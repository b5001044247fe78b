/** Times as people read them: UTC alone when the wall shows nothing else. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Times } from "../../src/report/times.ts";
import { asModule } from "../program/as-module.ts";

const AT = "2026-07-21T14:20:11.123Z";

describe("the times of a report", () => {
  it("have the wall's beside them if it is another", () => {
    expect(new Times("Europe/Berlin").both(AT)).toBe("2026-07-21 14:20:11Z (2026-07-21 16:20:11 Europe/Berlin)");
    for (const zone of ["UTC", "Etc/UTC", "GMT"]) expect(new Times(zone).both(AT), zone).toBe("2026-07-21 14:20:11Z");
  });

  it("are told apart by the machine's own zone", () => {
    const module = asModule("src/report/times.ts");
    const code = `import(${JSON.stringify(module)}).then(({ Times }) => console.log(new Times().both(${JSON.stringify(AT)})))`;
    const shown = (TZ: string): string =>
      spawnSync(process.execPath, ["-e", code], {
        env: { TZ },
        encoding: "utf8",
        cwd: fileURLToPath(new URL(".", import.meta.url)),
      }).stdout.trim();
    expect(shown("UTC")).toBe("2026-07-21 14:20:11Z");
    expect(shown("Atlantic/Reykjavik")).toBe("2026-07-21 14:20:11Z");
    // In winter the wall shows UTC there.
    expect(shown("Europe/London")).toBe("2026-07-21 14:20:11Z (2026-07-21 15:20:11 Europe/London)");
  });
});
