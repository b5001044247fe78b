import { afterEach, expect, it, vi } from "vitest";
import { createOutput, type Sink } from "../../../src/cli/screen/output.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";

afterEach(() => vi.unstubAllEnvs());

/** The text that a terminal of that locale gets. */
function written(locale: Readonly<Record<string, string>>, { isForOthers = false } = {}): string {
  for (const name of ["LC_ALL", "LC_CTYPE", "LANG"]) vi.stubEnv(name, locale[name] ?? "");
  let text = "";
  const stdout: Sink = { isTTY: true, columns: 80, rows: 24, write: (part) => (text += part) };
  const output = createOutput({ secrets: new Secrets(), color: false, isForOthers, stdout });
  output.marked("\u2714", "done\u2026", "good");
  return text;
}

it.each([[{}], [{ LANG: "en_GB.UTF-8" }], [{ LANG: "C", LC_ALL: "C.utf8" }]])(
  "a locale of %j shows our marks",
  (locale) => {
    expect(written(locale)).toBe("\u2714 done\u2026\n");
  },
);

it.each([[{ LC_ALL: "C" }], [{ LANG: "C.UTF-8", LC_CTYPE: "POSIX" }], [{ LANG: "de_DE.ISO-8859-1" }]])(
  "a locale of %j gets ASCII",
  (locale) => {
    expect(written(locale)).toBe("+ done...\n");
  },
);
