/** The order in which a database sorts, as words that make another one like it; and the way to an image that has its locale. */
import { quoted } from "../../../kit/text/printable.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { quoteLiteral } from "../../../kit/sql/quoting.ts";
import type { DatabaseFacts } from "./ask-database.ts";
import type { DockerImage } from "../../../ports/docker-host.ts";
import type { Candidate } from "./candidate.ts";

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

/** Names that can be pulled: no ids, and no images that a run of this tool keeps. */
const PULLABLE = /^(?!sha256:|dingo-recover\/|[0-9a-f]{12,64}$)/u;

/** Commands that pull what its containers ran and what is not present. */
export function pullsOf({ image_names }: Candidate, images: readonly DockerImage[]): readonly string[] {
  const isThere = (name: string): boolean =>
    images.some(({ tags }) => tags.includes(name) || tags.includes(`${name}:latest`));
  const pulled = image_names.filter((name) => PULLABLE.test(name) && !isThere(name));
  return pulled.map((name) => `"${quote(["docker", "pull", name])}", which its container ran`);
}

/** Locales whose words for `localedef` follow from their name. */
const UTF8 = /^([a-z]{2,3}_[A-Z]{2})\.[Uu][Tt][Ff]-?8$/u;

/** docker-library/postgres, README, "Locale Customization": Debian's image has en_US.utf8 alone, and makes more. */
export function wayToLocale(locale: string, image: string, pulls: readonly string[]): string {
  const [, name] = UTF8.exec(locale) ?? [];
  const text = `FROM ${image.replace("the image ", "")}\\nRUN localedef -i ${name} -f UTF-8 ${locale}\\n`;
  const made =
    name === undefined
      ? `make an image of the same release with the locale ${quoted(locale)}`
      : `run "printf '${text}' | docker build -t postgres-with-${name.toLowerCase()} -"`;
  return pulls.length === 0 ? made : `run ${pulls.join(" or ")}; or ${made}`;
}
