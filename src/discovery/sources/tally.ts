/** Lines of one kind: how many, and which was the first. */
export class Tally {
  count = 0;
  first = "";

  note(line: number | undefined): void {
    if (this.count === 0) this.first = nameOf(line);
    this.count += 1;
  }
}

/** When the search skipped ahead, lines have no numbers. */
export function nameOf(line: number | undefined): string {
  return line === undefined ? "a line without a number" : `line ${line}`;
}
