/** yargs takes a lone "-" for no value. */
export function withStandardInput(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (word === "--logs" && words[index + 1] === "-") return ["--logs=-"];
    return word === "-" && words[index - 1] === "--logs" ? [] : [word];
  });
}
