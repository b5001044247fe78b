/** A database is made again with the provider and the locale that it had. */
import { expect, it } from "vitest";
import { askDatabases } from "../../../src/docker/actions/salvage/ask-database.ts";
import { localeClause, localeFlags, wayToLocale } from "../../../src/docker/actions/salvage/locale.ts";

const NONE = { collate: "", ctype: "", provider: "", locale: "", rules: "" };
const SERVER = {
  ...{ run: "20261122-0000-aaaa", volume: "copy", uid: 999, role: "postgres" },
  programs: { image: "x", volumes: [], directory: "", major: "15" },
};

it.each([
  // 9.4 to 14 know one provider, and no name of it.
  [{ collate: "de_DE.UTF-8", ctype: "C" }, "LC_COLLATE 'de_DE.UTF-8' LC_CTYPE 'C'"],
  // Of 15 and later: else the provider of template0 counts, which may be another one.
  [{ collate: "C", ctype: "C", provider: "c" }, "LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER 'libc'"],
  [
    { collate: "C", ctype: "C", provider: "i", locale: "de-DE", rules: "&a < 'x" },
    "LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER 'icu' ICU_LOCALE 'de-DE' ICU_RULES '&a < ''x'",
  ],
  // 17.
  [
    { collate: "C", provider: "b", locale: "C.UTF-8" },
    "LC_COLLATE 'C' LOCALE_PROVIDER 'builtin' BUILTIN_LOCALE 'C.UTF-8'",
  ],
])("is said to CREATE DATABASE and to createdb alike: %o", (own, clause) => {
  const one = { ...NONE, ...own };
  expect(localeClause(one)).toBe(clause);
  const names = localeFlags(one).map((flag) => /^--([a-z-]+)=/u.exec(flag)?.[1]?.toUpperCase().replaceAll("-", "_"));
  expect(names.every((name) => name !== undefined && clause.includes(`${name} '`))).toBe(true);
  expect(names).toHaveLength(Object.keys(own).length);
});

it("is read of a release that records it, with the databases that sort otherwise than they were written", async () => {
  const asked: string[] = [];
  const sql = (_server: unknown, database: string, text: string) => {
    asked.push(text);
    const databases = [
      ["laden", "C", "C", "UTF8", "8", "i", "de-DE", ""],
      ["shop", "C", "C", "UTF8", "8", "c", "", ""],
    ];
    const rows = text.startsWith("SELECT datname, datcollate")
      ? databases
      : text.includes("IS DISTINCT")
        ? [["laden"]]
        : [];
    return Promise.resolve({ rows: database === "postgres" ? rows : [], failed: [] });
  };
  expect(await askDatabases({ sql }, SERVER, "postgres")).toMatchObject([
    { name: "laden", provider: "i", locale: "de-DE", sorts_otherwise: true },
    { name: "shop", provider: "c", locale: "", sorts_otherwise: false },
  ]);
  expect(asked.filter((text) => text.includes("pg_database_collation_actual_version"))).toHaveLength(1);
});

it("prints a command for no locale that could be more than a name", () => {
  expect(wayToLocale("de_DE.UTF-8'; rm -rf /", "postgres:15", [])).toMatch(/^make an image of the same release/u);
  expect(wayToLocale("de_DE@euro", "postgres:15", [])).toMatch(/^make an image of the same release/u);
});
