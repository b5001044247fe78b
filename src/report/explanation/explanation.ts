/** What a code of the catalogue means to the person who meets it: longer than its one sentence, and what to do. */
export interface Explanation {
  /** What leads to it, and what it says of the world. */
  readonly why: string;
  /** What to do, in this order: sentences, with the exact command where there is one. */
  readonly next: readonly string[];
}
