/** The codes of a terminal's colours in a text that somebody has saved. */

/** `grep --color` and `jq -C`, also as a pager and `cat -v` show them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences of a terminal begin with one
export const COLOURS = /(?:\u001b|ESC|\^\[)\[[0-9;]*[mK]/g;
/** Of a colour. */
export const BEGINNINGS = ["\u001b[", "ESC[", "^[["];
const CODES = new RegExp(`(?:${COLOURS.source})+`, "g");
const OF_WORD = /[\w.-]/;

/** A search that looks for the word does not find it. */
export const breaksWord = (text: string): boolean =>
  BEGINNINGS.some((each) => text.includes(each)) &&
  // One pattern for all of it would begin anew at the last letter of each code.
  [...text.matchAll(CODES)].some(
    ({ 0: codes, index }) => OF_WORD.test(text[index - 1] ?? "") && OF_WORD.test(text[index + codes.length] ?? ""),
  );
