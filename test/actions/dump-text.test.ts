/** What of a dump reaches psql in the container: SQL and rows, and no command of psql's own. */
import { describe, expect, it } from "vitest";
import { loadable } from "../../src/actions/postgres/dump-text.js";

const KNOWN = new Set(["statement_timeout", "search_path"]);
const load = (...lines: readonly string[]): string => loadable(`${lines.join("\n")}\n`, KNOWN);

describe("a dump", () => {
  it("loses what an older psql and an older server do not know", () => {
    expect(
      load(
        "\\restrict Ab1",
        "SET statement_timeout = 0;",
        "SET transaction_timeout = 0;",
        "SELECT 1;",
        "\\unrestrict Ab1",
      ),
    ).toBe("SET statement_timeout = 0;\nSELECT 1;\n");
  });

  it("keeps every row as it is, whatever it looks like", () => {
    const rows = ["SET transaction_timeout = 0;", "\\restrict Ab1", "it's \\\\ \\N", "--", "$$", '"'];
    const lines = ["COPY public.t (a) FROM stdin;", ...rows, "\\.", "", "SELECT 1;"];
    expect(load(...lines)).toBe(`${lines.join("\n")}\n`);
  });

  it("may have an empty table", () => {
    const lines = ["COPY public.t (a) FROM stdin;", "\\.", "SELECT 1;"];
    expect(load(...lines)).toBe(`${lines.join("\n")}\n`);
  });

  it("may have backslashes in texts, names and comments", () => {
    const lines = [
      "SELECT 'a\\b''c', E'\\'\\\\', \"x\\y\" -- \\z",
      "/* \\! */ , $x$ \\! ' $x$, $$ \\$$;",
      "CREATE TABLE te(e text DEFAULT 'e'::text);",
    ];
    expect(load(...lines)).toBe(`${lines.join("\n")}\n`);
  });

  it.each([
    ["a name that ends a comment", ["-- Name: a", "\\! id"]],
    ["a command behind a statement", ["SELECT 1; \\! id"]],
    ["a fence with more in it", ["\\restrict x y"]],
    ["a fence inside a line", ["SELECT 1 \\restrict x"]],
    ["a command behind rows", ["COPY t FROM stdin;", "1", "\\.", "\\! id"]],
    ["a word that only ends with e", ["SELECT te'\\' ; \\! id -- '"]],
  ])("is refused with %s", (_what, lines) => {
    expect(() => load(...lines)).toThrow(/line \d+ of the dump holds a command of psql/);
  });
});
