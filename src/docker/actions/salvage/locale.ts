/** How a database sorts, in the words that make another one like it. */
import { quoteLiteral } from "../../../kit/sql/quoting.ts";
import type { DatabaseFacts } from "./ask-database.ts";

type Sorted = Pick<DatabaseFacts, "collate" | "ctype" | "provider" | "locale" | "rules">;
/** pg_database.h, datlocprovider: from 15 on, builtin from 17 on. */
const PROVIDERS: Readonly<Record<string, string>> = { b: "builtin", c: "libc", i: "icu" };

/** CREATE DATABASE and createdb have the same options. A provider that is not named would be that of template0. */
const optionsOf = ({ collate, ctype, provider, locale, rules }: Sorted): readonly (readonly [string, string])[] =>
  (
    [
      ["LC_COLLATE", collate],
      ["LC_CTYPE", ctype],
      ["LOCALE_PROVIDER", PROVIDERS[provider] ?? ""],
      [provider === "b" ? "BUILTIN_LOCALE" : "ICU_LOCALE", locale],
      ["ICU_RULES", rules],
    ] as const
  ).filter(([, value]) => value !== "");

export const localeClause = (one: Sorted): string =>
  optionsOf(one)
    .map(([name, value]) => `${name} ${quoteLiteral(value)}`)
    .join(" ");

export const localeFlags = (one: Sorted): readonly string[] =>
  optionsOf(one).map(([name, value]) => `--${name.toLowerCase().replaceAll("_", "-")}=${value}`);
