/** The environment's facts about the terminal. */

/** It cannot move its cursor: lines come one after the other, without colours and without anything that turns. */
export const isDumb = (env: NodeJS.ProcessEnv = process.env): boolean => env["TERM"] === "dumb";

/**
 * False if the locale says that the terminal shows other letters than those of UTF-8 (LC_ALL=C). Without a locale, as
 * in most containers, nobody knows: nearly every terminal of today shows them.
 */
export const showsUtf8 = (env: NodeJS.ProcessEnv = process.env): boolean => {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((each) => each !== undefined && each !== "");
  return locale === undefined || /utf-?8/iu.test(locale);
};

const IN_ASCII: Readonly<Record<string, string>> = { "✔": "+", "✖": "x", "↓": "-", "›": ">", "…": "...", "×": "x" };

/** Our own marks, and no letter of a name, as the terminal shows them. */
export const inLocale = (text: string): string =>
  showsUtf8() ? text : text.replaceAll(/[✔✖↓›…×]/gu, (mark) => IN_ASCII[mark] ?? mark);
